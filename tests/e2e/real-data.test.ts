import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readTable } from '../../cli/read-table.ts';
import type { Irregularities, Irregularity } from '../../domain/inventory/irregularities.ts';
import { slicesOf } from '../../domain/store/datasets.ts';
import { openStore, type Store } from '../../domain/store/store.ts';
import { makeProject, root, sharedData, stocktake, type TestProject, whyNoServer } from '../harness.ts';

const noServer = await whyNoServer();
const retail = sharedData('uci-online-retail-by-day');
const grocery = sharedData('completejourney');
const whyNot = (missing: boolean): string => noServer || (missing ? 'the data is not here' : '');

let project: TestProject | undefined;
afterEach(() => project?.remove());

/** These tests are of the road from files to unified data; what is learned has its own. */
const withoutLoop = 'embed: { enabled: false }, classify: { enabled: false }, recommend: { enabled: false }';

async function exampleProject(example: string): Promise<TestProject> {
  const config = join(root, 'examples', example, 'temporal.config.ts');
  project = await makeProject(
    `import base from ${JSON.stringify(config)};\nexport default { ...base, input: 'shop', store: 'store', ${withoutLoop} };\n`,
  );
  return project;
}

/** Days of the order test; all 305 with STOCKTAKE_TEST_DAYS=305. */
const dayLimit = Number(process.env.STOCKTAKE_TEST_DAYS ?? 40);

/** What the night's checks and columns and `profile --irregular` tell of a year of invoices: the catalogue's counts. */
async function expectDirtOfInvoices(store: Store, dir: string): Promise<void> {
  const snapshot = await store.snapshots.current();
  const checks = await readTable(
    store,
    snapshot,
    'inventory.checks',
    (relation) =>
      `select rtrim(concat_ws(' ', type, "column")) as name, evaluated, unexpected from ${relation} order by all`,
  );
  const unexpected = Object.fromEntries(checks.map((row) => [String(row.name), Number(row.unexpected)]));
  expect(unexpected).toMatchObject({
    gaps: 69,
    'not_null title': 1454,
    'range quantity': 10_624,
    'range value': 9288 + 2,
    'accepted_values kind': 3,
  });
  expect(Number(checks.find(({ name }) => name === 'gaps')?.evaluated)).toBe(374);
  const columns = await readTable(
    store,
    snapshot,
    'inventory.columns',
    (relation) =>
      `select "column", nulls, distinct_values, min, max, zeros, negatives from ${relation} where asset = 'raw.invoices' order by all`,
  );
  const column = (name: string) => columns.find((row) => row.column === name) ?? {};
  expect(Number(column('CustomerID').nulls)).toBe(135_080);
  expect(Number(column('Description').nulls)).toBe(1454);
  expect([column('Quantity').min, column('Quantity').max]).toEqual(['-80995', '80995']);
  expect(Number(column('UnitPrice').zeros) + Number(column('UnitPrice').negatives)).toBe(2517);
  expect([Number(column('UnitPrice').negatives), column('UnitPrice').max]).toEqual([2, '38970']);
  const distinct = ['InvoiceNo', 'StockCode', 'CustomerID', 'Country'].map((name) =>
    Number(column(name).distinct_values),
  );
  expect(distinct).toEqual([25_900, 4070, 4372, 38]);

  const profile = await stocktake(['profile', 'raw.invoices', '--irregular', '--json'], { cwd: dir });
  const { found } = JSON.parse(profile.stdout).irregularities as Irregularities;
  const of = (name: string, kind: Irregularity['kind']) =>
    found.find((one) => one.column === name && one.kind === kind);
  expect(of('Description', 'outer blanks')?.rows).toBe(113_452);
  expect(of('Description', 'not ASCII')?.rows).toBe(32);
  expect(of('CustomerID', 'decimal point')).toMatchObject({ values: 4372, rows: 541_909 - 135_080 });
  expect(of('StockCode', 'letter cases')?.values).toBe(112);
  expect(of('StockCode', 'several values')).toMatchObject({ values: 650, expected: 'Description' });
  expect(of('Quantity', 'other forms')?.rows).toBe(10_624);
  expect(of('InvoiceNo', 'other forms')?.examples).toEqual([
    { value: 'C9', rows: 9288, values: 3836 },
    { value: 'A9', rows: 3, values: 3 },
  ]);
  const forms = new Map(of('StockCode', 'other forms')?.examples.map(({ value, rows }) => [value, rows]));
  const pseudo = {
    POST: 1256,
    DOT: 710,
    M: 571,
    m: 1,
    C2: 144,
    D: 77,
    S: 63,
    'BANK CHARGES': 37,
    AMAZONFEE: 34,
    CRUK: 16,
  };
  for (const [code, rows] of Object.entries(pseudo)) expect([code, forms.get(code)]).toEqual([code, rows]);
  for (const code of ['gift_9_9', 'DCGS9', 'PADS', 'B']) expect(forms.get(code)).toBeGreaterThan(0);
}

