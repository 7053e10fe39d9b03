import type { Problem } from '../../schemas/stage.ts';

/** One change since the inventory before. */
export interface ReportChange {
  readonly kind: string;
  readonly asset: string;
  readonly column: string;
  readonly slice: string;
  readonly before: string;
  readonly after: string;
  readonly rows: number;
  /** In English; other languages make their own from the fields. */
  readonly sentence: string;
}

/** One source: who, how fresh, how much, how healthy. */
export interface ReportSource {
  readonly source: string;
  readonly owner: string;
  readonly description: string;
  readonly required: boolean;
  readonly health: string;
  readonly healthWhy: string;
  readonly slices: number;
  readonly arrived: number;
  readonly rows: number;
  readonly bytes: number;
  readonly firstSlice: string;
  readonly lastSlice: string;
  readonly newest: string;
  readonly missing: string;
}

/** One column of an asset, personal values left out. */
export interface ReportColumn {
  readonly column: string;
  readonly type: string;
  readonly kind: string;
  readonly meaning: string;
  readonly why: string;
  readonly personal: boolean;
  readonly nullShare: number;
  readonly distinct: number;
  readonly min: string;
  readonly max: string;
  readonly alerts: readonly string[];
}

/** One asset with its columns. */
export interface ReportAsset {
  readonly asset: string;
  readonly kind: string;
  readonly meaning: string;
  readonly why: string;
  readonly owner: string;
  readonly grain: string;
  readonly health: string;
  readonly rows: number;
  readonly bytes: number;
  readonly slices: number;
  readonly columns: readonly ReportColumn[];
}

/** One check. */
export interface ReportCheck {
  readonly source: string;
  readonly entity: string;
  readonly type: string;
  readonly column: string;
  readonly slice: string;
  readonly status: string;
  readonly evaluated: number;
  readonly unexpected: number;
  readonly percent: number;
  readonly expected: string;
  readonly observed: string;
}

/** Rejected rows of one source and reason, with places but never with content. */
export interface ReportQuarantine {
  readonly source: string;
  readonly reason: string;
  readonly entity: string;
  readonly column: string;
  readonly rows: number;
  readonly slices: number;
  readonly examples: readonly string[];
}

/** Where the rows of a (stage, source, entity) went, all slices of the run together. */
export interface ReportLedger {
  readonly stage: string;
  readonly source: string;
  readonly entity: string;
  readonly slices: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly duplicates: number;
  readonly merged: number;
  readonly rejected: number;
  readonly skipped: number;
}

/** One published dataset and what it was made from. */
export interface ReportDataset {
  readonly dataset: string;
  readonly stage: string;
  readonly reads: readonly string[];
  readonly grain: string;
  readonly slices: number;
  readonly rows: number;
  readonly bytes: number;
}

/** What one step did and cost. */
export interface ReportStep {
  readonly step: string;
  readonly stage: string;
  readonly decision: string;
  readonly why: string;
  readonly milliseconds: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rejected: number;
  readonly peakMemoryBytes: number;
  readonly bytesWritten: number;
}

/** The report of one run: what `report.json` holds and the pages show. */
export interface ReportModel {
  readonly shape: 'stocktake.report/1';
  readonly project: string;
  readonly workflow: string;
  readonly dataDate: string;
  readonly from: string;
  readonly trigger: string;
  readonly record: string;
  readonly baseSnapshot: number;
  readonly headline: {
    readonly status: 'good' | 'attention' | 'bad';
    readonly sources: number;
    readonly slicesArrived: number;
    readonly rowsIn: number;
    readonly rejected: number;
    readonly duplicates: number;
    readonly checks: { readonly pass: number; readonly warn: number; readonly error: number };
    readonly changes: number;
    readonly parts: number;
    readonly reusedParts: number;
    readonly milliseconds: number;
    readonly peakMemoryBytes: number;
    readonly bytesWritten: number;
  };
  readonly changes: readonly ReportChange[];
  readonly sources: readonly ReportSource[];
  readonly assets: readonly ReportAsset[];
  readonly checks: readonly ReportCheck[];
  readonly quarantine: readonly ReportQuarantine[];
  readonly problems: readonly Problem[];
  readonly ledger: readonly ReportLedger[];
  readonly datasets: readonly ReportDataset[];
  /** Rows per slice of each source, for the chart. */
  readonly volume: readonly {
    readonly source: string;
    readonly points: readonly (readonly [string, number])[];
  }[];
  readonly steps: readonly ReportStep[];
  readonly reproduction: {
    readonly configHash: string;
    readonly codeVersion: string;
    readonly engines: Readonly<Record<string, string>>;
    readonly threads: number;
    readonly seed: number;
    readonly plan: string;
  };
}
