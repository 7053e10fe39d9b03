import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTable } from '../../cli/read-table.ts';
import { openStore, type Store } from '../../domain/store/store.ts';
import type { Snapshot } from '../../schemas/artifact.ts';
import { type StageOutput, stageOutputSchema } from '../../schemas/stage.ts';
import type { Temporal } from '../../workers/connect.ts';
import {
  fastRetries,
  makeProject,
  reach,
  startWorkerProcess,
  stocktake,
  type TestProject,
  type WorkerProcess,
  whyNoServer,
} from '../harness.ts';
import { expectBalanced } from '../nights-fixture.ts';

const skip = await whyNoServer();
const date = '2026-05-01';

const config = `export default { project: 'decided', input: 'shop', store: 'store', temporal: { retries: ${JSON.stringify(fastRetries)} },
  embed: { enabled: false }, classify: { enabled: false }, recommend: { enabled: false },
  sources: {
    goods: { path: 'goods/{date}.csv', mode: 'full', required: true, repair: { threshold: 0.8 },
      entities: { items: { columns: { item_id: 'sku', title: 'title', brand: 'brand', category: 'country', price: 'price' }, attributes: { land: 'land' } } },
      contract: { tableChecks: [
        { type: 'row_count', min: 80, max: 80 },
        { type: 'contains_set', column: 'brand', values: ['Northwind', 'Nobody'], severity: 'warn' },
        { type: 'distribution', column: 'price', nulls: { max: 0.05 }, mean: { min: 10, max: 17 } } ] } },
    supplier: { path: 'supplier/{date}.csv', mode: 'full',
      entities: { items: { namespace: 'supplier', columns: { item_id: 'article', title: 'name' } } } },
    orders: { path: 'orders/{date}.csv',
      entities: { events: { key: ['event_id'], columns: { event_id: 'id', item_id: 'sku', kind: "'purchase'", time: 'at', quantity: 'pieces' } } },
      contract: { maxRejectedShare: 0.9, checks: [{ type: 'range', column: 'quantity', max: 100 }] } },
  } };
`;

const brands = [
  ['Northwind', 'Norway', 'NO'],
  ['Contoso', 'Germany', 'DE'],
  ['Fabrikam', 'France', 'FR'],
  ['Adatum', 'Austria', 'AT'],
];
const kinds = ['Lamp', 'Chair', 'Teapot', 'Backpack', 'Kettle', 'Blanket', 'Mirror', 'Bowl'];

/** Eighty items; one brand is misspelt, one country is another brand's. */
function goods(): string {
  const rows = Array.from({ length: 80 }, (_, at) => {
    const [brand = '', country = '', land = ''] = brands[at % 4] ?? [];
    const title = `${brand} ${kinds[at % 8]} ${10 + at} cm`;
    return [`a-${at}`, title, at === 20 ? 'Northwimd' : brand, at === 33 ? 'Norway' : country, land, '12.50'];
  });
  return `${[['sku', 'title', 'brand', 'country', 'land', 'price'], ...rows].map((row) => row.join(',')).join('\n')}\n`;
}

const supplier = `article,name\n${Array.from({ length: 20 }, (_, at) => `s-${at},${brands[at % 4]?.[0]} ${kinds[at % 8]} ${10 + at} cm`).join('\n')}\ns-x,Odd thing of no other name\n`;
const orders = `id,sku,at,pieces
1,a-1,${date} 10:00:00,2
2,a-2,${date} 11:00:00,500
3,a-3,${date} 12:00:00,three
4,a-4,${date} 13:00:00,700
`;

