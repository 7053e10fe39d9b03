import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NamedDecision } from '../../schemas/decision.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { decisionStates, decisionsBySlice } from './decisions.ts';
import { openRawFixture, type RawFixture, type SourceInput } from './raw-fixture.ts';

const day = '2026-10-01';
const sha = 'a'.repeat(64);
const planned = [{ slice: day, files: [{ path: `${day}.csv`, bytes: 1, sha256: sha }] }];
const about = { format: 1 as const, source: 'orders', by: 'ann', at: '2026-10-02T08:00:00.000Z', why: '' };
const row = (line: number) => ({ sha256: sha, member: '', line });
const fix = (line: number, set: Record<string, string>): NamedDecision => ({
  id: `fix${line}`,
  decision: { ...about, action: 'fix', row: row(line), set },
});
const release = (line: number, column: string, reason: string): NamedDecision => ({
  id: `release${line}`,
  decision: { ...about, action: 'release', rows: [{ ...row(line), entity: 'events', column, reason }] },
});

const source: SourceInput = {
  entities: {
    events: { columns: { event_id: 'id', item_id: 'sku', kind: "'view'", time: '_slice', value: 'price' } },
  },
  contract: {
    maxRejectedShare: 1,
    checks: [
      { type: 'range', column: 'value', max: 100 },
      { type: 'unique', column: 'event_id' },
    ],
  },
};

let fixture: RawFixture;
let before: StageOutput;
let after: StageOutput;
const normalize = async (decisions: readonly NamedDecision[], force = false): Promise<StageOutput> => {
  const columns = ['id', 'sku', 'price'];
  const raw = [
    await fixture.raw({
      columns,
      rows: [
        ['1', 'a', '5'],
        ['2', 'b', '900'],
        ['3', 'c', 'five'],
        ['4', 'd', 'six'],
        ['1', 'e', '7'],
      ],
    }),
    await fixture.raw({ slice: '2026-10-02', columns, rows: [['9', 'a', '901']] }),
  ];
  return fixture.normalize(source, raw, {
    decisions: decisionsBySlice(decisions, 'orders', planned),
    context: { force },
  });
};
const decided = [
  release(2, 'value', 'STK-CONTRACT-RANGE'),
  fix(3, { price: '5.50' }),
  fix(4, { price: 'still six' }),
  release(5, 'event_id', 'STK-CONTRACT-UNIQUE'),
];

beforeAll(async () => {
  fixture = await openRawFixture();
  before = await normalize([]);
  after = await normalize(decided);
});
afterAll(() => fixture.close());

describe('decisions about rejected rows', () => {
  it('let released and fixed rows in again and leave what is still bad with its reason', async () => {
    expect(before.ledger[0]).toMatchObject({ rowsIn: 5, rowsOut: 1, rejected: 4 });
    expect(after.ledger[0]).toMatchObject({ rowsIn: 5, rowsOut: 4, rejected: 1 });
    const clean = await fixture.read(
      after,
      'clean.orders.events',
      'item_id, cast(value as varchar) as value',
    );
    expect(clean.map(({ item_id, value }) => [item_id, Number(value)])).toEqual([
      ['a', 5],
      ['b', 900],
      ['c', 5.5],
      ['e', 7],
    ]);
    const bad = await fixture.read(after, 'quarantine.orders', 'line, "column", reason');
    expect(bad).toEqual([
      { line: '4', column: 'value', reason: 'STK-NORMALIZE-TYPE' },
      { line: '1', column: 'value', reason: 'STK-CONTRACT-RANGE' },
    ]);
  });

  it('are told in the facts of the slice', async () => {
    const [slice] = after.datasets['clean.orders.events'] ?? [];
    if (!slice) throw new TypeError('no slice');
    const { facts } = await fixture.store.manifests.read(slice.manifest);
    const told = { action: 'fix', entity: 'events' };
    expect(facts.decisions).toEqual([
      { ...told, decision: 'fix3', accepted: 1, rejected: 0 },
      { ...told, decision: 'fix4', accepted: 0, rejected: 1 },
      { ...told, action: 'release', decision: 'release2', accepted: 1, rejected: 0 },
      { ...told, action: 'release', decision: 'release5', accepted: 1, rejected: 0 },
    ]);
  });

  it('change the key of the slices they touch alone, and give the same bytes again', async () => {
    const keys = (output: StageOutput) =>
      output.datasets['clean.orders.events']?.map(({ manifest }) => manifest.key);
    expect(keys(after)?.[0]).not.toBe(keys(before)?.[0]);
    expect(keys(after)?.[1]).toBe(keys(before)?.[1]);
    expect(after.reused).toBe(1);
    expect(await normalize(decided, true)).toEqual({ ...after, reused: 0 });
  });

  it('that a typed column cannot hold whole keep the row in quarantine, with a reason', async () => {
    const typed = `select * from (values ('1', 'a', 5::bigint, 1::bigint), ('2', 'b', 6, 2), ('3', 'c', 7, 3), ('4', 'd', 8, 4))
      as t (id, sku, price, _line), (select '${day}.csv' as _file)`;
    const raw = [await fixture.rawQueries(day, ['id', 'sku', 'price'], [typed])];
    const output = await fixture.normalize(source, raw, {
      decisions: decisionsBySlice(
        [fix(1, { price: '50' }), fix(2, { price: 'six' }), fix(3, { price: '7.5' }), fix(4, { price: '' })],
        'orders',
        planned,
      ),
    });
    expect(output.ledger[0]).toMatchObject({ rowsIn: 4, rowsOut: 2, rejected: 2 });
    const clean = await fixture.read(output, 'clean.orders.events', 'item_id, value::varchar as value');
    expect(clean.map(({ item_id, value }) => [item_id, value === null ? null : Number(value)])).toEqual([
      ['a', 50],
      ['d', null],
    ]);
    const bad = await fixture.read(output, 'quarantine.orders', 'line, "column", reason, message, raw');
    expect(bad).toMatchObject([
      { line: '2', column: 'price', reason: 'STK-NORMALIZE-FIX', raw: expect.stringContaining('"price":6') },
      { line: '3', message: expect.stringContaining('expected BIGINT') },
    ]);
  });

  it('that are taken back leave the bytes there were before', async () => {
    const withdrawn = decided.map(
      ({ id }): NamedDecision => ({
        id: `withdraw ${id}`,
        decision: { ...about, action: 'withdraw', decision: id },
      }),
    );
    const output = await normalize([...decided, ...withdrawn]);
    expect(output).toEqual({ ...before, reused: 2 });
    expect(decisionStates([...decided, ...withdrawn.slice(1)]).map(({ state }) => state)).toEqual([
      'in force',
      'withdrawn',
      'withdrawn',
      'withdrawn',
    ]);
  });

  it('never follow a file whose content is another', () => {
    const replaced = [{ slice: day, files: [{ path: `${day}.csv`, bytes: 1, sha256: 'b'.repeat(64) }] }];
    expect(decisionsBySlice(decided, 'orders', replaced).size).toBe(0);
  });
});
