import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StageOutput } from '../../schemas/stage.ts';
import { normalizeVersion } from './normalize.ts';
import { openRawFixture, type RawFixture, type SourceInput } from './raw-fixture.ts';

let fixture: RawFixture;
beforeAll(async () => {
  fixture = await openRawFixture();
});
afterAll(() => fixture.close());

const columns = ['sku', 'customer', 'what', 'at', 'price'];
const eventsMapping = {
  columns: { item_id: 'sku', user_id: 'customer', kind: 'what', time: 'at', value: 'price' },
};
const events: SourceInput = { entities: { events: eventsMapping } };
const day = '2026-10-01';

function ledgerOf(output: StageOutput, entity: string): Record<string, number> {
  const entry = output.ledger.find((one) => one.entity === entity);
  if (!entry) throw new TypeError(`no ledger of ${entity}`);
  const { rowsIn, rowsOut, duplicates, merged, rejected, skipped } = entry;
  return { rowsIn, rowsOut, duplicates, merged, rejected, skipped };
}

describe('clean events', () => {
  it('have typed columns in catalogue order, the business date and where they come from', async () => {
    const raw = await fixture.raw({ columns, rows: [['A1', 'u1', 'view', '2026-10-01 23:30:00', '12.5']] });
    const output = await fixture.normalize(events, [raw], { timezone: 'America/New_York' });
    expect(await fixture.read(output, 'clean.orders.events')).toEqual([
      {
        event_id: null,
        user_id: 'u1',
        item_id: 'A1',
        kind: 'view',
        time: '2026-10-02 03:30:00',
        quantity: null,
        value: '12.5000',
        currency: 'EUR',
        session_id: null,
        attributes: null,
        event_date: '2026-10-01',
        _source: 'orders',
        _slice: day,
        _file: `${day}.csv`,
        _line: '1',
      },
    ]);
    expect(ledgerOf(output, 'events')).toEqual({
      rowsIn: 1,
      rowsOut: 1,
      duplicates: 0,
      merged: 0,
      rejected: 0,
      skipped: 0,
    });
    expect(output.datasets['quarantine.orders']).toEqual([]);
    expect(output.problems).toEqual([]);
  });

  it('take the currency of the source, else that of the business, and none without money', async () => {
    const raw = await fixture.raw({
      columns: [...columns, 'cur'],
      rows: [
        ['A', 'u', 'buy', day, '1', 'GBP'],
        ['B', 'u', 'buy', day, '2', null],
        ['C', 'u', 'buy', day, null, null],
        ['D', 'u', 'buy', day, null, 'USD'],
      ],
    });
    const output = await fixture.normalize(
      { entities: { events: { columns: { ...eventsMapping.columns, currency: 'cur' } } } },
      [raw],
    );
    const rows = await fixture.read(output, 'clean.orders.events', 'value, currency');
    expect(rows).toEqual([
      { value: '1.0000', currency: 'GBP' },
      { value: '2.0000', currency: 'EUR' },
      { value: null, currency: null },
      { value: null, currency: 'USD' },
    ]);
  });

  it('read money with a comma or a sign through an expression', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['A', 'u', 'buy', day, '1.234,50 €'],
        ['B', 'u', 'buy', day, '£2.50'],
      ],
    });
    const value =
      "case when price like '£%' then substr(price, 2) else replace(replace(replace(price, ' €', ''), '.', ''), ',', '.') end";
    const currency = "case when price like '£%' then 'GBP' end";
    const output = await fixture.normalize(
      { entities: { events: { columns: { item_id: 'sku', kind: 'what', time: 'at', value, currency } } } },
      [raw],
    );
    expect(await fixture.read(output, 'clean.orders.events', 'value, currency')).toEqual([
      { value: '1234.5000', currency: 'EUR' },
      { value: '2.5000', currency: 'GBP' },
    ]);
  });

  it('hold further facts as one JSON object with sorted keys, without nulls', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['A', ' ', 'say "hi"\\', day, '2'],
        ['B', null, '', day, null],
      ],
    });
    const output = await fixture.normalize(
      {
        entities: {
          events: {
            columns: { item_id: 'sku', kind: "'view'", time: 'at' },
            attributes: {
              zeta: 'what',
              "it's": 'customer',
              'a"b': 'try_cast(price as integer) * 2',
              flag: 'price is not null or null',
              rate: 'try_cast(price as double) / 0',
            },
          },
        },
      },
      [raw],
    );
    expect(await fixture.read(output, 'clean.orders.events', 'attributes')).toEqual([
      { attributes: '{"a\\"b":4,"flag":true,"rate":"inf","zeta":"say \\"hi\\"\\\\"}' },
      { attributes: null },
    ]);
  });

  it('see clean texts: composed, trimmed, and null where the source writes a null value', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['Caf\u00e9', '\u3000u1\u3000', 'view', day, 'N/A'],
        ['Cafe\u0301', ' n/a ', 'view', day, ' - '],
      ],
    });
    const output = await fixture.normalize({ ...events, nullValues: ['N/A', ' - '] }, [raw]);
    expect(await fixture.read(output, 'clean.orders.events', 'item_id, user_id, value')).toEqual([
      { item_id: 'Caf\u00e9', user_id: 'u1', value: null },
      { item_id: 'Caf\u00e9', user_id: 'n/a', value: null },
    ]);
  });

  it('can use file, line and slice, and columns whose names are no identifiers', async () => {
    const odd = 'Order "ID"; drop table raw; -- 订单';
    const raw = await fixture.raw({ columns: [odd, 'unit-price'], rows: [['A', '3']] });
    const output = await fixture.normalize(
      {
        entities: {
          events: {
            columns: {
              event_id: "_file || ':' || _line -- who said it",
              item_id: odd,
              kind: "'view'",
              time: '_slice',
              value: 'unit-price',
            },
          },
        },
      },
      [raw],
    );
    expect(await fixture.read(output, 'clean.orders.events', 'event_id, item_id, time, value')).toEqual([
      { event_id: `${day}.csv:1`, item_id: 'A', time: '2026-10-01 00:00:00', value: '3.0000' },
    ]);
  });

  it('may come from columns with the names of inner ones, and attributes may differ in case only', async () => {
    const names = ['row_id', 'ordinal', 'file', 'line', 'slice', 'e:0', 'stocktake:row', 'verdict'];
    const raw = await fixture.raw({ columns: names, rows: [names.map((name) => `my ${name}`)] });
    const output = await fixture.normalize(
      {
        entities: {
          events: {
            columns: {
              item_id: 'row_id',
              kind: 'ordinal || file',
              time: '_slice',
              session_id: 'upper("e:0")',
            },
            attributes: { Color: 'line', color: 'lower(slice)', verdict: '"stocktake:row" || verdict' },
          },
        },
      },
      [raw],
    );
    expect(
      await fixture.read(output, 'clean.orders.events', 'item_id, kind, session_id, attributes'),
    ).toEqual([
      {
        item_id: 'my row_id',
        kind: 'my ordinalmy file',
        session_id: 'MY E:0',
        attributes: '{"Color":"my line","color":"my slice","verdict":"my stocktake:rowmy verdict"}',
      },
    ]);
  });

  it('keep the types of Parquet sources', async () => {
    const raw = await fixture.rawQueries(
      day,
      ['id', 'at', 'n'],
      [
        `select 7::bigint as id, timestamptz '2026-10-01 10:00:00+02' as at, 2.5::double as n, 'p' as _file, 1::bigint as _line`,
      ],
    );
    const output = await fixture.normalize(
      { entities: { events: { columns: { item_id: 'id', kind: "'view'", time: 'at', quantity: 'n + 1' } } } },
      [raw],
    );
    expect(await fixture.read(output, 'clean.orders.events', 'item_id, time, quantity')).toEqual([
      { item_id: '7', time: '2026-10-01 08:00:00', quantity: '3.500000' },
    ]);
  });
});

