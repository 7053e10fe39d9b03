import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingColumns, tooManyRejected } from './contract.ts';
import { openRawFixture, type RawFixture, type SourceInput } from './raw-fixture.ts';

let fixture: RawFixture;
beforeAll(async () => {
  fixture = await openRawFixture();
});
afterAll(() => fixture.close());

const day = '2026-10-01';
const columns = ['sku', 'what', 'price'];
const events = {
  events: { columns: { item_id: 'sku', kind: 'what', time: '_slice', value: 'price', quantity: 'price' } },
};
const name = { source: 'orders', slice: day };

describe('required columns', () => {
  it('are told with what was expected, received and meant', () => {
    expect(missingColumns(name, ['sku', 'UnitPrice'], ['sku', 'Unit_Price', 'colour'], 7)).toEqual({
      code: 'STK-CONTRACT-COLUMNS',
      message:
        "orders 2026-10-01 lacks UnitPrice (nearest received: Unit_Price); expected sku, UnitPrice; received sku, Unit_Price, colour; fix the file, or the contract's requiredColumns and the mapping",
      rows: 7,
    });
  });

  it('may come in any order and with others', () => {
    expect(missingColumns(name, ['b', 'a'], ['a', 'x', 'b'], 7)).toBeUndefined();
  });

  it('are told in short where there are many', () => {
    const many = Array.from({ length: 600 }, (_, index) => `c${index}`);
    const refusal = missingColumns(name, ['zz'], many, 1);
    expect(refusal?.message).toContain('c19 and 580 more');
    expect(refusal?.message.length).toBeLessThan(400);
  });

  it('refuse the slice without a look at its rows; the other slices go on', async () => {
    const good = await fixture.raw({ columns, rows: [['A', 'view', '1']] });
    const renamed = await fixture.raw({
      slice: '2026-10-02',
      columns: ['SKU', 'what'],
      rows: [
        ['A', 'view'],
        ['B', 'view'],
      ],
      rejects: [{ reason: 'STK-COLLECT-LINE', rows: 1 }],
    });
    const source: SourceInput = {
      entities: { ...events, items: { columns: { item_id: 'sku' } } },
      contract: { requiredColumns: ['sku'] },
    };
    const output = await fixture.normalize(source, [good, renamed]);
    for (const entity of ['events', 'items']) {
      expect(output.datasets[`clean.orders.${entity}`]?.map(({ slice }) => slice)).toEqual([day]);
      expect(output.ledger).toContainEqual(
        expect.objectContaining({ entity, slice: '2026-10-02', rowsIn: 2, rejected: 2, rowsOut: 0 }),
      );
    }
    expect(output.datasets['quarantine.orders']?.map(({ slice }) => slice)).toEqual(['2026-10-02']);
    expect(await fixture.read(output, 'quarantine.orders', 'file, line, entity, reason, rows')).toEqual([
      { file: null, line: null, entity: null, reason: 'STK-CONTRACT-COLUMNS', rows: '2' },
      { file: '2026-10-02.csv', line: '1', entity: null, reason: 'STK-COLLECT-LINE', rows: '1' },
    ]);
    expect(output.problems).toEqual([
      expect.objectContaining({
        severity: 'error',
        slice: '2026-10-02',
        code: 'STK-CONTRACT-COLUMNS',
        rows: 2,
      }),
    ]);
    const [quarantined] = output.datasets['quarantine.orders'] ?? [];
    if (!quarantined) throw new TypeError('no quarantine');
    const manifest = await fixture.store.manifests.read(quarantined.manifest);
    expect(manifest.facts).toMatchObject({
      columns: ['SKU', 'what'],
      counts: { items: 0, events: 0 },
      refused: { code: 'STK-CONTRACT-COLUMNS' },
    });
    expect(Object.keys(manifest.files)).toEqual(['quarantine']);
  });
});

