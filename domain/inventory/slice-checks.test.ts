import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { addDays } from '../plan/dates.ts';
import { openWarehouse } from '../warehouse/warehouse.ts';
import { endOfDate, freshnessCheck } from './freshness.ts';
import { type ComparedColumn, nullChanges, schemaCheck, schemaDifference } from './schema-changes.ts';
import { gapCheck, intakeCheck, ledgerChecks, rangesOf, volumeCheck } from './slice-checks.ts';

const slice = (name: string, rows: number): DatasetSlice => ({
  slice: name,
  manifest: { stage: 'collect', key: '0'.repeat(64), sha256: '0'.repeat(64) },
  files: [],
  rows,
  bytes: 0,
});

const days = (first: string, rows: readonly number[]): DatasetSlice[] =>
  rows.map((count, index) => slice(addDays(first, index), count));

describe('volumeCheck', () => {
  it.each([
    ['passes within half and twice the median', [100, 90, 110, 60], 'pass', '50 – 200'],
    ['warns below half', [100, 90, 110, 49], 'warn', '50 – 200'],
    ['warns above twice', [100, 90, 110, 201], 'warn', '50 – 200'],
  ])('%s', (_, rows, status, expected) => {
    const [check] = volumeCheck(
      's',
      days(
        '2026-03-02',
        rows.map((n) => n),
      ),
    );
    // The median of 100, 90 and 110 is 100.
    expect(check).toMatchObject({ status, expected, observed: String(rows.at(-1)), slice: '2026-03-05' });
  });

  it('compares with the same weekday once there are four of them', () => {
    const rows = Array.from({ length: 29 }, (_, index) => (index % 7 === 0 ? 1000 : 10));
    const [check] = volumeCheck('s', days('2026-03-02', rows));
    expect(check).toMatchObject({ status: 'pass', evaluated: 4, expected: '500 – 2000' });
  });

  it('says nothing without an earlier day', () => {
    expect(volumeCheck('s', days('2026-03-02', [5]))).toEqual([]);
    expect(volumeCheck('s', [slice('all', 5)])).toEqual([]);
  });
});

describe('gapCheck', () => {
  it('lists missing calendar days as ranges', () => {
    const [check] = gapCheck(
      's',
      ['2026-03-01', '2026-03-03', '2026-03-07'].map((day) => slice(day, 1)),
    );
    expect(check).toMatchObject({
      status: 'info',
      evaluated: 7,
      unexpected: 4,
      observed: '2026-03-02, 2026-03-04 – 2026-03-06',
    });
  });

  it('joins neighbours over a month’s end', () => {
    expect(rangesOf(['2026-02-27', '2026-02-28', '2026-03-01'])).toEqual(['2026-02-27 – 2026-03-01']);
  });
});

describe('intakeCheck', () => {
  const problem = {
    severity: 'error',
    source: 's',
    slice: 'd1',
    code: 'STK-X',
    message: '',
    rows: 0,
  } as const;

  it('is an error when a slice was refused, a file kept out, or nothing is there', () => {
    expect(intakeCheck('s', 3, ['d1'], [problem], [])).toMatchObject({
      status: 'error',
      unexpected: 1,
      evaluated: 1,
    });
    expect(intakeCheck('s', 3, [], [], ['d2'])).toMatchObject({ status: 'error', unexpected: 1 });
    expect(intakeCheck('s', 0, [], [], [])).toMatchObject({ status: 'error' });
  });

  it('warns of what was taken all the same', () => {
    expect(intakeCheck('s', 3, ['d1'], [{ ...problem, severity: 'warn' }], [])).toMatchObject({
      status: 'warn',
      unexpected: 0,
      observed: 'STK-X',
    });
  });
});

describe('ledgerChecks', () => {
  it('fails when rows are unaccounted for', () => {
    const sums = [
      { source: 's', entity: 'events', rows: 10, lost: 0 },
      { source: 's', entity: 'items', rows: 10, lost: 2 },
      { source: 'other', entity: 'items', rows: 1, lost: 0 },
    ];
    expect(ledgerChecks('s', sums).map(({ entity, status }) => [entity, status])).toEqual([
      ['events', 'pass'],
      ['items', 'error'],
    ]);
  });
});

