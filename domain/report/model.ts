import type { Problem } from '../../schemas/stage.ts';
import type { ReportLoop } from './loop-model.ts';

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

/** One column of an asset. Of personal columns every value is left out: extremes, figures and frequent values are empty. */
export interface ReportColumn {
  readonly column: string;
  /** How it is stored. */
  readonly type: string;
  /** How its values are written: text, integer, decimal, date, time, flag, json, empty or not profiled. */
  readonly looksLike: string;
  readonly kind: string;
  /** In English; other languages make their own from kind, evidence and links. */
  readonly meaning: string;
  readonly evidence: string;
  readonly why: string;
  /** Mapping expressions that read it (`events.time = ts`) or fill it (`orders: ts`). */
  readonly links: readonly string[];
  readonly unit: string;
  readonly personal: boolean;
  /** Share of rows without a value, 0 to 1. */
  readonly nullShare: number;
  readonly distinct: number;
  /** Whether figures and frequent values come from a sample of the values. */
  readonly sampled: boolean;
  /** Characters of a value on average. */
  readonly averageLength: number;
  readonly min: string;
  readonly max: string;
  /** Of numeric columns, as decimal text; else empty. */
  readonly mean: string;
  readonly median: string;
  /** Most frequent values, most rows first. */
  readonly top: readonly { readonly value: string; readonly rows: number }[];
  readonly alerts: readonly string[];
}

/** One asset with its columns. */
export interface ReportAsset {
  readonly asset: string;
  /** `source` (raw) or `unified`. */
  readonly kind: string;
  /** Entities it feeds or is. */
  readonly entities: readonly string[];
  /** Sources it is made of. */
  readonly sources: readonly string[];
  /** In English; other languages make their own from evidence, entities and sources. */
  readonly meaning: string;
  readonly evidence: string;
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

/** Where a rejected row stands. Line 0 is a whole file; an empty file is a whole slice. */
export interface ReportPlace {
  readonly slice: string;
  readonly file: string;
  readonly line: number;
}

/** Rejected rows of one source and reason, with places but never with content. */
export interface ReportQuarantine {
  readonly source: string;
  readonly reason: string;
  readonly entity: string;
  readonly column: string;
  /** Rows of slices that arrived in this run. */
  readonly rowsNew: number;
  /** Rows of all slices there are. */
  readonly rows: number;
  readonly slices: number;
  /** Newest slice first. */
  readonly examples: readonly ReportPlace[];
}

/** Cells of one column of a source that are held to be wrong, over all slices there are; never their values. */
export interface ReportRepair {
  readonly source: string;
  /** As the source names it. */
  readonly column: string;
  /** Cells of slices that arrived in this run, whatever became of them. */
  readonly cellsNew: number;
  /** Repaired. */
  readonly applied: number;
  /** A repair is known and not sure enough. */
  readonly proposed: number;
  /** The right value cannot be told. */
  readonly flagged: number;
  /** A person took the repair back. */
  readonly reverted: number;
  /** Why, most cells first. */
  readonly reasons: readonly { readonly reason: string; readonly cells: number }[];
}

/** A problem, and whether it is about what arrived in this run or lies there from before. */
export interface ReportProblem extends Problem {
  readonly isNew: boolean;
}

/** Where the rows of a (stage, source, entity) went, over all slices the run stands on, earlier ones too. */
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
  readonly parts: number;
  readonly reusedParts: number;
  readonly milliseconds: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rejected: number;
  readonly peakMemoryBytes: number;
  readonly bytesWritten: number;
}

/** The figures on top. Rows are those of slices that arrived in this run. */
export interface ReportHeadline {
  /** `nothing`: no slice arrived. `attention`: a check or a problem of this run is an error. */
  readonly status: 'good' | 'attention' | 'nothing';
  readonly sources: number;
  /** Sources at least one slice arrived of. */
  readonly sourcesArrived: number;
  readonly slicesArrived: number;
  /** Rows of the files that arrived. */
  readonly rowsIn: number;
  /** Of them: could not be read, or broke the mapping or the contract. */
  readonly rejected: number;
  /** Of them: repeats of another row of the same slice. */
  readonly duplicates: number;
  /** Rows in quarantine over all slices, earlier ones too. */
  readonly quarantined: number;
  readonly checks: { readonly pass: number; readonly warn: number; readonly error: number };
  readonly changes: number;
  readonly parts: number;
  readonly reusedParts: number;
  readonly milliseconds: number;
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
  readonly headline: ReportHeadline;
  readonly changes: readonly ReportChange[];
  readonly sources: readonly ReportSource[];
  readonly assets: readonly ReportAsset[];
  readonly checks: readonly ReportCheck[];
  readonly quarantine: readonly ReportQuarantine[];
  readonly repairs: readonly ReportRepair[];
  readonly problems: readonly ReportProblem[];
  readonly ledger: readonly ReportLedger[];
  readonly datasets: readonly ReportDataset[];
  /** Rows per slice of each source, for the chart. */
  readonly volume: readonly {
    readonly source: string;
    readonly points: readonly (readonly [string, number])[];
  }[];
  readonly steps: readonly ReportStep[];
  readonly loop: ReportLoop;
  readonly reproduction: {
    readonly configHash: string;
    readonly codeVersion: string;
    readonly engines: Readonly<Record<string, string>>;
    readonly threads: number;
    readonly seed: number;
    readonly plan: string;
  };
}
