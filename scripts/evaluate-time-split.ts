/**
 * Measures the recommenders on a time split of real purchases and prints tables.
 *
 *     node scripts/evaluate-time-split.ts online-retail|grocery [CSV file or pattern] [budget in seconds] [last day]
 *
 * online-retail: InvoiceNo, StockCode, Quantity, InvoiceDate, CustomerID (UCI Online Retail by day) without cancelled
 * invoices, quantities up to 0 and rows without a customer. grocery: household_id, product_id, basket_id, quantity,
 * transaction_timestamp (the sample of The Complete Journey); items are labelled with their product_type of products.csv
 * beside it. A last day (YYYY-MM-DD) leaves out what came later: the same question at another time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ItemLabels } from '../domain/recommend/label-match.ts';
import type { TimedEvents } from '../domain/recommend/split.ts';
import { evaluateTimeSplit } from '../domain/recommend/time-split.ts';
import { openWarehouse, type Row } from '../domain/warehouse/warehouse.ts';

const shops = {
  'online-retail': {
    files: 'uci-online-retail-by-day/by-day/*.csv',
    user: 'CustomerID',
    item: 'upper(trim(StockCode))',
    time: 'InvoiceDate',
    kept: "CustomerID <> '' and Quantity::int > 0 and InvoiceNo not like 'C%'",
    label: "''",
    order: 'InvoiceNo, upper(trim(StockCode)), Quantity::int, UnitPrice',
  },
  grocery: {
    files: 'completejourney/csv/transactions_sample.csv',
    user: 'household_id',
    item: 'product_id',
    time: 'transaction_timestamp',
    kept: 'quantity::double > 0',
    label:
      "(select any_value(product_type) from read_csv(replace($files, 'transactions_sample', 'products'), all_varchar = true) products where products.product_id = purchases.product_id)",
    order: 'basket_id, product_id, quantity::double, sales_value, household_id',
  },
} as const;

const [name = 'online-retail', given = '', budget = '60', lastDay = '9999-12-31'] = process.argv.slice(2);
const shop = shops[name as keyof typeof shops];
if (!shop) throw new Error(`There is no shop '${name}'; there are ${Object.keys(shops).join(' and ')}`);
const shared = fileURLToPath(new URL('../../shared/data', import.meta.url));

const { events, labels } = await readPurchases(given || join(shared, shop.files));
const result = evaluateTimeSplit(events, {
  ...(labels.labels > 0 ? { labels } : {}),
  seed: 1,
  budgetSeconds: Number(budget),
  trials: 60,
  now: () => performance.now(),
  onProgress: (phrase) => void process.stderr.write(`${phrase}\n`),
});
if (result.outcome === 'evaluated') {
  const { models, differences, windows, hybrid, chosen, searchSeconds } = result;
  console.log(windows, `search ${searchSeconds.toFixed(1)} s, chosen ${chosen}`, hybrid);
  console.table(
    models.map(({ name: model, metrics, validation, trials }) => ({ model, ...metrics, validation, trials })),
  );
  console.table(differences);
  console.log(models.map((model) => `${model.name} ${JSON.stringify(model.parameters)}`).join('\n'));
} else console.log(result);

async function readPurchases(files: string): Promise<{ events: TimedEvents; labels: ItemLabels }> {
  const tempDir = await mkdtemp(join(tmpdir(), 'stocktake-time-split-'));
  const warehouse = await openWarehouse({ threads: 2, memoryMb: 2048, tempDir });
  try {
    const rows = await warehouse.rows(
      'purchases',
      `select
         dense_rank() over (order by ${shop.user}) - 1 as user,
         dense_rank() over (order by ${shop.item}) - 1 as item,
         epoch(${shop.time}::timestamp) / 86400 as day,
         coalesce(${shop.label}, '') as label
       from read_csv($files, all_varchar = true) purchases
       where ${shop.kept} and ${shop.time}::timestamp::date <= $last_day::date
       order by ${shop.time}::timestamp, ${shop.order}`,
      { files, last_day: lastDay },
    );
    const column = (title: string): number[] => rows.map((row) => Number(row[title]));
    const [userOf, itemOf] = [Int32Array.from(column('user')), Int32Array.from(column('item'))];
    const size = (list: Int32Array): number => list.reduce((most, value) => Math.max(most, value), -1) + 1;
    const dayOf = Float64Array.from(column('day'));
    const events = { users: size(userOf), items: size(itemOf), userOf, itemOf, dayOf };
    return { events, labels: labelsOf(rows, itemOf, events.items) };
  } finally {
    warehouse.close();
    await rm(tempDir, { recursive: true, force: true });
  }
}

/** One label per item; items without one have an empty row. */
function labelsOf(rows: readonly Row[], itemOf: Int32Array, items: number): ItemLabels {
  const byItem = new Map(rows.map((row, at) => [itemOf[at] as number, String(row.label)]));
  const names = [...new Set(byItem.values())].filter((label) => label !== '').sort();
  const numbers = new Map(names.map((label, at) => [label, at]));
  const columns: number[] = [];
  const offsets = new Int32Array(items + 1);
  for (let item = 0; item < items; item++) {
    const label = numbers.get(byItem.get(item) ?? '');
    if (label !== undefined) columns.push(label);
    offsets[item + 1] = columns.length;
  }
  const values = new Float32Array(columns.length).fill(1);
  return { labels: names.length, rows: { offsets, columns: Int32Array.from(columns), values } };
}
