import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { configSchema } from '../../schemas/config.ts';
import type { CheckRow } from '../../schemas/inventory.ts';
import type { TableCheck } from '../../schemas/table-check.ts';
import { tableCheckSchema } from '../../schemas/table-check.ts';
import { takeInventory } from './inventory.ts';
import {
  openStockFixture,
  type StockFixture,
  shopConfig,
  stageContext,
  unifiedTypes,
} from './stock-fixture.ts';
import type { InventoryWork } from './work.ts';

const day = (number: number): string => `2026-03-${String(number).padStart(2, '0')}`;
const newest = day(6);

let fixture: StockFixture;
let datasets: Record<string, readonly DatasetSlice[]>;

/** Six days of orders: four rows a day, the last day eight; one of them names an item nobody has. */
beforeAll(async () => {
  fixture = await openStockFixture();
  const types = { ...unifiedTypes('events'), _slice: 'varchar' };
  const clean: DatasetSlice[] = [];
  const raw: DatasetSlice[] = [];
  for (let number = 1; number <= 6; number += 1) {
    const rows = Array.from({ length: number === 6 ? 8 : 4 }, (_, index) => ({
      user_id: `u${index}`,
      item_id: ['A1', 'B2', 'A1', number === 6 ? 'GONE' : 'B2', 'A1', 'A1', 'A1', 'A1'][index] ?? '',
      kind: 'purchase',
      value: index === 0 ? null : String(10 * index),
      quantity: String(20 + index),
      time: `${day(number)} 09:00:00`,
      _slice: day(number),
    }));
    clean.push(await fixture.slice({ dataset: 'clean.orders.events', slice: day(number), types, rows }));
    raw.push(await fixture.slice({ dataset: 'raw.orders', slice: day(number), rows }));
  }
  const items = ['A1', 'B2', 'C3'].map((item_id) => ({ item_id, _slice: 'all' }));
  datasets = {
    'raw.orders': raw,
    'clean.orders.events': clean,
    'raw.products': [await fixture.slice({ dataset: 'raw.products', slice: 'all', rows: items })],
    'clean.products.items': [
      await fixture.slice({ dataset: 'clean.products.items', slice: 'all', rows: items }),
    ],
  };
});
afterAll(() => fixture.close());

function config(checks: readonly object[]) {
  const { sources, ...shop } = shopConfig();
  const orders = {
    path: 'orders/{date}.csv',
    owner: 'shop team',
    entities: {
      events: {
        columns: {
          user_id: 'user_id',
          item_id: 'item_id',
          kind: 'kind',
          time: 'time',
          value: 'value',
          quantity: 'quantity',
        },
      },
    },
    contract: { tableChecks: checks },
  };
  return configSchema.safeParse({ ...shop, sources: { ...sources, orders } });
}

async function inventory(checks: readonly object[], arrived = [newest]) {
  const parsed = config(checks);
  if (!parsed.success) throw parsed.error;
  const work: InventoryWork = {
    dataDate: newest,
    timezone: 'UTC',
    config: parsed.data,
    datasets,
    arrived: { orders: arrived, products: [] },
    previous: {},
    ledger: [],
    problems: [],
  };
  return takeInventory(fixture.store, stageContext(), work);
}

async function lines(checks: readonly object[], arrived?: string[]): Promise<Partial<CheckRow>[]> {
  const types = new Set<string>(checks.map((check) => (check as TableCheck).type));
  const output = await inventory(checks, arrived);
  const rows = await fixture.read(output.datasets['inventory.checks']);
  return rows
    .filter(({ source, type, entity, expected }) => {
      const usual = type === 'relationships' && (expected === 'items' || expected === 'users');
      return source === 'orders' && types.has(String(type)) && !usual && entity !== 'reviews';
    })
    .map(({ status, evaluated, unexpected, observed }) => ({
      status: status as CheckRow['status'],
      evaluated: Number(evaluated),
      unexpected: Number(unexpected),
      observed: String(observed),
    }));
}

const told = (status: CheckRow['status'], unexpected: number, evaluated: number, observed: string) => [
  { status, unexpected, evaluated, observed },
];

