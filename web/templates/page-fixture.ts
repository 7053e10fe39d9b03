import { fullLoop } from '../../domain/report/loop-fixture.ts';
import type { ReportModel } from '../../domain/report/report.ts';

/** What a page must show as text and never run or load. */
export const hostile = `<script src="//x.example/x.js">&'</script><img src=x onerror=alert(1)>`;

const hash = 'b'.repeat(64);

/** Dates from 2026-01-01 on, as slices are named. */
export function slicesOf(count: number): string[] {
  return Array.from({ length: count }, (_, day) =>
    new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
  );
}

/** A model with something in every section, hostile texts wherever data may put one. */
export function fullModel(slices = 3, sourceNames: readonly string[] = ['orders', 'products']): ReportModel {
  const dates = slicesOf(slices);
  const last = dates.at(-1) ?? '';
  return {
    shape: 'stocktake.report/1',
    project: 'shop',
    workflow: 'nightlyInventory',
    dataDate: last,
    from: last,
    trigger: 'manual',
    record: 'run-1',
    baseSnapshot: 1,
    headline: {
      status: 'attention',
      sources: sourceNames.length,
      sourcesArrived: 1,
      slicesArrived: 1,
      rowsIn: 1200,
      rejected: 3,
      duplicates: 1,
      quarantined: 40,
      checks: { pass: 1, warn: 1, error: 1 },
      changes: 2,
      parts: 4,
      reusedParts: 2,
      milliseconds: 23_000,
      peakMemoryBytes: 430_000_000,
      bytesWritten: 1_700_000,
    },
    changes: [
      {
        kind: 'column_added',
        asset: 'raw.orders',
        column: hostile,
        slice: '',
        before: '',
        after: 'text',
        rows: 0,
        sentence: `raw.orders has a new column ${hostile} (text).`,
      },
    ],
    sources: sourceNames.map((source, place) => ({
      source,
      owner: place === 0 ? hostile : '',
      description: place === 0 ? hostile : '',
      required: place === 0,
      health: place === 0 ? 'Degraded' : 'Healthy',
      healthWhy: '',
      slices,
      arrived: place === 0 ? 1 : 0,
      rows: 1000 * slices,
      bytes: 5000 * slices,
      firstSlice: dates[0] ?? '',
      lastSlice: last,
      newest: '',
      missing: place === 1 ? `no file ${hostile}` : '',
    })),
    assets: [assetOf('unified.events', 'unified'), assetOf('raw.orders', 'source')],
    checks: (['error', 'warn', 'pass'] as const).map((status) => ({
      source: 'orders',
      entity: 'events',
      type: status === 'error' ? 'pattern' : 'volume',
      column: hostile,
      slice: last,
      status,
      evaluated: 100,
      unexpected: status === 'pass' ? 0 : 3,
      percent: 3,
      expected: hostile,
      observed: hostile,
    })),
    quarantine: [
      {
        source: 'orders',
        reason: 'STK-CONTRACT-RANGE',
        entity: 'events',
        column: hostile,
        rowsNew: 3,
        rows: 40,
        slices,
        examples: [
          { slice: last, file: `orders/${hostile}.csv`, line: 7 },
          { slice: last, file: 'orders/b.csv', line: 0 },
          { slice: last, file: '', line: 0 },
        ],
      },
    ],
    repairs: [
      {
        source: 'orders',
        column: hostile,
        cellsNew: 3,
        applied: 1200,
        proposed: 20,
        flagged: 4,
        reverted: 1,
        reasons: [
          { reason: 'typo', cells: 1220 },
          { reason: 'lost-precision', cells: 5 },
        ],
      },
      {
        source: 'orders',
        column: 'country',
        cellsNew: 0,
        applied: 7,
        proposed: 0,
        flagged: 0,
        reverted: 0,
        reasons: [{ reason: 'dependency', cells: 7 }],
      },
    ],
    problems: [true, false].map((isNew) => ({
      severity: 'error',
      source: 'orders',
      slice: last,
      code: 'STK-COLLECT-QUOTE',
      message: hostile,
      rows: 1,
      file: 'orders/b.csv',
      isNew,
    })),
    ledger: sourceNames.map((source) => ({
      stage: 'normalize',
      source,
      entity: 'events',
      slices,
      rowsIn: 100,
      rowsOut: 80,
      duplicates: 5,
      merged: 5,
      rejected: 7,
      skipped: 3,
    })),
    datasets: [
      {
        dataset: 'raw.orders',
        stage: 'collect',
        reads: [],
        grain: 'One record of a source file.',
        slices,
        rows: 10,
        bytes: 10,
      },
    ],
    volume: sourceNames.map((source, place) => ({
      source,
      points: dates.map((date, day): [string, number] => [date, 10 ** place + ((day * 7919) % 97)]),
    })),
    steps: [
      {
        step: 'inventory',
        stage: 'inventory',
        decision: 'ran',
        why: 'new inputs',
        parts: 1,
        reusedParts: 0,
        milliseconds: 3800,
        rowsIn: 1,
        rowsOut: 1,
        rejected: 0,
        peakMemoryBytes: 1,
        bytesWritten: 1,
      },
    ],
    loop: fullLoop(hostile),
    reproduction: {
      configHash: hash,
      codeVersion: '1.0.0',
      engines: { duckdb: '1.5' },
      threads: 2,
      seed: 1,
      plan: hash,
    },
  };
}

function assetOf(asset: string, kind: string): ReportModel['assets'][number] {
  return {
    asset,
    kind,
    entities: ['events'],
    sources: ['orders'],
    meaning: 'What was paid.',
    evidence: 'mapping',
    why: 'mapped onto events',
    owner: 'web shop',
    grain: 'One row per record.',
    health: 'Degraded',
    rows: 1000,
    bytes: 5000,
    slices: 3,
    columns: [
      columnOf(hostile, { top: [{ value: hostile, rows: 20 }], min: hostile, max: 'z'.repeat(60) }),
      columnOf('a_very_long_column_name_that_must_stay_in_one_piece', {
        mean: '107.392599',
        median: '84.29',
        alerts: ['skewed', 'missing'],
      }),
      columnOf('e_mail', { personal: true, kind: 'email' }),
    ],
  };
}

function columnOf(
  column: string,
  given: Partial<ReportModel['assets'][number]['columns'][number]>,
): ReportModel['assets'][number]['columns'][number] {
  return {
    column,
    type: 'VARCHAR',
    looksLike: 'text',
    kind: 'text',
    meaning: 'Words for people.',
    evidence: 'values',
    why: 'its values have 42 characters on average',
    links: [],
    unit: '',
    personal: false,
    nullShare: 0.25,
    distinct: 7,
    sampled: false,
    averageLength: 42,
    min: '1',
    max: '90',
    mean: '',
    median: '',
    top: [],
    alerts: [],
    ...given,
  };
}