describe('the share of rejected rows', () => {
  const counts = [
    { entity: 'users', rowsIn: 10, skipped: 10, rejected: 0 },
    { entity: 'events', rowsIn: 10, skipped: 2, rejected: 5 },
  ];
  const rejections = [
    { entity: 'events', column: 'value', reason: 'STK-NORMALIZE-TYPE', rows: 1 },
    { entity: 'events', column: 'time', reason: 'STK-NORMALIZE-TYPE', rows: 4 },
  ];

  it('leaves skipped rows out and names the causes, the largest first', () => {
    expect(tooManyRejected(name, 0.5, counts, rejections, 0)).toEqual({
      code: 'STK-CONTRACT-REJECTED-SHARE',
      message:
        'orders 2026-10-01: 5 of 8 rows of events were rejected (62.5 %: STK-NORMALIZE-TYPE time 4, STK-NORMALIZE-TYPE value 1), more than the 50 % of contract.maxRejectedShare; fix the source, the mapping or the contract',
      rows: 10,
    });
    expect(tooManyRejected(name, 0.625, counts, rejections, 0)).toBeUndefined();
  });

  it('of a slice of which nothing could be read is everything', () => {
    expect(tooManyRejected(name, 0.5, [], [], 12)?.message).toContain('collect kept out 12 lines or files');
    expect(tooManyRejected(name, 1, [], [], 12)).toBeUndefined();
    expect(tooManyRejected(name, 0, [], [], 0)).toBeUndefined();
  });

  it('refuses the whole slice: all rows count as rejected, the single reasons stay in quarantine', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['A', 'view', '1'],
        ['B', 'view', 'one'],
        ['C', 'view', 'two'],
      ],
    });
    const source = { entities: { ...events, items: { columns: { item_id: 'sku' } } } };
    const output = await fixture.normalize(source, [raw]);
    expect(output.datasets['clean.orders.events']).toEqual([]);
    expect(output.datasets['clean.orders.items']).toEqual([]);
    expect(output.ledger.map(({ entity, rejected, rowsOut }) => ({ entity, rejected, rowsOut }))).toEqual([
      { entity: 'items', rejected: 3, rowsOut: 0 },
      { entity: 'events', rejected: 3, rowsOut: 0 },
    ]);
    expect(await fixture.read(output, 'quarantine.orders', 'line, "column", reason, also, rows')).toEqual([
      { line: null, column: null, reason: 'STK-CONTRACT-REJECTED-SHARE', also: null, rows: '3' },
      { line: '2', column: 'quantity', reason: 'STK-NORMALIZE-TYPE', also: 'value', rows: '1' },
      { line: '3', column: 'quantity', reason: 'STK-NORMALIZE-TYPE', also: 'value', rows: '1' },
    ]);
    expect(output.problems.map(({ code, rows }) => ({ code, rows }))).toEqual([
      { code: 'STK-CONTRACT-REJECTED-SHARE', rows: 3 },
      { code: 'STK-NORMALIZE-TYPE', rows: 2 },
    ]);
  });

  it('refuses a slice of which collect let nothing in, counted or not, so that the last good one stays', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [],
      rejects: [{ reason: 'STK-COLLECT-HEADER', rows: 0 }],
    });
    const output = await fixture.normalize({ entities: events }, [raw]);
    expect(output.datasets['clean.orders.events']).toEqual([]);
    expect(output.ledger).toEqual([expect.objectContaining({ rowsIn: 0, rejected: 0 })]);
    expect(output.problems.map(({ code }) => code)).toEqual(['STK-CONTRACT-REJECTED-SHARE']);
  });
});