describe('rejected rows', () => {
  it('lie in quarantine with file, line, first reason, the other columns and the row as received', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['A1', 'u1', 'view', day, '1'],
        [' ', 'u2', 'view', '2026-13-45', '12,50'],
        ['A3', 'u3', 'view', 'yesterday', null],
      ],
    });
    const output = await fixture.normalize({ ...events, contract: { maxRejectedShare: 1 } }, [raw]);
    expect(await fixture.read(output, 'quarantine.orders')).toEqual([
      {
        source: 'orders',
        slice: day,
        file: `${day}.csv`,
        line: '2',
        entity: 'events',
        column: 'item_id',
        reason: 'STK-NORMALIZE-MISSING',
        message: 'received no value, expected text',
        also: 'time, value',
        raw: '{"sku":" ","customer":"u2","what":"view","at":"2026-13-45","price":"12,50"}',
        rows: '1',
      },
      {
        source: 'orders',
        slice: day,
        file: `${day}.csv`,
        line: '3',
        entity: 'events',
        column: 'time',
        reason: 'STK-NORMALIZE-TYPE',
        message:
          'received text that is no such value, expected an ISO date or time such as 2026-10-01T08:30:00+02:00 (other forms through strptime in the mapping)',
        also: null,
        raw: '{"sku":"A3","customer":"u3","what":"view","at":"yesterday","price":null}',
        rows: '1',
      },
    ]);
    expect(ledgerOf(output, 'events')).toMatchObject({ rowsIn: 3, rowsOut: 1, rejected: 2 });
    expect(output.problems).toEqual([
      {
        severity: 'error',
        source: 'orders',
        slice: day,
        code: 'STK-NORMALIZE-MISSING',
        message: '1 row rejected: events.item_id 1',
        rows: 1,
      },
      {
        severity: 'error',
        source: 'orders',
        slice: day,
        code: 'STK-NORMALIZE-TYPE',
        message: '1 row rejected: events.time 1',
        rows: 1,
      },
    ]);
  });

  it('are those on which an expression fails, in whatever column or condition', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['A1', '1', 'view', '01/10/2026', 'x'],
        ['A2', '2', 'view', '45/13/2026', 'x'],
        ['A3', 'zero', 'view', '01/10/2026', 'x'],
        ['A4', '4', 'view', '01/10/2026', 'toolong'],
      ],
    });
    const failing = await fixture.normalize(
      {
        entities: {
          events: {
            columns: { item_id: 'sku', kind: 'what', time: `strptime("at", '%d/%m/%Y')` },
            attributes: { code: "cast(replace(price, 'x', '1') as integer)" },
            where: 'cast(customer as integer) > 0',
          },
        },
        contract: { maxRejectedShare: 1 },
      },
      [raw],
    );
    expect(await fixture.read(failing, 'quarantine.orders', 'line, "column", reason, also')).toEqual([
      { line: '2', column: 'time', reason: 'STK-NORMALIZE-EXPRESSION', also: null },
      { line: '3', column: 'where', reason: 'STK-NORMALIZE-EXPRESSION', also: null },
      { line: '4', column: 'attributes.code', reason: 'STK-NORMALIZE-EXPRESSION', also: null },
    ]);
    expect(ledgerOf(failing, 'events')).toMatchObject({ rowsOut: 1, rejected: 3 });
  });

  it('stand beside what collect could not read, cut at 4 KB', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['A1', 'u', 'view', day, null],
        ['x'.repeat(9000), 'u', 'view', 'never', null],
      ],
      rejects: [{ reason: 'STK-COLLECT-LINE', rows: 3, raw: 'é'.repeat(4000) }],
    });
    const output = await fixture.normalize(events, [raw]);
    const rows = await fixture.read(
      output,
      'quarantine.orders',
      'line, entity, reason, strlen(raw) as bytes, rows',
    );
    expect(rows).toEqual([
      { line: '1', entity: null, reason: 'STK-COLLECT-LINE', bytes: '4096', rows: '3' },
      { line: '2', entity: 'events', reason: 'STK-NORMALIZE-TYPE', bytes: '4096', rows: '1' },
    ]);
    expect(ledgerOf(output, 'events')).toMatchObject({ rowsIn: 2, rowsOut: 1, rejected: 1 });
  });
});

