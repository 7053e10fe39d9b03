import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetSlice, LedgerEntry } from '../../schemas/artifact.ts';
import type { Row } from '../warehouse/warehouse.ts';
import { takeInventory } from './inventory.ts';
import {
  openStockFixture,
  type StockFixture,
  shopConfig,
  stageContext,
  type TypedRow,
  unifiedRow,
  unifiedTypes,
} from './stock-fixture.ts';
import type { InventoryWork } from './work.ts';

const canary = 'ada.lovelace@example.org';

let fixture: StockFixture;
let monday: InventoryWork;
let tuesday: InventoryWork;

beforeAll(async () => {
  fixture = await openStockFixture();
  monday = await mondayWork();
  tuesday = await tuesdayWork(monday);
});

afterAll(() => fixture.close());

const order = (line: number, values: TypedRow): TypedRow => ({
  Customer: 'c1',
  Sku: 'a1',
  'Order Date': '2026-03-02 10:00:00',
  Amount: '5',
  Note: null,
  _file: 'orders.csv',
  _line: line,
  ...values,
});

const ledgerOf = (
  source: string,
  entity: string,
  slice: string,
  rowsIn: number,
  rejected = 0,
): LedgerEntry => ({
  stage: 'normalize',
  source,
  entity,
  slice,
  rowsIn,
  rowsOut: rowsIn - rejected,
  duplicates: 0,
  merged: 0,
  rejected,
  skipped: 0,
});

async function mondayWork(): Promise<InventoryWork> {
  const orders = [
    order(2, { Note: `mail ${canary}` }),
    order(3, { Customer: null, Sku: 'b2', Amount: '7.5' }),
    order(4, { Customer: 'c2', Sku: 'gone', Amount: '-1' }),
  ];
  const products = [
    { sku: 'A1', name: 'Boot', price: '10', colour: 'red', _file: 'products.csv', _line: 2 },
    { sku: 'B2', name: 'Hat', price: '4', colour: 'blue', _file: 'products.csv', _line: 3 },
  ];
  const ledger = [ledgerOf('orders', 'events', '2026-03-02', 3, 1), ledgerOf('products', 'items', 'all', 2)];
  const datasets = {
    'raw.orders': [await fixture.slice({ dataset: 'raw.orders', slice: '2026-03-02', rows: orders })],
    'raw.products': [await fixture.slice({ dataset: 'raw.products', slice: 'all', rows: products })],
    'clean.orders.events': [
      await fixture.slice({
        dataset: 'clean.orders.events',
        slice: '2026-03-02',
        rows: [{ user_id: 'c1' }, { user_id: null }],
        facts: {
          maxTime: { events: '2026-03-02T09:00:00.000Z' },
          rejections: [{ entity: 'events', column: 'value', reason: 'STK-CONTRACT-RANGE', rows: 1 }],
          warnings: [
            {
              entity: 'events',
              check: 'not_null',
              column: 'user_id',
              code: 'STK-CONTRACT-NOT-NULL',
              rows: 1,
            },
          ],
        },
        ledger: ledger.slice(0, 1),
      }),
    ],
    'clean.products.items': [
      await fixture.slice({
        dataset: 'clean.products.items',
        slice: 'all',
        rows: [{ item_id: 'A1' }, { item_id: 'B2' }],
        ledger: ledger.slice(1),
      }),
    ],
    'unified.events': [await events('2026-03-02', ['c1', 'A1', '5'], [null, 'GONE', '7.5'])],
    'unified.items': [await items(['A1', 'Boot', '10', 'red'], ['B2', 'Hat', '4', 'blue'])],
    'match.records.items': [await records('A1', 'B2')],
  };
  return {
    dataDate: '2026-03-02',
    timezone: 'Europe/Berlin',
    config: shopConfig(),
    datasets,
    arrived: { orders: ['2026-03-02'], products: ['all'] },
    previous: {},
    ledger,
    problems: [],
  };
}