describe('row checks', () => {
  async function rejectedBy(contract: SourceInput['contract'], rows: (string | null)[][]): Promise<unknown> {
    const raw = await fixture.raw({ columns, rows });
    const output = await fixture.normalize(
      { entities: events, contract: { maxRejectedShare: 1, ...contract } },
      [raw],
    );
    return fixture.read(output, 'quarantine.orders', 'line, "column", reason, message, also');
  }

  it('range keeps its bounds and lets nothing pass but nulls and numbers inside', async () => {
    expect(
      await rejectedBy({ checks: [{ type: 'range', column: 'value', min: 0, max: 1000000.5 }] }, [
        ['A', 'view', '0'],
        ['B', 'view', '1000000.5'],
        ['C', 'view', null],
        ['D', 'view', '-0.01'],
        ['E', 'view', '1000000.51'],
      ]),
    ).toEqual([
      {
        line: '4',
        column: 'value',
        reason: 'STK-CONTRACT-RANGE',
        message: 'received a number out of range, expected at least 0 and at most 1000000.5',
        also: null,
      },
      expect.objectContaining({ line: '5' }),
    ]);
  });

  it('accepted_values compares clean texts and numbers by value', async () => {
    const checks = [
      { type: 'accepted_values' as const, column: 'kind', values: ['Cafe\u0301', 'view'] },
      { type: 'accepted_values' as const, column: 'quantity', values: ['4', '5.50'] },
    ];
    expect(
      await rejectedBy({ checks }, [
        ['A', 'Caf\u00e9', '4.0'],
        ['B', 'view', '5.5'],
        ['C', 'view', null],
        ['D', 'VIEW', '6'],
      ]),
    ).toEqual([
      {
        line: '4',
        column: 'kind',
        reason: 'STK-CONTRACT-ACCEPTED-VALUES',
        message: 'received another value, expected one of Cafe\u0301, view',
        also: 'quantity',
      },
    ]);
  });

  it('not_accepted_values and length look at clean texts and let missing values pass', async () => {
    const checks = [
      { type: 'not_accepted_values' as const, column: 'quantity', values: ['0.0'] },
      { type: 'length' as const, column: 'item_id', min: 2, max: 3 },
    ];
    const rejected = await rejectedBy({ checks }, [
      [' 中文 ', 'view', '1'],
      ['AB', 'view', '0'],
      ['A', 'view', null],
      ['ABCD', 'view', '0'],
    ]);
    expect(rejected).toEqual([
      expect.objectContaining({ line: '2', reason: 'STK-CONTRACT-NOT-ACCEPTED-VALUES', also: null }),
      {
        line: '3',
        column: 'item_id',
        reason: 'STK-CONTRACT-LENGTH',
        message: 'received a text of another length, expected at least 2 and at most 3 characters',
        also: null,
      },
      expect.objectContaining({ line: '4', column: 'quantity', also: 'item_id' }),
    ]);
  });

  it('pattern matches the whole value', async () => {
    expect(
      await rejectedBy({ checks: [{ type: 'pattern', column: 'item_id', regex: "[A-Z]{2}'?\\d" }] }, [
        ['AB1', 'view', null],
        ["AB'1", 'view', null],
        ['xAB1', 'view', null],
      ]),
    ).toEqual([expect.objectContaining({ line: '3', reason: 'STK-CONTRACT-PATTERN' })]);
  });

  it('not_null asks for a value', async () => {
    expect(
      await rejectedBy({ checks: [{ type: 'not_null', column: 'value' }] }, [
        ['A', 'view', '1'],
        ['B', 'view', ' '],
      ]),
    ).toEqual([expect.objectContaining({ line: '2', reason: 'STK-CONTRACT-NOT-NULL' })]);
  });

  it('unique keeps the first good row, row by row over several checks, and lets nulls pass', async () => {
    const checks = [
      { type: 'unique' as const, column: 'item_id' },
      { type: 'unique' as const, column: 'value' },
      { type: 'range' as const, column: 'value', max: 100 },
    ];
    expect(
      await rejectedBy({ checks }, [
        ['A', 'view', '101'],
        ['A', 'view', '1'],
        ['A', 'view', '2'],
        ['B', 'view', '2'],
        ['C', 'view', null],
        ['D', 'view', null],
        ['E', 'view', '2'],
      ]),
    ).toEqual([
      expect.objectContaining({ line: '1', column: 'value', reason: 'STK-CONTRACT-RANGE' }),
      expect.objectContaining({ line: '3', column: 'item_id', reason: 'STK-CONTRACT-UNIQUE' }),
      expect.objectContaining({ line: '7', column: 'value', reason: 'STK-CONTRACT-UNIQUE' }),
    ]);
  });

  it('of severity warn only count the rows that go on', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['A', 'view', '-1'],
        ['A', 'view', null],
        ['A', 'view', 'bad'],
        ['B', 'view', '3'],
      ],
    });
    const checks = [
      { type: 'range' as const, column: 'value', min: 0, severity: 'warn' as const },
      { type: 'unique' as const, column: 'item_id', severity: 'warn' as const },
      { type: 'not_null' as const, column: 'value', severity: 'warn' as const },
    ];
    const output = await fixture.normalize({ entities: events, contract: { checks } }, [raw]);
    expect(output.ledger).toEqual([expect.objectContaining({ rowsIn: 4, rowsOut: 3, rejected: 1 })]);
    const warnings = output.problems.filter(({ severity }) => severity === 'warn');
    expect(warnings.map(({ code, rows }) => ({ code, rows }))).toEqual([
      { code: 'STK-CONTRACT-NOT-NULL', rows: 1 },
      { code: 'STK-CONTRACT-RANGE', rows: 1 },
      { code: 'STK-CONTRACT-UNIQUE', rows: 1 },
    ]);
  });

  it('apply to every entity that maps the column, and to no other', async () => {
    const raw = await fixture.raw({ columns, rows: [['A', 'view', '1']] });
    const output = await fixture.normalize(
      {
        entities: { ...events, users: { columns: { user_id: 'sku' } } },
        contract: { checks: [{ type: 'pattern', column: 'user_id', regex: 'A' }] },
      },
      [raw],
    );
    expect(output.ledger.map(({ rowsOut }) => rowsOut)).toEqual([1, 1]);
  });

  it.each([
    [{ type: 'not_null' as const, column: 'quantty' }, 'did you mean quantity?'],
    [{ type: 'range' as const, column: 'kind', min: 0 }, 'range needs a number, the column is text'],
    [{ type: 'accepted_values' as const, column: 'value', values: ['cheap'] }, 'cheap is no number'],
    [{ type: 'pattern' as const, column: 'kind', regex: 'a(b' }, 'a(b is no regular expression'],
  ])('that cannot be meant are refused: %j', async (check, message) => {
    const raw = await fixture.raw({ columns, rows: [['A', 'view', '1']] });
    await expect(
      fixture.normalize({ entities: events, contract: { checks: [check] } }, [raw]),
    ).rejects.toMatchObject({ code: 'STK-NORMALIZE-CHECK', message: expect.stringContaining(message) });
    expect(await fixture.staged()).toEqual([]);
  });
});
