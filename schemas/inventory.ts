/** Health of an asset: the worst of its freshness, checks and volume; unknown where nothing was there to judge. */
export type Health = 'Healthy' | 'Warning' | 'Degraded' | 'Unknown';

/** dbt's words for how a check ended; `info` is told and never judged. */
export type CheckStatus = 'pass' | 'warn' | 'error' | 'info';

/** One line of `inventory.assets`: a source as received, or a unified entity. Key: asset. */
export interface AssetRow {
  /** The dataset's name: `raw.<source>` or `unified.<entity>`. */
  readonly asset: string;
  readonly kind: 'source' | 'unified';
  /** The source, or empty for unified assets. */
  readonly source: string;
  readonly owner: string;
  readonly description: string;
  /** What the asset is about, in one sentence, and how that is known. */
  readonly meaning: string;
  readonly evidence: Evidence;
  readonly why: string;
  /** Entities it feeds (source) or is (unified). */
  readonly entities: readonly string[];
  /** Sources a unified asset is made of; a source's own name. */
  readonly sources: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly slices: number;
  readonly first_slice: string;
  readonly last_slice: string;
  /** What one row is. */
  readonly grain: string;
  readonly key: readonly string[];
  readonly columns: number;
  /** Slices and rows the column profiles were taken from. */
  readonly profiled_slices: number;
  readonly profiled_rows: number;
  readonly skipped_columns: number;
  /** Newest row, ISO 8601 UTC; empty where unknown. */
  readonly newest: string;
  readonly health: Health;
  /** The checks that made the health what it is. */
  readonly health_why: string;
}

/** What a statement about meaning rests on, strongest first. */
export type Evidence = 'decided' | 'declared' | 'mapping' | 'values' | 'name' | 'none';

/** One line of `inventory.columns`. Key: asset, column. */
export interface ColumnRow {
  readonly asset: string;
  readonly column: string;
  readonly position: number;
  readonly type: string;
  readonly looks_like: string;
  /** Kind of meaning: id, money, quantity, time, country, email, phone, person, url, text, category, flag, number, json, empty, unknown. */
  readonly kind: string;
  readonly meaning: string;
  readonly evidence: Evidence;
  readonly why: string;
  /** Entity columns it feeds (`items.item_id`), or sources and expressions that feed it. */
  readonly links: readonly string[];
  readonly unit: string;
  readonly personal: boolean;
  readonly personal_why: string;
  readonly rows: number;
  readonly nulls: number;
  readonly null_share: number;
  readonly distinct_values: number;
  readonly sampled: boolean;
  readonly min: string | null;
  readonly max: string | null;
  readonly mean: string | null;
  readonly p05: string | null;
  readonly p25: string | null;
  readonly median: string | null;
  readonly p75: string | null;
  readonly p95: string | null;
  readonly zeros: number | null;
  readonly negatives: number | null;
  readonly top: readonly { readonly value: string; readonly rows: number }[];
  readonly signature: string;
  readonly signature_share: number;
  readonly average_length: number;
  readonly alerts: readonly string[];
}

/** One line of `inventory.checks`. Key: source, entity, type, column, slice, severity, expected, observed. */
export interface CheckRow {
  /** The source's asset, so that its checks are found by it. */
  readonly asset: string;
  readonly source: string;
  readonly entity: string;
  /** dbt's names (not_null, unique, accepted_values, relationships, freshness …) and ours (range, pattern, volume, schema, gaps, ledger). */
  readonly type: string;
  readonly column: string;
  /** The slice it is about; empty for the source as a whole. */
  readonly slice: string;
  readonly severity: 'error' | 'warn' | 'info';
  readonly status: CheckStatus;
  readonly evaluated: number;
  readonly unexpected: number;
  /** Unexpected of evaluated, 0-100. */
  readonly percent: number;
  readonly expected: string;
  readonly observed: string;
}

/** Kinds of change between two inventories. */
export type ChangeKind =
  | 'source_added'
  | 'source_vanished'
  | 'slices_arrived'
  | 'slice_refused'
  | 'column_added'
  | 'column_dropped'
  | 'column_retyped'
  | 'nulls'
  | 'volume'
  | 'records_new'
  | 'records_changed'
  | 'records_vanished'
  | 'field_changed';

/** One line of `inventory.changes`. Key: kind, asset, column, slice. */
export interface ChangeRow {
  readonly kind: ChangeKind;
  readonly asset: string;
  readonly column: string;
  readonly slice: string;
  readonly before: string;
  readonly after: string;
  readonly rows: number;
  /** The change in a sentence for people, in English. */
  readonly sentence: string;
}

/** A whole inventory as a snapshot has it. */
export interface Stocktaking {
  /** Number of the snapshot. */
  readonly snapshot: number;
  /** The night's date, YYYY-MM-DD. */
  readonly dataDate: string;
  readonly assets: readonly AssetRow[];
  readonly columns: readonly ColumnRow[];
  readonly checks: readonly CheckRow[];
  readonly changes: readonly ChangeRow[];
}
