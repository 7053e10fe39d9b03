import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from './build.ts';
import type { ReportModel } from './model.ts';
import {
  canary,
  ledgerLine,
  openReportFixture,
  problem,
  type ReportFixture,
  workOf,
} from './report-fixture.ts';

/** The small store: two slices of orders, the second one new; a list of products of before. */
describe('a report of a small store', () => {
  let fixture: ReportFixture;
  let model: ReportModel;

  beforeAll(async () => {
    fixture = await openReportFixture();
    model = await buildReport(fixture.store, fixture.context, await smallStore(fixture));
  });
  afterAll(() => fixture.close());

  it('counts on top only what arrived in this run', () => {
    expect(model.headline).toMatchObject({
      status: 'attention',
      sources: 2,
      sourcesArrived: 1,
      slicesArrived: 1,
      rowsIn: 12,
      rejected: 3,
      duplicates: 2,
      quarantined: 11,
      checks: { pass: 1, warn: 1, error: 1 },
      parts: 4,
      reusedParts: 2,
      milliseconds: 2000,
      peakMemoryBytes: 200_000_000,
      bytesWritten: 2000,
    });
  });

  it('tells quarantined rows of this run from those of before, new ones first', () => {
    expect(
      model.quarantine.map(({ reason, rowsNew, rows, slices }) => [reason, rowsNew, rows, slices]),
    ).toEqual([
      ['STK-CONTRACT-RANGE', 2, 3, 2],
      ['STK-COLLECT-QUOTE', 1, 1, 1],
      ['STK-NORMALIZE-TYPE', 0, 7, 1],
    ]);
  });

  it('names the places of rejected rows as slice, file and line, newest slice first', () => {
    expect(model.quarantine[0]).toMatchObject({ source: 'orders', entity: 'events', column: 'value' });
    expect(model.quarantine[0]?.examples).toEqual([
      { slice: '2026-10-02', file: 'orders/2026-10-02.csv', line: 4 },
      { slice: '2026-10-02', file: 'orders/2026-10-02.csv', line: 9 },
      { slice: '2026-10-01', file: 'orders/2026-10-01.csv', line: 2 },
    ]);
    expect(model.quarantine[1]?.examples).toEqual([
      { slice: '2026-10-02', file: 'orders/2026-10-02.csv', line: 0 },
    ]);
  });

  it('counts repaired cells by column and fate, new ones first, with the reasons and without a value', () => {
    expect(model.repairs).toEqual([
      {
        ...{
          source: 'orders',
          column: 'brand',
          cellsNew: 2,
          applied: 1,
          proposed: 1,
          flagged: 0,
          reverted: 1,
        },
        reasons: [
          { reason: 'typo', cells: 2 },
          { reason: 'dependency', cells: 1 },
        ],
      },
      {
        ...{
          source: 'orders',
          column: 'weight',
          cellsNew: 0,
          applied: 0,
          proposed: 0,
          flagged: 1,
          reverted: 0,
        },
        reasons: [{ reason: 'lost-precision', cells: 1 }],
      },
    ]);
  });

  it('puts problems of this run before those of earlier slices', () => {
    expect(model.problems.map(({ slice, severity, isNew }) => [slice, severity, isNew])).toEqual([
      ['2026-10-02', 'error', true],
      ['2026-10-02', 'warn', true],
      ['2026-10-01', 'error', false],
    ]);
  });

  it('orders changes by gravity and checks by status', () => {
    expect(model.changes.map(({ kind }) => kind)).toEqual([
      'slice_refused',
      'column_added',
      'records_new',
      'slices_arrived',
    ]);
    expect(model.checks.map(({ status }) => status)).toEqual(['error', 'warn', 'pass']);
  });

  it('shows figures and frequent values of columns that are not personal', () => {
    const [unified, raw] = model.assets;
    expect([unified?.asset, raw?.asset]).toEqual(['unified.events', 'raw.orders']);
    expect(raw?.columns[0]).toMatchObject({
      column: 'amount',
      min: '1',
      max: '90',
      mean: '20.5',
      median: '12',
      top: [{ value: '5', rows: 7 }],
      alerts: ['skewed'],
      links: ['events.value = amount'],
    });
  });

  it('holds no value of a personal column and nothing of a rejected row', () => {
    const note = model.assets[1]?.columns[1];
    expect(note).toMatchObject({ column: 'note', personal: true, min: '', max: '', mean: '', top: [] });
    expect(JSON.stringify(model)).not.toContain(canary);
  });

  it('tells of sources that are configured, in the configuration’s order, known or not', () => {
    expect(
      model.sources.map(({ source, health, arrived, slices }) => [source, health, arrived, slices]),
    ).toEqual([
      ['orders', 'Degraded', 1, 2],
      ['products', 'Unknown', 0, 0],
    ]);
  });

  it('adds the ledger up over all slices and draws the volume of sources with several', () => {
    expect(model.ledger).toMatchObject([
      { stage: 'collect', source: 'orders', slices: 2, rowsIn: 20, rejected: 1 },
      { stage: 'normalize', source: 'orders', slices: 2, rowsIn: 19, rejected: 10, duplicates: 2 },
    ]);
    expect(model.volume).toEqual([
      {
        source: 'orders',
        points: [
          ['2026-10-01', 1],
          ['2026-10-02', 2],
        ],
      },
    ]);
  });

  it('leaves nothing behind in the store’s staging folder', async () => {
    expect(await readdir(join(fixture.store.dir, 'staging'))).toEqual([]);
  });
});