describe.skipIf(whyNot(retail.missing))(`online retail ${whyNot(retail.missing)}`, () => {
  const source = join(retail.path, 'by-day');

  it('takes the whole year in one backfill with the exact counts of its dirt, and does nothing the second time', async () => {
    const { dir, storeDir } = await exampleProject('online-retail');
    const args = ['backfill', '--from', '2010-12-01', '--to', '2011-12-09', '--input', source, '--json'];
    const first = await stocktake(args, { cwd: dir });
    expect(first.stderr).not.toContain('STK-LEDGER');
    expect(first.code).toBe(0);
    const store = await openStore(storeDir);
    const snapshot = await store.snapshots.current();
    const slices = await slicesOf(store.objects, snapshot, 'clean.invoices.events');
    expect(slices).toHaveLength(305);
    const manifests = await store.manifests.readAll(slices.map(({ manifest }) => manifest));
    const ledger = manifests.flatMap((manifest) => manifest.ledger);
    const sum = (entity: string, field: 'rowsIn' | 'duplicates' | 'skipped' | 'rejected'): number =>
      ledger.filter((entry) => entry.entity === entity).reduce((total, entry) => total + entry[field], 0);
    expect(sum('events', 'rowsIn')).toBe(541_909);
    expect(sum('events', 'duplicates')).toBe(5268);
    expect(sum('users', 'skipped')).toBe(135_080);
    expect(snapshot?.datasets['unified.users']?.rows).toBe(4372);
    expect(snapshot?.datasets['unified.items']?.rows).toBe(3958);
    const [dirt] = await readTable(
      store,
      snapshot,
      'unified.events',
      (relation) =>
        `select count(*) filter (where quantity < 0) as negative, count(distinct session_id) as invoices, count(*) as rows from ${relation}`,
    );
    expect(Number(dirt?.rows)).toBe(541_909 - 5268);
    expect(Number(dirt?.invoices)).toBe(25_900);
    await expectDirtOfInvoices(store, dir);
    const second = await stocktake(args, { cwd: dir });
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ outcome: 'nothing to do' });
  }, 180_000);

  it('gives the same hashes whatever order the days arrive in, and if some come twice', async () => {
    const days = (await readdir(source)).sort().slice(0, dayLimit);
    const hashes: string[] = [];
    for (const waves of [[days], [days.filter((_, index) => index % 2 === 1).reverse(), days]]) {
      const { dir, storeDir, input } = await exampleProject('online-retail');
      for (const wave of waves) {
        await mkdir(input, { recursive: true });
        for (const day of wave) await cp(join(source, day), join(input, day));
        const ended = await stocktake(['backfill', '--from', '2010-12-01', '--to', '2011-12-09'], {
          cwd: dir,
        });
        expect(ended.code).toBe(0);
      }
      const snapshot = await (await openStore(storeDir)).snapshots.current();
      // The inventory tells what its run received and what changed by it: that, and only that, depends on the order.
      const data = Object.entries(snapshot?.datasets ?? {}).filter(
        ([name]) => !name.startsWith('inventory.'),
      );
      hashes.push(JSON.stringify(data.map(([name, { index }]) => [name, index.sha256]).sort()));
      await project?.remove();
    }
    expect(new Set(hashes).size).toBe(1);
  }, 180_000);
});

describe.skipIf(whyNot(grocery.missing))(`grocery ${whyNot(grocery.missing)}`, () => {
  it('reports every broken reference and gap', async () => {
    const { dir, storeDir } = await exampleProject('grocery');
    const ended = await stocktake(
      ['run', '--date', '2017-12-31', '--input', join(grocery.path, 'csv'), '--json'],
      { cwd: dir },
    );
    expect(ended.code).toBe(0);
    const store = await openStore(storeDir);
    const checks = await readTable(
      store,
      await store.snapshots.current(),
      'inventory.checks',
      (relation) => `select * from ${relation} where source = 'transactions' order by all`,
    );
    const orphans = checks
      .filter(({ type, status }) => type === 'relationships' && status === 'warn')
      .map((row) => [row.column, row.expected, Number(row.evaluated), Number(row.unexpected)]);
    expect(orphans).toContainEqual(['item_id', 'items', 75_000, 222]);
    expect(orphans).toContainEqual(['user_id', 'demographics', 75_000, 32_801]);
    const columns = await readTable(
      store,
      await store.snapshots.current(),
      'inventory.columns',
      (relation) => `select "column", nulls from ${relation} where asset = 'raw.products' order by all`,
    );
    const nulls = Object.fromEntries(columns.map((row) => [String(row.column), Number(row.nulls)]));
    expect(nulls).toMatchObject({ product_category: 540, product_type: 528, package_size: 30_586 });
    const bought = await readTable(
      store,
      await store.snapshots.current(),
      'inventory.columns',
      (relation) =>
        `select "column", distinct_values from ${relation} where asset = 'raw.transactions' order by all`,
    );
    const distinct = Object.fromEntries(
      bought.map((row) => [String(row.column), Number(row.distinct_values)]),
    );
    expect(distinct).toMatchObject({ household_id: 2377, product_id: 20_902, basket_id: 47_243 });
  }, 120_000);
});