describe('table checks', () => {
  it('compare rows with bounds and with the median of the days before', async () => {
    const check = { type: 'row_count', min: 2 };
    expect(await lines([check])).toEqual(told('pass', 0, 1, `${newest}: 8`));
    expect(await lines([{ ...check, withinShareOfMedian: 0.5 }])).toEqual(
      told('error', 1, 1, `${newest}: 8 (median 4)`),
    );
    expect(await lines([{ ...check, max: 5, severity: 'warn' }], [day(1), newest])).toEqual(
      told('warn', 1, 2, `${newest}: 8`),
    );
  });

  it('judge no median with fewer than three days before', async () => {
    expect(await lines([{ type: 'row_count', withinShareOfMedian: 0 }], [day(3)])).toEqual(
      told('pass', 0, 1, `${day(3)}: 4`),
    );
  });

  it('compare nulls, mean, quantiles and the shares of values', async () => {
    const check = { type: 'distribution', column: 'value' };
    expect(await lines([{ ...check, nulls: { max: 0.1 } }])).toEqual(
      told('error', 1, 1, `${newest}: nulls 0.125`),
    );
    const all = {
      mean: { min: 40, max: 40 },
      quantiles: [{ at: 0.5, max: 39 }],
      shares: { '70': { max: 0.2 } },
    };
    expect(await lines([{ ...check, ...all }])).toEqual(told('error', 1, 3, `${newest}: p50 40`));
  });

  it('compare the values of a column with a set, without telling those of personal columns', async () => {
    const check = { type: 'contains_set', column: 'item_id', values: ['A1', 'X9'] };
    expect(await lines([check])).toEqual(told('error', 1, 2, '− X9'));
    expect(await lines([{ ...check, type: 'equal_set' }])).toEqual(told('error', 3, 4, '− X9, + B2, + GONE'));
    expect(await lines([{ type: 'equal_set', column: 'user_id', values: ['u0'] }])).toEqual(
      told('error', 7, 8, '+ 7'),
    );
  });

  it('look values and rows up in another source', async () => {
    const to = { source: 'products', column: 'item_id' };
    expect(await lines([{ type: 'relationships', column: 'item_id', to }])).toEqual(told('error', 1, 8, ''));
    expect(await lines([{ type: 'equal_rowcount', to: { source: 'products' } }])).toEqual(
      told('error', 1, 1, `${newest}: 8 : 3`),
    );
    expect(await lines([{ type: 'row_count_ratio', to: { source: 'products' }, min: 2, max: 3 }])).toEqual(
      told('pass', 0, 1, `${newest}: 8 : 3`),
    );
  });

  it('compare two columns of a row and leave out rows without both', async () => {
    const check = { type: 'expression_is_true', left: 'value', op: '<=', right: 'quantity' };
    expect(await lines([check])).toEqual(told('error', 5, 7, ''));
  });

  it('end by dbt’s two thresholds', async () => {
    const check = { type: 'expression_is_true', left: 'value', op: '<=', right: 'quantity' };
    expect((await lines([{ ...check, errorAbove: 5 }]))[0]?.status).toBe('warn');
    expect((await lines([{ ...check, errorAbove: 9, warnAbove: 5 }]))[0]?.status).toBe('pass');
  });

  it('make a source Degraded and are told as a problem, and leave every row', async () => {
    const output = await inventory([{ type: 'row_count', max: 5 }]);
    const assets = await fixture.read(output.datasets['inventory.assets']);
    expect(assets.find(({ asset }) => asset === 'raw.orders')).toMatchObject({
      health: 'Degraded',
      health_why: 'row_count orders',
      rows: '28',
    });
    expect(output.problems).toContainEqual({
      severity: 'error',
      source: 'orders',
      slice: newest,
      code: 'STK-INVENTORY-ROW-COUNT',
      message: `orders fails row_count: expected ≤ 5, received ${newest}: 8; look at the delivery, or change the check if that is meant`,
      rows: 0,
    });
  });

  it('are refused with what is there when they name what is not, or are of another kind', () => {
    const message = (check: object): string => {
      const parsed = config([check]);
      return parsed.success ? 'accepted' : (parsed.error.issues[0]?.message ?? '');
    };
    expect(message({ type: 'contains_set', column: 'sku', values: ['a'] })).toContain(
      'fills no sku; it fills user_id',
    );
    expect(message({ type: 'distribution', column: 'kind', mean: { min: 1 } })).toContain(
      'events.kind is text',
    );
    expect(message({ type: 'expression_is_true', left: 'kind', op: '<', right: 'value' })).toContain(
      'one kind',
    );
    expect(message({ type: 'equal_rowcount', to: { source: 'shop' } })).toContain(
      'there are orders, products',
    );
    expect(message({ type: 'distribution', column: 'value', shares: { many: { min: 0 } } })).toContain(
      'no number',
    );
  });

  it('treat a name and a value as data, whatever is in them', async () => {
    const values = [`A1'); drop table x; --`, `"`];
    expect(await lines([{ type: 'contains_set', column: 'item_id', values }])).toEqual(
      told('error', 2, 2, `− ", − A1'); drop table x; --`),
    );
    const injected = { type: 'expression_is_true', left: 'value', op: '= 1 or 1', right: 'quantity' };
    expect(tableCheckSchema.safeParse(injected).success).toBe(false);
  });
});
