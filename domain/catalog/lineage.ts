import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { CheckRow } from '../../schemas/inventory.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { Field } from './catalog.ts';

/** How one column of a dataset comes from columns of others. */
export interface ColumnOrigin {
  readonly dataset: string;
  readonly column: string;
  /** The mapping expression, or what unification does. */
  readonly how: string;
  /** Whether the value is taken as it is. */
  readonly identity: boolean;
  readonly from: readonly { readonly dataset: string; readonly column: string }[];
}

/** A column that decides which rows a dataset has. */
export interface RowFilter {
  readonly dataset: string;
  readonly expression: string;
  readonly from: readonly { readonly dataset: string; readonly column: string }[];
}

/** A received file: absolute path, bytes and sha256. */
export interface ReceivedFile {
  readonly source: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What one step made: dataset → its slices. */
export interface StepDatasets {
  readonly step: string;
  readonly datasets: Readonly<Record<string, readonly DatasetSlice[]>>;
}

/** Everything the lineage of one run is told from: its record, what its steps made, and what its plan froze. */
export interface LineageWork {
  readonly project: string;
  readonly run: RunRecord;
  readonly made: readonly StepDatasets[];
  readonly received: readonly ReceivedFile[];
  /** Columns of datasets whose files have columns. */
  readonly fields: Readonly<Record<string, readonly Field[]>>;
  readonly origins: readonly ColumnOrigin[];
  readonly filters: readonly RowFilter[];
  readonly checks: readonly CheckRow[];
  /** The run's dates in the business time zone as instants, ISO 8601 UTC. */
  readonly nominal: { readonly start: string; readonly end: string };
}