describe('skipped rows', () => {
  it('are those the mapping does not take, null or false, and are not quarantined', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['A1', 'u1', 'view', day, null],
        ['A2', null, 'view', 'never', null],
        ['A3', 'test', 'view', day, null],
      ],
    });
    const output = await fixture.normalize(
      { entities: { events: { ...eventsMapping, where: "customer <> 'test'" } } },
      [raw],
    );
    expect(ledgerOf(output, 'events')).toMatchObject({ rowsIn: 3, rowsOut: 1, rejected: 0, skipped: 2 });
  });
});

describe('duplicates', () => {
  const rows = [
    ['A', 'u', 'buy', day, '1'],
    ['A', 'u', 'buy', day, '1'],
    ['A', 'u', 'buy', day, '1.0'],
    [null, 'u', 'buy', day, '1'],
    [null, 'u', 'buy', day, '1'],
    ['A ', 'u', 'buy', day, '1'],
  ];

  it('are repeated whole rows as received, the first stays, rejected ones never count', async () => {
    const output = await fixture.normalize(events, [await fixture.raw({ columns, rows })]);
    expect(await fixture.read(output, 'clean.orders.events', '_line')).toEqual([
      { _line: '1' },
      { _line: '3' },
      { _line: '6' },
    ]);
    expect(ledgerOf(output, 'events')).toMatchObject({ rowsIn: 6, rowsOut: 3, duplicates: 1, rejected: 2 });
  });

  it('stay where the source says so', async () => {
    const output = await fixture.normalize({ ...events, duplicates: 'keep' }, [
      await fixture.raw({ columns, rows }),
    ]);
    expect(ledgerOf(output, 'events')).toMatchObject({ rowsIn: 6, rowsOut: 4, duplicates: 0, rejected: 2 });
  });

  it('go by the event key where there is one; rows without a whole key go by whole row', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['A', 'e1', 'buy', 'never', '1'],
        ['A', 'e1', 'buy', day, '1'],
        ['B', 'e1', 'view', day, '2'],
        ['A', null, 'buy', day, '1'],
        ['A', null, 'buy', day, '1'],
        ['B', null, 'buy', day, '1'],
      ],
    });
    const mapping = {
      columns: { event_id: 'customer', item_id: 'sku', kind: 'what', time: 'at' },
      key: ['event_id'],
    };
    const output = await fixture.normalize({ entities: { events: mapping } }, [raw]);
    expect(await fixture.read(output, 'clean.orders.events', '_line')).toEqual([
      { _line: '2' },
      { _line: '4' },
      { _line: '6' },
    ]);
    const kept = await fixture.normalize({ entities: { events: mapping }, duplicates: 'keep' }, [raw]);
    expect(ledgerOf(kept, 'events')).toMatchObject({ rowsOut: 4, duplicates: 1, rejected: 1 });
  });

  it('are looked for within one slice only', async () => {
    const slices = await Promise.all(
      ['2026-10-01', '2026-10-02'].map((slice) =>
        fixture.raw({ slice, file: 'same.csv', columns, rows: [['A', 'u', 'buy', day, '1']] }),
      ),
    );
    // Same content: both slices name one file of the store.
    expect(slices[0]?.files[0]?.sha256).toBe(slices[1]?.files[0]?.sha256);
    const output = await fixture.normalize(events, slices);
    expect(await fixture.read(output, 'clean.orders.events', '_slice')).toEqual([
      { _slice: '2026-10-01' },
      { _slice: '2026-10-02' },
    ]);
  });
});

