import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { listAnySource, listLanded } from '../../domain/collect/remote-sources.ts';
import { zipOf } from '../../domain/collect/source-fixture.ts';
import { secretReader } from '../../domain/collect/source-secrets.ts';
import { textRows, workbookOf } from '../../domain/collect/xlsx-fixture.ts';
import { stageContext } from '../../domain/runtime/stage-fixture.ts';
import type { SourcePlan } from '../../schemas/plan.ts';
import { sourceSchema } from '../../schemas/source.ts';
import { openNights } from '../nights-fixture.ts';
import { findS3, type S3Fixture, startS3 } from './s3-fixture.ts';

const found = await findS3();
const skipped = 'why' in found ? ` (${found.why})` : '';
const readSecret = secretReader({ S3_ID: 'AKIAQ7EXAMPLE', S3_SECRET: 'wJalr' });
const entities = {
  events: { columns: { event_id: 'id', item_id: 'item', time: 'at', kind: "'view'" }, key: ['event_id'] },
};
const csv = (...ids: number[]): string =>
  ['id,item,at', ...ids.map((id) => `${id},i${id},2026-05-01T10:00:00Z`)].join('\n');

describe.skipIf(skipped !== '')(`objects of an S3 store${skipped}`, () => {
  let bucket: S3Fixture;
  let storeDir: string;
  /** A folder of keys of each test's own. */
  let prefix = '';
  let tests = 0;
  const folders: string[] = [];

  beforeAll(async () => {
    bucket = await startS3('path' in found ? found.path : '');
  }, 150_000);
  beforeEach(async () => {
    storeDir = await mkdtemp(join(tmpdir(), 'stocktake-s3-'));
    folders.push(storeDir);
    tests += 1;
    prefix = `t${tests}/`;
    bucket.asked();
  });
  afterAll(async () => {
    await bucket?.stop();
    for (const dir of folders) await rm(dir, { recursive: true, force: true });
  });

  const settings = (more: object): object => ({
    type: 's3',
    bucket: 'shop',
    prefix,
    endpoint: bucket.endpoint,
    credentials: { accessKeyId: 'env:S3_ID', secretAccessKey: 'env:S3_SECRET' },
    entities,
    ...more,
  });
  const list = (more: object, to = '2026-05-01', force = false): Promise<SourcePlan> =>
    listAnySource(
      { input: storeDir, name: 'shop', source: sourceSchema.parse(settings(more)), to },
      { ...stageContext({}), storeDir, readSecret, force },
    );
  const put = (key: string, content: string | Uint8Array): Promise<void> => bucket.put(prefix + key, content);
  const asked = (): string[] => bucket.asked().map((key) => key.slice(prefix.length));
  const keysOf = (plan: SourcePlan): string[] =>
    plan.slices.flatMap(({ files }) =>
      files.map(({ path }) => path.replace(/^landing\/shop\/objects\/(.+)\/@[0-9a-f]{16}\/.+$/, '$1')),
    );

  it('takes an object again only when its size or ETag changed', async () => {
    await put('a.csv', csv(1));
    await put('b.csv', csv(2));
    const first = await list({ path: '*.csv' });
    expect(asked()).toEqual(['a.csv', 'b.csv']);
    await put('b.csv', csv(3));
    const second = await list({ path: '*.csv' }, '2026-05-02');
    expect(asked()).toEqual(['b.csv']);
    expect(second.slices[0]?.files[0]).toEqual(first.slices[0]?.files[0]);
    // What the first night pinned is still there, beside what replaced it.
    const [, pinned] = first.slices[0]?.files ?? [];
    expect(await readFile(join(storeDir, pinned?.path ?? ''), 'utf8')).toBe(csv(2));
    expect(await list({ path: '*.csv' }, '2026-05-01')).toEqual(first);
    expect(asked()).toEqual([]);
  });

  it('follows a listing over as many pages as there are', async () => {
    const names = Array.from({ length: 1100 }, (_, index) => `many-${String(index).padStart(4, '0')}.txt`);
    await Promise.all([...names, 'many-z.csv'].map((name) => put(name, csv(1))));
    expect(keysOf(await list({ path: '*.csv' }))).toEqual(['many-z.csv']);
  }, 30_000);

  it('loads the same bytes under two names once, and two files of one name as two', async () => {
    await put('de/orders.csv', csv(1));
    await put('fr/orders.csv', csv(2));
    await put('fr/orders copy+1 %.csv', csv(2));
    const plan = await list({ path: '*/*.csv' });
    expect(keysOf(plan)).toEqual(['de/orders.csv', 'fr/orders copy+1 %.csv']);
    expect(plan.repeats).toHaveLength(1);
  });

  it('tells an object it may not read, takes the others, and tries again on the next run', async () => {
    await put('a.csv', csv(1));
    await put('b.csv', csv(2));
    bucket.refuse(`${prefix}b.csv`, 'AccessDenied');
    const plan = await list({ path: '*.csv' });
    expect(keysOf(plan)).toEqual(['a.csv']);
    expect(plan.missing).toContain('1 listed object could not be had: b.csv (not for you (AccessDenied))');
    bucket.refuse(`${prefix}b.csv`);
    expect(asked()).toEqual(['a.csv', 'b.csv']);
    expect(await list({ path: '*.csv' })).toMatchObject({ missing: '', slices: [{ files: [{}, {}] }] });
    expect(asked()).toEqual(['b.csv']);
    await put('b.csv', csv(3));
    bucket.refuse(`${prefix}b.csv`, 'InvalidObjectState');
    expect(keysOf(await list({ path: '*.csv' }, '2026-05-02'))).toEqual(['a.csv', 'b.csv']);
    bucket.refuse(`${prefix}b.csv`);
  });

  it('takes a credential that is refused for the whole bucket’s trouble', async () => {
    await put('a.csv', csv(1));
    bucket.refuse(`${prefix}a.csv`, 'InvalidAccessKeyId');
    expect((await list({ path: '*.csv' })).missing).toContain('cannot be read from its bucket');
    bucket.refuse(`${prefix}a.csv`);
    const unset = { path: '*.csv', credentials: { accessKeyId: 'env:NONE', secretAccessKey: 'env:NONE' } };
    expect((await list(unset)).missing).toContain('The credential env:NONE is not set');
  });

  it('keeps what a vanished folder held, and takes the bucket’s word within one', async () => {
    await put('orders/2026-04-30/a.csv', csv(1));
    await put('orders/2026-05-01/b.csv', csv(2));
    await put('orders/2026-05-01/c.csv', csv(3));
    const path = 'orders/{date}/*.csv';
    await list({ path });
    await bucket.remove(`${prefix}orders/2026-04-30/a.csv`);
    await bucket.remove(`${prefix}orders/2026-05-01/b.csv`);
    expect(keysOf(await list({ path }, '2026-05-02'))).toEqual([
      'orders/2026-04-30/a.csv',
      'orders/2026-05-01/c.csv',
    ]);
  });

  it('keeps a date whose only file is gone, and the full list before one that is not whole', async () => {
    const path = 'stock/{date}-*.csv';
    await put('stock/2026-05-01-a.csv', csv(1));
    await put('stock/2026-05-01-b.csv', csv(2));
    await list({ path, mode: 'full' });
    await bucket.remove(`${prefix}stock/2026-05-01-a.csv`);
    await bucket.remove(`${prefix}stock/2026-05-01-b.csv`);
    await put('stock/2026-05-02-a.csv', csv(3));
    await put('stock/2026-05-02-b.csv', csv(4));
    bucket.refuse(`${prefix}stock/2026-05-02-b.csv`, 'AccessDenied');
    const half = await list({ path, mode: 'full' }, '2026-05-02');
    expect(keysOf(half)).toEqual(['stock/2026-05-01-a.csv', 'stock/2026-05-01-b.csv']);
    expect(half.missing).toContain('stock/2026-05-02-b.csv');
    bucket.refuse(`${prefix}stock/2026-05-02-b.csv`);
    const whole = await list({ path, mode: 'full' }, '2026-05-02');
    expect(keysOf(whole)).toEqual(['stock/2026-05-02-a.csv', 'stock/2026-05-02-b.csv']);
  });

  it('finds a credential of the machine’s own only where it is asked for', async () => {
    await put('a.csv', csv(1));
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const file of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(file, storeDir);
    expect((await list({ path: '*.csv', credentials: 'chain' })).missing).toContain('credentials');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAQ7EXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalr');
    const unset = { accessKeyId: 'env:AWS_ACCESS_KEY_ID', secretAccessKey: 'env:AWS_SECRET_ACCESS_KEY' };
    expect((await list({ path: '*.csv', credentials: unset })).missing).toContain('is not set');
    expect(keysOf(await list({ path: '*.csv', credentials: 'chain' }))).toEqual(['a.csv']);
    vi.unstubAllEnvs();
  });

  it('ends when it is called off or out of time, and leaves no half object', async () => {
    await put('a.csv', csv(1));
    bucket.stall(`${prefix}a.csv`);
    const slow = await list({ path: '*.csv', timeoutSeconds: 0.3 });
    expect(slow.missing).toContain('did not end within timeoutSeconds, 0.3 s');
    const calledOff = new AbortController();
    const source = sourceSchema.parse(settings({ path: '*.csv' }));
    const reading = listAnySource(
      { input: '', name: 'shop', source, to: '2026-05-01' },
      { ...stageContext({}), storeDir, readSecret, signal: calledOff.signal },
    );
    await bucket.stalled();
    calledOff.abort();
    await expect(reading).rejects.toMatchObject({ code: 'STK-COLLECT-CANCELLED' });
    expect(await readdir(join(storeDir, 'landing/shop'))).toEqual([]);
  });

  it('goes on with a content that broke off, and after what it has when it never ends', async () => {
    await put('a.csv', csv(1));
    await put('b.csv', csv(2));
    bucket.cut(`${prefix}b.csv`, 2);
    bucket.ranges();
    const mended = await list({ path: '*.csv' });
    expect(keysOf(mended)).toEqual(['a.csv', 'b.csv']);
    expect(bucket.ranges()).toEqual(['', '', 'bytes=18-', 'bytes=27-']);
    expect(await readFile(join(storeDir, mended.slices[0]?.files[1]?.path ?? ''), 'utf8')).toBe(csv(2));
    await put('c.csv', csv(3));
    await put('d.csv', csv(4));
    bucket.cut(`${prefix}d.csv`, 1000);
    const broken = await list({ path: '*.csv' }, '2026-05-02');
    expect(broken.missing).toContain('cannot be read from its bucket');
    expect(keysOf(broken)).toEqual(['a.csv', 'b.csv']);
    bucket.cut(`${prefix}d.csv`, 0);
    asked();
    expect(keysOf(await list({ path: '*.csv' }, '2026-05-02'))).toEqual(['a.csv', 'b.csv', 'c.csv', 'd.csv']);
    expect(asked()).toEqual(['d.csv']);
  }, 20_000);

  it('leaves hostile keys and too large objects in the bucket, and says so', async () => {
    await put('x/../../out.csv', csv(1));
    await put('x/y/back\\slash.csv', csv(1));
    await put('x/y/es\u001b[2Jcape.csv', csv(1));
    await put(`x/y/${'n'.repeat(256)}.csv`, csv(1));
    await put('x/y/large.csv', 'x'.repeat(1001));
    await put('x/y/good.csv', csv(1));
    const plan = await list({ path: ['x/.*/.*/*.csv', 'x/y/*.csv'], objectBytes: 1000 });
    expect(keysOf(plan)).toEqual(['x/y/good.csv']);
    expect(plan.missing).toContain('5 listed objects could not be had');
    expect(plan.missing).toContain('leads out of its folder');
    expect(plan.missing).toContain('backslash');
    expect(plan.missing).not.toContain('\u001b');
    expect(await readdir(storeDir)).toEqual(['landing']);
  });

  it('names what is there when nothing is what was asked for', async () => {
    await put('orders-2026.csv', csv(1));
    const { missing } = await list({ path: 'orders-*.parquet' });
    expect(missing).toContain(`not a single object for ${prefix}orders-*.parquet`);
    expect(missing).toContain(`${prefix}orders-2026.csv`);
  });

  it('lists what was landed without asking the bucket, also for a date before', async () => {
    await put('orders/2026-04-01.csv', csv(1));
    await put('orders/2026-05-01.csv', csv(2));
    const source = sourceSchema.parse(settings({ path: 'orders/{date}.csv' }));
    await list({ path: 'orders/{date}.csv' });
    const landed = await listLanded({ input: '', name: 'shop', source, to: '2026-04-15' }, storeDir);
    expect(keysOf(landed)).toEqual(['orders/2026-04-01.csv']);
  });

  it('reads every format as files are read', async () => {
    await put('a.csv.gz', gzipSync(csv(1)));
    await put('b.jsonl', '{"id":2,"item":"i2","at":"2026-05-01T10:00:00Z"}\n');
    await put('c.csv', csv(3));
    const cells = ['5', 'i5', '2026-05-01T10:00:00Z'];
    await put('e.xlsx', workbookOf({ sheets: { Views: textRows([['id', 'item', 'at'], cells]) } }));
    await put('f.zip', zipOf([{ name: 'in/f.csv', content: csv(6) }]));
    await put('d.csv', Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x01]));
    const nights = await openNights(readSecret);
    try {
      const night = await nights.run({ shop: settings({ path: '*' }) as never }, '2026-05-01');
      expect(await nights.read(night, 'unified.events', 'event_id')).toEqual(
        ['1', '2', '3', '5', '6'].map((id) => ({ event_id: id })),
      );
      expect(night.problems.map(({ code }) => code)).toContain('STK-COLLECT-MAGIC');
    } finally {
      await nights.remove();
    }
  }, 30_000);
});
