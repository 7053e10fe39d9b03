import type { FilesSource } from '../../schemas/source.ts';
import type { Dialect } from './csv-dialect.ts';

/** A text in UTF-8 and how it is read. */
export interface TextPlan {
  readonly path: string;
  readonly format: 'csv' | 'tsv' | 'json' | 'jsonl';
  readonly csv: FilesSource['csv'];
  readonly dialect: Dialect;
  /** JSON: take nested objects apart. */
  readonly flatten: boolean;
}