describe('records', () => {
  it('are one per key and slice: the last value of every column that is there, source rows counted', async () => {
    const raw = await fixture.raw({
      columns: ['sku', 'name', 'price', 'cur', 'brand'],
      rows: [
        ['B', 'Mug', '1', null, null],
        ['A', 'Cup', '2', 'GBP', 'Old'],
        ['A', 'Cup, large', null, 'USD', null],
        ['A', null, 'free', 'USD', 'New'],
        ['A', null, null, null, 'Last'],
      ],
    });
    const output = await fixture.normalize(
      {
        entities: {
          items: {
            columns: { item_id: 'sku', title: 'name', price: 'price', currency: 'cur', brand: 'brand' },
            namespace: 'supplier-b',
          },
        },
      },
      [raw],
    );
    expect(await fixture.read(output, 'clean.orders.items')).toEqual([
      {
        item_id: 'A',
        title: 'Cup, large',
        description: null,
        category: null,
        brand: 'Last',
        price: '2.0000',
        currency: 'GBP',
        image_refs: null,
        attributes: null,
        namespace: 'supplier-b',
        source_rows: '3',
        _source: 'orders',
        _slice: day,
        _file: `${day}.csv`,
        _line: '5',
      },
      expect.objectContaining({
        item_id: 'B',
        price: '1.0000',
        currency: 'EUR',
        source_rows: '1',
        _line: '1',
      }),
    ]);
    expect(ledgerOf(output, 'items')).toEqual({
      rowsIn: 5,
      rowsOut: 2,
      duplicates: 0,
      merged: 2,
      rejected: 1,
      skipped: 0,
    });
  });

  it('of three entities come from one source', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['A', 'u1', 'buy', day, '1'],
        ['A', 'u1', 'buy', day, '1'],
        ['B', null, 'buy', day, '-2'],
      ],
    });
    const output = await fixture.normalize(
      {
        entities: {
          events: eventsMapping,
          items: { columns: { item_id: 'sku', price: 'price' } },
          users: { columns: { user_id: 'customer' }, where: 'customer is not null' },
        },
        contract: { checks: [{ type: 'range', column: 'price', min: 0 }] },
      },
      [raw],
    );
    expect(output.ledger.map(({ entity }) => entity)).toEqual(['users', 'items', 'events']);
    expect(ledgerOf(output, 'events')).toMatchObject({ rowsOut: 2, duplicates: 1 });
    expect(ledgerOf(output, 'items')).toMatchObject({ rowsOut: 1, merged: 1, rejected: 1 });
    expect(ledgerOf(output, 'users')).toMatchObject({ rowsOut: 1, merged: 1, skipped: 1 });
    expect(Object.keys(output.datasets)).toEqual([
      'clean.orders.users',
      'clean.orders.items',
      'clean.orders.events',
      'quarantine.orders',
    ]);
  });
});