async function smallStore({ slice }: ReportFixture) {
  const place = (date: string, line: number, rest: string): string =>
    `select '${date}' as slice, 'orders/${date}.csv' as file, ${line} as line, ${rest}, '${canary}' as raw`;
  const cell = (date: string, column: string, reason: string, status: string): string =>
    `select '${date}' as slice, '${column}' as "column", '${reason}' as reason, '${status}' as status, '${canary}' as value, '${canary}' as repair`;
  const range = `'events' as entity, 'value' as "column", 'STK-CONTRACT-RANGE' as reason, 1::bigint as rows`;
  const quote = `null as entity, null as "column", 'STK-COLLECT-QUOTE' as reason, 1::bigint as rows`;
  const type = `'events' as entity, 'time' as "column", 'STK-NORMALIZE-TYPE' as reason, 7::bigint as rows`;
  const datasets = {
    'raw.orders': [
      await slice('2026-10-01', "select 'x' as amount"),
      await slice('2026-10-02', "select unnest(['y', 'z']) as amount"),
    ],
    'quarantine.orders': [
      await slice(
        '2026-10-01',
        [place('2026-10-01', 2, range), place('2026-10-01', 3, type)].join(' union all '),
      ),
      await slice(
        '2026-10-02',
        [place('2026-10-02', 9, range), place('2026-10-02', 4, range), place('2026-10-02', 0, quote)].join(
          ' union all ',
        ),
      ),
    ],
    'repairs.orders': [
      await slice(
        '2026-10-01',
        `${cell('2026-10-01', 'weight', 'lost-precision', 'flagged')} union all ${cell('2026-10-01', 'brand', 'typo', 'reverted')}`,
      ),
      await slice(
        '2026-10-02',
        `${cell('2026-10-02', 'brand', 'typo', 'applied')} union all ${cell('2026-10-02', 'brand', 'dependency', 'proposed')}`,
      ),
    ],
    'inventory.assets': [await slice('all', assetsSql)],
    'inventory.columns': [await slice('all', columnsSql)],
    'inventory.checks': [await slice('all', checksSql)],
    'inventory.changes': [await slice('all', changesSql)],
  };
  const source = 'orders';
  const [old, now] = ['2026-10-01', '2026-10-02'];
  return workOf({
    datasets,
    ledger: [
      ledgerLine({ stage: 'collect', source, slice: old, rowsIn: 8 }),
      ledgerLine({ stage: 'collect', source, slice: now, rowsIn: 12, rejected: 1 }),
      ledgerLine({ stage: 'normalize', source, slice: old, entity: 'events', rowsIn: 8, rejected: 8 }),
      ledgerLine({
        stage: 'normalize',
        source,
        slice: now,
        entity: 'events',
        rowsIn: 11,
        rejected: 2,
        duplicates: 2,
      }),
    ],
    problems: [
      problem({ source, slice: old, code: 'STK-NORMALIZE-TYPE', rows: 7 }),
      problem({ source, slice: now, code: 'STK-COLLECT-EMPTY', severity: 'warn' }),
      problem({ source, slice: now, code: 'STK-CONTRACT-RANGE', rows: 2 }),
    ],
  });
}

const assetsSql = `
select
  asset, kind, source, owner, meaning, evidence, why, ['events'] as entities, ['orders'] as sources,
  grain, 3::bigint as rows, 100::bigint as bytes, 2::bigint as slices, 'Degraded' as health, '' as health_why,
  '2026-10-01' as first_slice, '2026-10-02' as last_slice, '' as newest
from (values
  ('raw.orders', 'source', 'orders', 'web shop', 'What was paid.', 'declared', '', 'One row per record.'),
  ('unified.events', 'unified', '', 'web shop', 'Events.', 'mapping', 'unified from orders', 'One row per event.')
) as t(asset, kind, source, owner, meaning, evidence, why, grain)`;

const columnsSql = `
select
  'raw.orders' as asset, "column", position, 'VARCHAR' as type, 'decimal' as looks_like, kind,
  'Meaning.' as meaning, 'mapping' as evidence, '' as why, ['events.value = amount'] as links, '' as unit,
  personal, 0.25::double as null_share, 7::bigint as distinct_values, false as sampled,
  3.5::double as average_length, min, max, mean, median, [{'value': top, 'rows': 7::bigint}] as top,
  ['skewed'] as alerts
from (values
  ('amount', 1, 'money', false, '1', '90', '20.5', '12', '5'),
  ('note', 2, 'text', true, '${canary}', '${canary}', '${canary}', '${canary}', '${canary}')
) as t("column", position, kind, personal, min, max, mean, median, top)`;

const checksSql = `
select
  'orders' as source, 'events' as entity, type, 'value' as "column", '' as slice, status, status as severity,
  12::bigint as evaluated, unexpected, 0.0::double as percent, '' as expected, '' as observed
from (values
  ('not_null', 'pass', 0::bigint),
  ('unique', 'warn', 1::bigint),
  ('range', 'error', 2::bigint)
) as t(type, status, unexpected)`;

const changesSql = `
select kind, 'raw.orders' as asset, '' as "column", '' as slice, '' as before, '' as after, 1::bigint as rows, kind as sentence
from (values ('slices_arrived'), ('records_new'), ('column_added'), ('slice_refused')) as t(kind)`;