/** A renamed column, a product gone, one repriced and recoloured, one new; no orders came. */
async function tuesdayWork(before: InventoryWork): Promise<InventoryWork> {
  const products = [
    { sku: 'A1', title: 'Boot', price: '12', colour: 'green', _file: 'products.csv', _line: 2 },
    { sku: 'C3', title: 'Bag', price: '30', colour: 'blue', _file: 'products.csv', _line: 3 },
  ];
  const first = await takeInventory(fixture.store, stageContext(), before);
  return {
    ...before,
    dataDate: '2026-03-04',
    datasets: {
      ...before.datasets,
      'raw.products': [await fixture.slice({ dataset: 'raw.products', slice: 'all', rows: products })],
      'unified.items': [await items(['A1', 'Boot', '12', 'green'], ['C3', 'Bag', '30', 'blue'])],
      'match.records.items': [await records('A1', 'C3')],
    },
    arrived: { products: ['all'] },
    previous: { ...before.datasets, ...first.datasets },
    problems: [
      {
        severity: 'error',
        source: 'orders',
        slice: '2026-03-04',
        code: 'STK-SOURCE-MISSING',
        message: 'no file',
        rows: 0,
      },
    ],
  };
}

function events(
  slice: string,
  ...rows: [user: string | null, item: string, value: string][]
): Promise<DatasetSlice> {
  return fixture.slice({
    dataset: 'unified.events',
    slice,
    types: unifiedTypes('events'),
    rows: rows.map(([user_id, item_id, value]) =>
      unifiedRow('events', { user_id, item_id, value, kind: 'purchase', time: `${slice} 09:00:00` }),
    ),
  });
}

function items(...rows: [id: string, title: string, price: string, colour: string][]): Promise<DatasetSlice> {
  return fixture.slice({
    dataset: 'unified.items',
    slice: 'all',
    types: unifiedTypes('items'),
    rows: rows.map(([item_id, title, price, colour]) =>
      unifiedRow('items', { item_id, title, price, attributes: JSON.stringify({ colour }) }),
    ),
  });
}

function records(...ids: string[]): Promise<DatasetSlice> {
  return fixture.slice({
    dataset: 'match.records.items',
    slice: 'all',
    rows: ids.map((item_id) => ({
      item_id,
      namespace: 'main',
      _source: item_id === 'A1' ? 'feed' : 'products',
    })),
  });
}

async function table(work: InventoryWork, name: string, context = stageContext()): Promise<Row[]> {
  const output = await takeInventory(fixture.store, context, work);
  return fixture.read(output.datasets[`inventory.${name}`]);
}