describe('facts', () => {
  it('tell columns, counts, dates, newest time, rejections and warnings', async () => {
    const raw = await fixture.raw({
      columns,
      rows: [
        ['A', 'u', 'view', '2026-09-30T23:30:00Z', '1'],
        ['B', 'u', 'odd', '2026-10-01T10:00:00.25Z', '1'],
        ['C', 'u', 'view', 'never', '1'],
      ],
    });
    const output = await fixture.normalize(
      {
        ...events,
        contract: {
          checks: [{ type: 'accepted_values', column: 'kind', values: ['view'], severity: 'warn' }],
        },
      },
      [raw],
      { timezone: 'Europe/Berlin' },
    );
    const [slice] = output.datasets['clean.orders.events'] ?? [];
    if (!slice) throw new TypeError('no slice');
    const manifest = await fixture.store.manifests.read(slice.manifest);
    expect(manifest).toMatchObject({
      stage: 'normalize',
      version: normalizeVersion,
      scope: `orders/${day}`,
      parents: [raw.manifest.sha256],
    });
    expect(manifest.facts).toEqual({
      columns,
      counts: { events: 2 },
      eventDates: { events: { '2026-10-01': 2 } },
      maxTime: { events: '2026-10-01T10:00:00.250Z' },
      rejections: [{ entity: 'events', column: 'time', reason: 'STK-NORMALIZE-TYPE', rows: 1 }],
      warnings: [
        {
          entity: 'events',
          check: 'accepted_values',
          column: 'kind',
          code: 'STK-CONTRACT-ACCEPTED-VALUES',
          rows: 1,
        },
      ],
    });
    expect(output.problems.map(({ severity, code, message }) => ({ severity, code, message }))).toEqual([
      { severity: 'error', code: 'STK-NORMALIZE-TYPE', message: '1 row rejected: events.time 1' },
      {
        severity: 'warn',
        code: 'STK-CONTRACT-ACCEPTED-VALUES',
        message: '1 row taken, though a check fails: events.kind 1',
      },
    ]);
  });
});