describe('freshnessCheck', () => {
  it('measures from the end of the data date in the business time zone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'stocktake-freshness-'));
    const warehouse = await openWarehouse({ threads: 1, memoryMb: 256, tempDir: dir });
    expect(await endOfDate(warehouse, '2026-03-28', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z');
    expect(await endOfDate(warehouse, '2026-03-29', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
    expect(await endOfDate(warehouse, '2026-03-28', 'Asia/Shanghai')).toBe('2026-03-28T16:00:00.000Z');
    warehouse.close();
    await rm(dir, { recursive: true });
  });

  const end = '2026-03-02T23:00:00.000Z';
  const limits = {
    warnAfter: { count: 90, period: 'minute' as const },
    errorAfter: { count: 1, period: 'day' as const },
  };

  it.each([
    ['2026-03-02T22:00:00.000Z', 'pass', '1.0 h'],
    ['2026-03-02T21:00:00.000Z', 'warn', '2.0 h'],
    ['2026-03-01T22:00:00.000Z', 'error', '25.0 h'],
    ['2026-03-03T22:00:00.000Z', 'pass', '0.0 h'],
  ])('judges %s as %s', (newest, status, observed) => {
    expect(freshnessCheck('s', newest, end, limits)[0]).toMatchObject({ status, observed });
  });

  it('only tells the age where no limit is set', () => {
    expect(freshnessCheck('s', end, end, {})[0]?.status).toBe('info');
    expect(freshnessCheck('s', '', end, limits)).toEqual([]);
  });
});

describe('schemaDifference', () => {
  const column = (name: string, looksLike = 'text', nullShare = 0): ComparedColumn => ({
    asset: 'raw.s',
    column: name,
    looks_like: looksLike,
    type: 'VARCHAR',
    signature: 'A',
    rows: 100,
    null_share: nullShare,
    links: [],
  });

  it('finds added, dropped and retyped columns, and passes over empty ones', () => {
    const before = [column('a'), column('b', 'integer'), column('c', 'empty'), column('d')];
    const after = [column('a'), column('b', 'text'), column('c', 'date'), column('e', 'date')];
    const difference = schemaDifference(before, after);
    expect(difference.added.map((one) => one.column)).toEqual(['e']);
    expect(difference.dropped.map((one) => one.column)).toEqual(['d']);
    expect(difference.retyped.map((one) => one.after.column)).toEqual(['b']);
    expect(difference.renamed).toEqual([]);
    expect(schemaCheck('s', 4, difference, new Set(['a']))).toMatchObject({ status: 'warn', unexpected: 3 });
    expect(schemaCheck('s', 4, difference, new Set(['d']))).toMatchObject({ status: 'error' });
  });

  it('calls a column retyped only when both sides hold enough values', () => {
    const few = { ...column('b', 'text'), rows: 29 };
    const many = column('b', 'time');
    expect(schemaDifference([few], [many]).retyped).toEqual([]);
    expect(schemaDifference([many], [few]).retyped).toEqual([]);
    expect(schemaDifference([{ ...few, rows: 30 }], [many]).retyped).toHaveLength(1);
  });

  it('guesses a rename only when one new column is written alike', () => {
    const one = schemaDifference([column('old')], [column('new')]);
    expect(one.renamed).toEqual([{ before: 'old', after: 'new' }]);
    const two = schemaDifference([column('old')], [column('new'), column('newer')]);
    expect(two.renamed).toEqual([]);
  });

  it('tells a share of missing values that moved by five points', () => {
    const changes = nullChanges(
      [column('a', 'text', 0.1), column('b', 'text', 0.1)],
      [column('a', 'text', 0.15), column('b', 'text', 0.149)],
    );
    expect(changes.map(({ column: name, before, after }) => [name, before, after])).toEqual([
      ['a', '10.0', '15.0'],
    ]);
  });
});
