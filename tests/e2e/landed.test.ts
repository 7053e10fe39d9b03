import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onlinePath } from '../../domain/store/online-file.ts';
import { openStore } from '../../domain/store/store.ts';
import { planSchema } from '../../schemas/plan.ts';
import { openFeedback } from '../../workers/serve.ts';
import { fastRetries, makeProject, stocktake, type TestProject, whyNoServer } from '../harness.ts';
import { type HttpFixture, json, startHttp } from '../sources/http-fixture.ts';
import { findPostgres, type PostgresFixture, startPostgres } from '../sources/postgres-fixture.ts';
import { findS3, type S3Fixture, startS3 } from '../sources/s3-fixture.ts';

const bin = findPostgres();
const skip =
  (await whyNoServer()) || (bin ? '' : 'no PostgreSQL server installed: apt-get install postgresql');

const s3 = await findS3();
const s3Secret = 'wJalr+XUtnFEMI/K7MDENG';

const orders = `orders: { type: 'postgres', connection: 'env:SHOP_DB', table: 'orders', watermark: 'at', overlap: '1 day',
  entities: { events: { key: ['event_id'], columns: { event_id: 'id', item_id: 'item', kind: "'purchase'", time: 'at', value: 'amount' } } } }`;
const list = (endpoint: string): string =>
  `list: { type: 's3', bucket: 'shop', prefix: 'exports/', path: 'items/{date}/*.csv.gz', mode: 'full', endpoint: '${endpoint}',
  credentials: { accessKeyId: 'env:S3_ID', secretAccessKey: 'env:S3_SECRET' },
  entities: { items: { columns: { item_id: 'id', title: 'title' } } } }`;
const httpToken = 'tok-5/en+8';
const prices = (origin: string): string =>
  `prices: { type: 'http', url: '${origin}/prices', records: '/data', paging: { by: 'link' }, auth: { bearer: 'env:PRICES_TOKEN' },
  watermark: 'at', retries: 0, entities: { market: { columns: { series: '"of.id"', time: 'at', value: '"of.price"' } } } }`;
const feedback = `feedback: { type: 'online', table: 'feedback',
  entities: { events: { key: ['event_id'], columns: { event_id: 'id', user_id: 'user', item_id: 'item', kind: 'type', time: 'time' } } } }`;
const configOf = (...sources: string[]): string =>
  `export default { project: 'landed', store: 'store', temporal: { retries: ${JSON.stringify(fastRetries)} },
  recommend: { enabled: false }, embed: { enabled: false }, classify: { enabled: false },
  sources: { ${sources.join(', ')} } };\n`;

describe.skipIf(skip)(`a night on a database, a bucket, an interface and the online store ${skip}`, () => {
  let project: TestProject;
  let server: PostgresFixture;
  let bucket: S3Fixture | undefined;
  let web: HttpFixture;
  let running = true;
  const night = (...args: string[]) =>
    stocktake([...args, '--json'], {
      cwd: project.dir,
      env: { SHOP_DB: server.url, S3_ID: 'AKIAQ7EXAMPLE', S3_SECRET: s3Secret, PRICES_TOKEN: httpToken },
    });
  const stop = async (): Promise<void> => {
    if (running) await Promise.all([server?.stop(), bucket?.stop(), web?.stop()]);
    running = false;
  };

  beforeAll(async () => {
    server = await startPostgres(bin ?? '');
    await server.sql(
      `create table orders (id bigint primary key, item text, at timestamptz, amount numeric);
       insert into orders select i, 'item ' || i % 7, '2026-05-01T00:00:00Z'::timestamptz + i * interval '1 minute', i from generate_series(1, 500) i`,
    );
    if ('path' in s3) {
      bucket = await startS3(s3.path);
      const items = (...ids: string[]) =>
        gzipSync(`id,title\n${ids.map((id) => `${id},thing ${id}\n`).join('')}`);
      await bucket.put('exports/items/2026-05-01/de.csv.gz', items('a', 'b'));
      await bucket.put('exports/items/2026-05-01/fr.csv.gz', items('c'));
    }
    web = await startHttp();
    web.answer((url, response, { headers }) => {
      if (headers.authorization !== `Bearer ${httpToken}`) return void response.writeHead(401).end();
      const page = Number(url.searchParams.get('page') ?? 1);
      const data = [{ of: { id: `oil ${page}`, price: 71.5 }, at: '2026-05-01T00:00:00Z' }];
      json(response, { data }, page < 3 ? { link: `<?page=${page + 1}>; rel="next"` } : {});
    });
    project = await makeProject(
      configOf(orders, feedback, prices(web.origin), ...(bucket ? [list(bucket.endpoint)] : [])),
    );
    const online = openFeedback(project.storeDir);
    const view = { type: 'view', user: 'ann', value: 1, timestamp: '2026-05-01T12:00:00.000Z' };
    await online.putFeedback(
      ['item 1', 'item 2'].map((item) => ({ ...view, item })),
      'accumulate',
    );
    await online.close();
  }, 180_000);
  afterAll(async () => {
    await stop();
    await project?.remove();
  });

  it('reads it, publishes it, and repeats to the byte without it', async () => {
    const ended = await night('run', '--date', '2026-05-01');
    expect(ended.stderr).not.toContain('Error:');
    expect(ended.code).toBe(0);
    await stop();
    await rm(dirname(onlinePath(project.storeDir)), { recursive: true });
    expect((await night('replay', 'last')).code).toBe(0);
    const snapshot = await (await openStore(project.storeDir)).snapshots.current();
    expect(snapshot?.datasets['unified.events']?.rows).toBe(502);
    expect(snapshot?.datasets['unified.market']?.rows).toBe(3);
    if (bucket) expect(snapshot?.datasets['unified.items']?.rows).toBe(3);
  }, 120_000);

  it('goes on when nobody answers: the reason is in the plan, what was known stays published', async () => {
    const ended = await night('run', '--date', '2026-05-02');
    expect(ended.code).toBe(0);
    const store = await openStore(project.storeDir);
    const { opening } = await store.runs.resolve('last');
    const plan = planSchema.parse(await store.objects.readJson(opening.plan));
    expect(plan.dataDate).toBe('2026-05-02');
    const missing = plan.sources.map((source) => source.missing).join('\n');
    expect(missing).toContain('cannot be read from PostgreSQL');
    expect(missing).toContain('cannot be read from the online store');
    expect(missing).toContain('cannot be read over HTTP');
    if (bucket) expect(missing).toContain('cannot be read from its bucket');
    expect((await store.snapshots.current())?.datasets['unified.events']?.rows).toBe(502);
  }, 120_000);

  it('leaves no credential in the store, Temporal’s histories and logs included', async () => {
    const files = await readdir(project.storeDir, { recursive: true, withFileTypes: true });
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) {
      const bytes = await readFile(path);
      for (const secret of [server.password, encodeURIComponent(server.password), s3Secret, httpToken]) {
        expect(bytes.includes(secret), `${path} holds a secret`).toBe(false);
      }
    }
  });
});