describe('slices', () => {
  it('without rows give empty files of the same shape', async () => {
    const none = await fixture.raw({ slice: '2026-10-02', columns, rows: [] });
    const some = await fixture.raw({ columns, rows: [['A', 'u', 'view', day, '1']] });
    const output = await fixture.normalize(events, [some, none]);
    const [first, second] = output.datasets['clean.orders.events'] ?? [];
    expect(second).toMatchObject({ slice: '2026-10-02', rows: 0 });
    expect(second?.files[0]?.schemaHash).toBe(first?.files[0]?.schemaHash);
  });

  it('may lack a column that the configuration declares: it reads as null', async () => {
    const old = await fixture.raw({ columns: ['sku', 'at'], rows: [['A', day]] });
    const now = await fixture.raw({
      slice: '2026-10-02',
      columns: ['sku', 'at', 'price'],
      rows: [['B', day, '2']],
    });
    const entities = { events: { columns: { item_id: 'sku', kind: "'view'", time: 'at', value: 'price' } } };
    const output = await fixture.normalize({ entities, columns: { price: {} } }, [old, now]);
    expect(await fixture.read(output, 'clean.orders.events', 'item_id, value')).toEqual([
      { item_id: 'A', value: null },
      { item_id: 'B', value: '2.0000' },
    ]);
  });

  it('with 600 columns pass', async () => {
    const wide = Array.from({ length: 600 }, (_, index) => `Column ${index}`);
    const raw = await fixture.raw({
      columns: wide,
      rows: [
        wide.map((_, index) => `value ${index}`),
        wide.map((_, index) => `value ${index}`),
        wide.map((_, index) => (index === 599 ? null : `value ${index}`)),
      ],
    });
    const output = await fixture.normalize(
      {
        entities: {
          events: { columns: { item_id: 'Column 599', kind: 'Column 0', time: '_slice' } },
        },
      },
      [raw],
    );
    expect(await fixture.read(output, 'clean.orders.events', 'item_id, kind')).toEqual([
      { item_id: 'value 599', kind: 'value 0' },
    ]);
    expect(ledgerOf(output, 'events')).toMatchObject({ rowsIn: 3, duplicates: 1, rejected: 1 });
  });

  it('whose raw file was damaged are refused by its hash', async () => {
    const raw = await fixture.raw({ columns, rows: [['damaged', 'u', 'view', day, '1']] });
    const file = raw.files[0]?.uri;
    await writeFile(join(fixture.store.dir, String(file)), 'rot');
    await expect(fixture.normalize(events, [raw])).rejects.toMatchObject({ code: 'STK-ARTIFACT-CHECKSUM' });
    expect(await fixture.staged()).toEqual([]);
  });
});
