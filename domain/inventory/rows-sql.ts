import type { AssetRow, ChangeRow, CheckRow, ColumnRow } from '../../schemas/inventory.ts';

type Fields<Row> = { readonly [Name in keyof Row]-?: string };

/** Column types of each inventory dataset and the columns its rows are ordered by; together they are its key. */
export interface TableShape<Row> {
  readonly dataset: string;
  readonly types: Fields<Row>;
  readonly order: readonly (keyof Row & string)[];
}

/** `inventory.assets`, one line per asset. */
export const assetsTable: TableShape<AssetRow> = {
  dataset: 'inventory.assets',
  types: {
    asset: 'varchar',
    kind: 'varchar',
    source: 'varchar',
    owner: 'varchar',
    description: 'varchar',
    meaning: 'varchar',
    evidence: 'varchar',
    why: 'varchar',
    entities: 'varchar[]',
    sources: 'varchar[]',
    rows: 'bigint',
    bytes: 'bigint',
    slices: 'bigint',
    first_slice: 'varchar',
    last_slice: 'varchar',
    grain: 'varchar',
    key: 'varchar[]',
    columns: 'bigint',
    profiled_slices: 'bigint',
    profiled_rows: 'bigint',
    skipped_columns: 'bigint',
    newest: 'varchar',
    health: 'varchar',
    health_why: 'varchar',
  },
  order: ['asset'],
};

/** `inventory.columns`, one line per asset and column. */
export const columnsTable: TableShape<ColumnRow> = {
  dataset: 'inventory.columns',
  types: {
    asset: 'varchar',
    column: 'varchar',
    position: 'bigint',
    type: 'varchar',
    looks_like: 'varchar',
    kind: 'varchar',
    meaning: 'varchar',
    evidence: 'varchar',
    why: 'varchar',
    links: 'varchar[]',
    unit: 'varchar',
    personal: 'boolean',
    personal_why: 'varchar',
    rows: 'bigint',
    nulls: 'bigint',
    null_share: 'double',
    distinct_values: 'bigint',
    sampled: 'boolean',
    min: 'varchar',
    max: 'varchar',
    mean: 'varchar',
    p05: 'varchar',
    p25: 'varchar',
    median: 'varchar',
    p75: 'varchar',
    p95: 'varchar',
    zeros: 'bigint',
    negatives: 'bigint',
    top: 'struct("value" varchar, "rows" bigint)[]',
    signature: 'varchar',
    signature_share: 'double',
    average_length: 'double',
    alerts: 'varchar[]',
  },
  order: ['asset', 'position', 'column'],
};

/** `inventory.checks`, one line per check and source. */
export const checksTable: TableShape<CheckRow> = {
  dataset: 'inventory.checks',
  types: {
    asset: 'varchar',
    source: 'varchar',
    entity: 'varchar',
    type: 'varchar',
    column: 'varchar',
    slice: 'varchar',
    severity: 'varchar',
    status: 'varchar',
    evaluated: 'bigint',
    unexpected: 'bigint',
    percent: 'double',
    expected: 'varchar',
    observed: 'varchar',
  },
  order: ['source', 'entity', 'type', 'column', 'slice', 'severity', 'expected', 'observed'],
};

/** `inventory.changes`, one line per change since the last inventory. */
export const changesTable: TableShape<ChangeRow> = {
  dataset: 'inventory.changes',
  types: {
    kind: 'varchar',
    asset: 'varchar',
    column: 'varchar',
    slice: 'varchar',
    before: 'varchar',
    after: 'varchar',
    rows: 'bigint',
    sentence: 'varchar',
  },
  order: ['asset', 'kind', 'column', 'slice'],
};
