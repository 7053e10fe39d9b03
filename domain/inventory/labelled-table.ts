import type { Kind } from './kind.ts';

/** One table whose columns were labelled by hand: where it lies and what each column holds. */
export interface LabelledTable {
  /** Folder of the data set, or `demo` for the shop this project writes. */
  readonly folder: string;
  /** File within the folder; `{date}` is the first date of the demo shop. */
  readonly file: string;
  readonly format: 'csv' | 'jsonl' | 'json';
  /** `develop`: rules were written for it; `held out`: no rule was made for it. */
  readonly part: 'develop' | 'held out';
  readonly kinds: Readonly<Record<string, Kind>>;
}
