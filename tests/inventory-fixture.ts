import type { AssetRow, CheckRow, ColumnRow, Stocktaking } from '../schemas/inventory.ts';

/** A line of `inventory.assets`: a healthy source with 100 rows, but for what is given. */
export function asset(given: Partial<AssetRow> & Pick<AssetRow, 'asset'>): AssetRow {
  const source = given.asset.replace(/^raw\./, '');
  return {
    kind: 'source',
    source,
    owner: 'web shop',
    description: '',
    meaning: 'What users did with items.',
    evidence: 'mapping',
    why: 'mapped onto events',
    entities: ['events'],
    sources: [source],
    rows: 100,
    bytes: 2048,
    slices: 2,
    first_slice: '2026-10-01',
    last_slice: '2026-10-02',
    grain: 'One row per record of the source’s files.',
    key: ['_file', '_line'],
    columns: 2,
    profiled_slices: 1,
    profiled_rows: 100,
    skipped_columns: 0,
    newest: '2026-10-02T20:00:00.000Z',
    health: 'Healthy',
    health_why: '3 checks passed',
    ...given,
  };
}

/** A line of `inventory.columns`: a text column of 100 values, but for what is given. */
export function column(given: Partial<ColumnRow> & Pick<ColumnRow, 'asset' | 'column'>): ColumnRow {
  return {
    position: 1,
    type: 'VARCHAR',
    looks_like: 'text',
    kind: 'text',
    meaning: 'Words for people.',
    evidence: 'values',
    why: 'its values have 40 characters on average',
    links: [],
    unit: '',
    personal: false,
    personal_why: '',
    rows: 100,
    nulls: 0,
    null_share: 0,
    distinct_values: 80,
    sampled: false,
    min: 'a',
    max: 'z',
    mean: null,
    p05: null,
    p25: null,
    median: null,
    p75: null,
    p95: null,
    zeros: null,
    negatives: null,
    top: [{ value: 'a', rows: 3 }],
    signature: 'A',
    signature_share: 1,
    average_length: 12,
    alerts: [],
    ...given,
  };
}

/** A line of `inventory.checks`: one that passes over 100 rows, but for what is given. */
export function check(given: Partial<CheckRow> & Pick<CheckRow, 'source' | 'type'>): CheckRow {
  return {
    asset: `raw.${given.source}`,
    entity: '',
    column: '',
    slice: '',
    severity: 'error',
    status: 'pass',
    evaluated: 100,
    unexpected: 0,
    percent: 0,
    expected: '',
    observed: '',
    ...given,
  };
}

/** An inventory of these rows. */
export function stocktaking(given: Partial<Stocktaking> & Pick<Stocktaking, 'snapshot'>): Stocktaking {
  return {
    dataDate: `2026-10-0${given.snapshot}`,
    assets: [],
    columns: [],
    checks: [],
    changes: [],
    ...given,
  };
}