describe('takeInventory', () => {
  it('lists every source and unified entity with owner, grain, size and health', async () => {
    const assets = await table(monday, 'assets');
    expect(assets.map(({ asset, rows, health }) => [asset, rows, health])).toEqual([
      ['raw.orders', '3', 'Degraded'],
      ['raw.products', '2', 'Healthy'],
      ['unified.events', '2', 'Degraded'],
      ['unified.items', '2', 'Healthy'],
    ]);
    expect(assets[0]).toMatchObject({
      owner: 'shop team',
      entities: ['events'],
      meaning: 'What users did with items: views, carts, purchases, returns.',
      why: 'mapped onto events',
      first_slice: '2026-03-02',
      newest: '2026-03-02T09:00:00.000Z',
      health_why: 'range orders events.value',
    });
  });

  it('says what each column means, why, and what it holds', async () => {
    const columns = await table(monday, 'columns');
    const column = (asset: string, name: string) =>
      columns.find((row) => row.asset === asset && row.column === name);
    expect(column('raw.orders', 'Sku')).toMatchObject({
      kind: 'id',
      meaning: 'What it was done to.',
      evidence: 'mapping',
      why: 'it feeds events.item_id as upper(Sku)',
      links: ['events.item_id = upper(Sku)'],
      distinct_values: '3',
      alerts: ['unique'],
    });
    expect(column('raw.orders', 'Amount')).toMatchObject({
      kind: 'money',
      min: '-1',
      max: '7.5',
      negatives: '1',
    });
    expect(column('raw.orders', 'Order Date')).toMatchObject({
      kind: 'time',
      top: [{ value: '2026-03-02 10:00:00', rows: '3' }],
    });
    expect(column('unified.items', 'attributes.colour')).toMatchObject({
      links: ['products: colour'],
      top: [
        { value: 'blue', rows: '1' },
        { value: 'red', rows: '1' },
      ],
    });
    expect(columns.some(({ column: name }) => String(name).startsWith('_'))).toBe(false);
  });

  it('takes a person’s label of a column over everything known, and forgets one that was taken back', async () => {
    const about = { format: 1 as const, by: 'ann', at: '2026-03-03T08:00:00.000Z', why: 'asked the shop' };
    const label = {
      ...about,
      action: 'label' as const,
      asset: 'raw.products',
      column: 'colour',
      label: 'person',
    };
    const undo = { ...about, at: '2026-03-04T08:00:00.000Z', action: 'undo' as const, decision: 'one' };
    const labelled = { ...monday, columnDecisions: [{ id: 'one', decision: label }] };
    const rows = await table(labelled, 'columns');
    const colour = rows.find((row) => row.asset === 'raw.products' && row.column === 'colour');
    expect(colour).toMatchObject({
      kind: 'person',
      evidence: 'decided',
      why: 'decided by ann on 2026-03-03: asked the shop',
      personal: true,
    });
    expect(JSON.stringify(colour)).not.toContain('blue');
    const first = await takeInventory(fixture.store, stageContext(), monday);
    const taken = {
      ...labelled,
      columnDecisions: [...labelled.columnDecisions, { id: 'two', decision: undo }],
    };
    expect(await takeInventory(fixture.store, stageContext(), taken)).toMatchObject({
      reused: 1,
      datasets: first.datasets,
    });
  });

  it('never writes values of personal columns', async () => {
    const columns = await table(monday, 'columns');
    expect(
      columns
        .filter(({ personal }) => personal)
        .map(({ asset, column, personal_why }) => [asset, column, personal_why]),
    ).toEqual([
      ['raw.orders', 'Customer', 'it names a person to the shop'],
      ['raw.orders', 'Note', 'declared in temporal.config.ts'],
      ['unified.events', 'user_id', 'it names a person to the shop'],
    ]);
    expect(JSON.stringify(columns)).not.toContain(canary);
    expect(JSON.stringify(columns)).not.toContain('c1');
  });

  it('counts contract checks, references, freshness and the ledger', async () => {
    const checks = await table(monday, 'checks');
    const lines = checks
      .filter(({ source }) => source === 'orders')
      .map(({ entity, type, column, status, evaluated, unexpected }) => [
        entity,
        type,
        column,
        status,
        evaluated,
        unexpected,
      ]);
    expect(lines).toEqual([
      ['', 'freshness', '', 'warn', '0', '0'],
      ['', 'intake', '', 'pass', '1', '0'],
      ['', 'schema', '', 'pass', '5', '0'],
      ['events', 'ledger', '', 'pass', '3', '0'],
      ['events', 'not_null', 'user_id', 'warn', '3', '1'],
      ['events', 'range', 'value', 'error', '3', '1'],
      ['events', 'relationships', 'item_id', 'warn', '2', '1'],
      ['events', 'relationships', 'item_id', 'warn', '2', '2'],
    ]);
    expect(checks.find(({ type }) => type === 'freshness')).toMatchObject({
      expected: 'warn > 12 h, error > 48 h',
      observed: '14.0 h',
    });
  });

  it('tells the problems only it can find', async () => {
    const { problems } = await takeInventory(fixture.store, stageContext(), monday);
    expect(problems.map(({ code, severity, source }) => [code, severity, source])).toEqual([
      ['STK-INVENTORY-FRESHNESS', 'warn', 'orders'],
      ['STK-INVENTORY-RELATIONSHIPS', 'warn', 'orders'],
      ['STK-INVENTORY-RELATIONSHIPS', 'warn', 'orders'],
    ]);
    expect(problems[0]?.message).toContain('ask its owner shop team for the missing delivery');
  });

  it('tells what changed since the last inventory', async () => {
    const changes = await table(tuesday, 'changes');
    expect(changes.map(({ kind, asset, column, rows }) => [kind, asset, column, rows])).toEqual([
      ['column_added', 'raw.products', 'title', '0'],
      ['column_dropped', 'raw.products', 'name', '0'],
      ['slices_arrived', 'raw.products', '', '2'],
      ['field_changed', 'unified.items', 'attributes.colour', '1'],
      ['field_changed', 'unified.items', 'price', '1'],
      ['records_changed', 'unified.items', '', '1'],
      ['records_new', 'unified.items', '', '1'],
      ['records_vanished', 'unified.items', '', '1'],
    ]);
    expect(changes[1]?.sentence).toBe('raw.products lost its column name; it may be called title now.');
    expect(changes[2]?.sentence).toBe('1 slice of products arrived with 2 rows; 1 replaced earlier ones.');
  });

  it('sees a mapped column gone, a source without a file and a stale one', async () => {
    const checks = await table(tuesday, 'checks');
    const failing = checks.filter(({ status, type }) => status === 'error' && type !== 'range');
    expect(failing.map(({ source, type, observed }) => [source, type, observed])).toEqual([
      ['orders', 'freshness', '62.0 h'],
      ['orders', 'intake', 'STK-SOURCE-MISSING'],
      ['products', 'schema', '+ title, − name, name → title?'],
    ]);
  });

  it('gives the same inventory for a state taken before, and makes the same again when forced', async () => {
    const first = await takeInventory(fixture.store, stageContext(), tuesday);
    const rerun = {
      ...tuesday,
      arrived: {},
      previous: { ...tuesday.datasets, ...first.datasets },
      datasets: { ...tuesday.datasets, ...first.datasets },
      ledger: [],
    };
    const again = await takeInventory(fixture.store, stageContext(), rerun);
    expect(again).toMatchObject({ reused: 1, datasets: first.datasets });
    const forced = await takeInventory(fixture.store, stageContext({ force: true }), rerun);
    expect(forced).toMatchObject({ reused: 0, datasets: first.datasets });
  });

  it('writes the same bytes at 1, 2 and 3 threads', async () => {
    const outputs = [];
    for (const threads of [1, 2, 3]) {
      outputs.push(await takeInventory(fixture.store, stageContext({ threads, force: true }), tuesday));
    }
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).toEqual(outputs[0]);
  });

  it('leaves nothing behind when it fails, refuses damaged inputs and stops when cancelled', async () => {
    const failing = stageContext({
      force: true,
      failpoint: async (place) => {
        if (place === 'mid') throw new TypeError('injected');
      },
    });
    await expect(takeInventory(fixture.store, failing, monday)).rejects.toThrow('injected');
    const cancelled = new AbortController();
    cancelled.abort(new Error('cancelled by test'));
    const stopped = stageContext({ force: true, signal: cancelled.signal });
    await expect(takeInventory(fixture.store, stopped, monday)).rejects.toThrow();
    const damaged = await fixture.slice({
      dataset: 'raw.orders',
      slice: '2026-03-02',
      rows: [order(9, { Sku: 'z' })],
    });
    await writeFile(join(fixture.store.dir, damaged.files[0]?.uri ?? ''), 'not parquet');
    const work = { ...monday, datasets: { ...monday.datasets, 'raw.orders': [damaged] } };
    await expect(takeInventory(fixture.store, stageContext(), work)).rejects.toMatchObject({
      code: 'STK-ARTIFACT-CHECKSUM',
    });
    expect(await readdir(join(fixture.store.dir, 'staging'))).toEqual([]);
  });

  it('takes inventory of a project that has received nothing yet', async () => {
    const nothing = { ...monday, datasets: {}, arrived: {}, ledger: [] };
    const assets = await table(nothing, 'assets');
    expect(assets.map(({ asset, health, health_why }) => [asset, health, health_why])).toEqual([
      ['raw.orders', 'Degraded', 'intake orders'],
      ['raw.products', 'Degraded', 'intake products'],
    ]);
    expect(await table(nothing, 'columns')).toEqual([]);
  });

  it('sends a heartbeat at every step', async () => {
    const beats: unknown[] = [];
    await takeInventory(
      fixture.store,
      stageContext({ force: true, heartbeat: (beat) => beats.push(beat) }),
      monday,
    );
    expect(beats).toContainEqual({ doing: 'profile raw.orders' });
    expect(beats).toContainEqual({ doing: 'write' });
  });
});
