/**
 * Measures the recommenders on a time split of invoices and prints a table.
 *
 *     node scripts/evaluate-time-split.ts [folder of daily CSV files] [budget in seconds]
 *
 * Files have InvoiceNo, StockCode, Quantity, InvoiceDate and CustomerID (UCI Online Retail by day); cancelled invoices,
 * quantities up to 0 and rows without a customer are left out.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TimedEvents } from '../domain/recommend/split.ts';
import { evaluateTimeSplit } from '../domain/recommend/time-split.ts';
import { openWarehouse } from '../domain/warehouse/warehouse.ts';

const [
  folder = fileURLToPath(new URL('../../shared/data/uci-online-retail-by-day/by-day', import.meta.url)),
  budget,
] = process.argv.slice(2);

const result = evaluateTimeSplit(await readInvoices(folder), {
  seed: 1,
  budgetSeconds: Number(budget ?? 60),
  trials: 60,
  now: () => performance.now(),
  onProgress: (phrase) => void process.stderr.write(`${phrase}\n`),
});
if (result.outcome === 'evaluated') {
  const { models, differences, windows, hybrid, chosen, searchSeconds } = result;
  console.log(windows, `search ${searchSeconds.toFixed(1)} s, chosen ${chosen}`, hybrid);
  console.table(
    models.map(({ name, metrics, validation, trials }) => ({ name, ...metrics, validation, trials })),
  );
  console.table(differences);
  console.log(models.map(({ name, parameters }) => `${name} ${JSON.stringify(parameters)}`).join('\n'));
} else console.log(result);

async function readInvoices(from: string): Promise<TimedEvents> {
  const tempDir = await mkdtemp(join(tmpdir(), 'stocktake-time-split-'));
  const warehouse = await openWarehouse({ threads: 2, memoryMb: 2048, tempDir });
  try {
    const rows = await warehouse.rows(
      'invoices',
      `select
         dense_rank() over (order by CustomerID) - 1 as user,
         dense_rank() over (order by upper(trim(StockCode))) - 1 as item,
         epoch(InvoiceDate::timestamp) / 86400 as day
       from read_csv($files, all_varchar = true, filename = true)
       where CustomerID <> '' and Quantity::int > 0 and InvoiceNo not like 'C%'
       order by InvoiceDate::timestamp, InvoiceNo, upper(trim(StockCode)), Quantity::int, UnitPrice`,
      { files: join(from, '*.csv') },
    );
    const column = (name: string): number[] => rows.map((row) => Number(row[name]));
    const [userOf, itemOf] = [Int32Array.from(column('user')), Int32Array.from(column('item'))];
    const size = (list: Int32Array): number => list.reduce((most, value) => Math.max(most, value), -1) + 1;
    return {
      users: size(userOf),
      items: size(itemOf),
      userOf,
      itemOf,
      dayOf: Float64Array.from(column('day')),
    };
  } finally {
    warehouse.close();
    await rm(tempDir, { recursive: true, force: true });
  }
}