/** People's decisions of every kind between two nights, through the workflow, and the replay of the second. */
describe.skipIf(skip)(`a night with decisions of people ${skip}`, () => {
  let project: TestProject;
  let store: Store;
  let temporal: Temporal;
  let worker: WorkerProcess;
  let first: Snapshot | undefined;
  const run = (...args: string[]) => stocktake(args, { cwd: project.dir });
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(project.input, path)), { recursive: true });
    await writeFile(join(project.input, path), text);
  };
  const outputs = async (): Promise<StageOutput[]> => {
    const { steps } = await store.runs.resolve('last');
    return Promise.all(
      steps.map(async ({ result }) => stageOutputSchema.parse(await store.objects.readJson(result.output))),
    );
  };
  const rows = async (dataset: string, columns: string): Promise<Record<string, unknown>[]> =>
    readTable(
      store,
      await store.snapshots.current(),
      dataset,
      (relation) => `select ${columns} from ${relation} order by all`,
    );
  /** Content of the datasets that no run's own facts stand in. */
  const hashes = (snapshot: Snapshot | undefined): [string, string][] =>
    Object.entries(snapshot?.datasets ?? {})
      .filter(([name]) => /^(raw|clean|quarantine|repairs|unified)[.]/.test(name))
      .map(([name, { index }]) => [name, index.sha256]);
  const idOfLine = (line: number): Promise<string> =>
    json('quarantine', 'show', 'orders').then(
      (found: { id: string; line: number }[]) => found.find((row) => Number(row.line) === line)?.id ?? 'none',
    );

  beforeAll(async () => {
    project = await makeProject(config);
    store = await openStore(project.storeDir);
    await put(`goods/${date}.csv`, goods());
    await put(`supplier/${date}.csv`, supplier);
    await put(`orders/${date}.csv`, orders);
    temporal = await reach(project);
    worker = startWorkerProcess(project);
    expect((await run('run', '--date', date)).stderr).not.toContain('Error');
    first = await store.snapshots.current();
  }, 120_000);
  afterAll(async () => {
    await worker?.stop();
    await temporal?.release();
    await project?.remove();
  });

  it('takes them all, repairs, judges the tables, and balances every line of its ledger', async () => {
    expect(first?.datasets['clean.orders.events']?.rows).toBe(1);
    const fixed = await idOfLine(4);
    expect((await run('quarantine', 'fix', fixed, '--set', 'pieces=3')).code).toBe(0);
    expect((await run('quarantine', 'release', await idOfLine(3))).code).toBe(0);
    expect((await run('match', 'accept', 'main/a-70', 'supplier/s-x')).stderr).toBe('');
    expect((await json('backfill', '--from', date, '--to', date, '--dry-run')).dates).toMatchObject([
      { date, state: 'stale', action: 'run', why: expect.stringContaining('orders has rows') },
    ]);
    const night = await json('run', '--date', date);
    expect(night).toMatchObject({ outcome: 'published', snapshot: 2 });

    const ledger = (await outputs()).flatMap((output) => output.ledger);
    expect(ledger.length).toBeGreaterThan(6);
    for (const entry of ledger) expectBalanced(entry);
    expect(ledger.find(({ stage, source }) => stage === 'normalize' && source === 'orders')).toMatchObject({
      rowsIn: 4,
      rowsOut: 3,
      rejected: 1,
    });
    expect(await rows('unified.events', 'item_id, quantity::integer as quantity')).toEqual([
      { item_id: 'a-1', quantity: 2 },
      { item_id: 'a-2', quantity: 500 },
      { item_id: 'a-3', quantity: 3 },
    ]);
    expect(await rows('repairs.goods', 'line::integer as line, repair, status')).toEqual([
      { line: 22, repair: 'Northwind', status: 'applied' },
      { line: 35, repair: 'Germany', status: 'applied' },
    ]);
    const clusters = await rows('match.clusters', 'item_id, golden_id');
    const golden = (item: string) => clusters.find(({ item_id }) => item_id === item)?.golden_id;
    expect([golden('s-x'), golden('a-70')]).toEqual([golden('a-70'), expect.any(String)]);
    const checks = await rows('inventory.checks', 'source, type, status');
    expect(checks.filter(({ source }) => source === 'goods')).toEqual(
      expect.arrayContaining([
        { source: 'goods', type: 'row_count', status: 'pass' },
        { source: 'goods', type: 'contains_set', status: 'warn' },
        { source: 'goods', type: 'distribution', status: 'pass' },
      ]),
    );
    expect((await json('backfill', '--from', date, '--to', date, '--dry-run')).dates).toMatchObject([
      { state: 'done' },
    ]);
  }, 60_000);

  it('gives the same hashes when it is replayed', async () => {
    const replayed = await run('replay', 'last', '--json');
    expect(JSON.parse(replayed.stdout)).toMatchObject({ outcome: 'replayed', difference: '' });
    expect(replayed.code).toBe(0);
  }, 60_000);

  it('is the night of before, byte for byte, once everything is taken back', async () => {
    const { decisions } = await json('quarantine', 'decisions');
    expect(decisions).toMatchObject([
      { action: 'release', state: 'in force', outcomes: [{ entity: 'events', accepted: 1, rejected: 0 }] },
      { action: 'fix', state: 'in force', outcomes: [{ entity: 'events', accepted: 1, rejected: 0 }] },
    ]);
    for (const { id } of decisions) expect((await run('quarantine', 'withdraw', id)).code).toBe(0);
    for (const { id } of (await json('match', 'decisions')).decisions)
      expect((await run('match', 'undo', id)).code).toBe(0);
    expect(await json('run', '--date', date)).toMatchObject({ outcome: 'published' });
    expect(hashes(await store.snapshots.current())).toEqual(hashes(first));
  }, 60_000);
});
