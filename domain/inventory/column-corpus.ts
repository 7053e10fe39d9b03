import { demoColumns } from './demo-columns.ts';
import type { LabelledTable } from './labelled-table.ts';
import { publicColumns } from './public-columns.ts';

/** Every labelled table: the demo shop's, then public ones. */
export const columnCorpus: readonly LabelledTable[] = [...demoColumns, ...publicColumns];
