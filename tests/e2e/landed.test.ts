import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../domain/store/store.ts';
import { planSchema } from '../../schemas/plan.ts';
import { fastRetries, makeProject, stocktake, type TestProject, whyNoServer } from '../harness.ts';
import { findPostgres, type PostgresFixture, startPostgres } from '../sources/postgres-fixture.ts';

const bin = findPostgres();
const skip =
  (await whyNoServer()) || (bin ? '' : 'no PostgreSQL server installed: apt-get install postgresql');

const config = `export default { project: 'landed', store: 'store', temporal: { retries: ${JSON.stringify(fastRetries)} },
  recommend: { enabled: false }, embed: { enabled: false }, classify: { enabled: false },
  sources: { orders: { type: 'postgres', connection: 'env:SHOP_DB', table: 'orders', watermark: 'at', overlap: '1 day',
    entities: { events: { key: ['event_id'], columns: { event_id: 'id', item_id: 'item', kind: "'purchase'", time: 'at', value: 'amount' } } } } } };\n`;

describe.skipIf(skip)(`a night on a database ${skip}`, () => {
  let project: TestProject;
  let server: PostgresFixture;
  let running = true;
  const night = (...args: string[]) =>
    stocktake([...args, '--json'], { cwd: project.dir, env: { SHOP_DB: server.url } });

  beforeAll(async () => {
    server = await startPostgres(bin ?? '');
    await server.sql(
      `create table orders (id bigint primary key, item text, at timestamptz, amount numeric);
       insert into orders select i, 'item ' || i % 7, '2026-05-01T00:00:00Z'::timestamptz + i * interval '1 minute', i from generate_series(1, 500) i`,
    );
    project = await makeProject(config);
  }, 60_000);
  afterAll(async () => {
    if (running) await server?.stop();
    await project?.remove();
  });

  it('reads it, publishes it, and repeats to the byte without it', async () => {
    const ended = await night('run', '--date', '2026-05-01');
    expect(ended.stderr).not.toContain('Error:');
    expect(ended.code).toBe(0);
    await server.stop();
    running = false;
    expect((await night('replay', 'last')).code).toBe(0);
    const snapshot = await (await openStore(project.storeDir)).snapshots.current();
    expect(snapshot?.datasets['unified.events']?.rows).toBe(500);
  }, 120_000);

  it('goes on when nobody answers: the reason is in the plan, what was known stays published', async () => {
    const ended = await night('run', '--date', '2026-05-02');
    expect(ended.code).toBe(0);
    const store = await openStore(project.storeDir);
    const { opening } = await store.runs.resolve('last');
    const plan = planSchema.parse(await store.objects.readJson(opening.plan));
    expect(plan.dataDate).toBe('2026-05-02');
    expect(plan.sources[0]?.missing).toContain('cannot be read from PostgreSQL');
    expect((await store.snapshots.current())?.datasets['unified.events']?.rows).toBe(500);
  }, 120_000);

  it('leaves no credential in the store, Temporal’s histories and logs included', async () => {
    const files = await readdir(project.storeDir, { recursive: true, withFileTypes: true });
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) {
      const bytes = await readFile(path);
      for (const secret of [server.password, encodeURIComponent(server.password)]) {
        expect(bytes.includes(secret), `${path} holds the password`).toBe(false);
      }
    }
  });
});
