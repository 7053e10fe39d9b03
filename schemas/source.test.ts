import { expect, it } from 'vitest';
import { parseConfig } from './config-parse.ts';

const entities = { events: { columns: { item_id: 'item', kind: "'view'", time: 'at' } } };

function problemsOf(source: object): string[] {
  const parsed = parseConfig({ project: 'shop', sources: { orders: { ...source, entities } } });
  return parsed.ok ? [] : parsed.issues.map(({ path, message }) => `${path}: ${message}`);
}

const postgres = { type: 'postgres', connection: 'env:SHOP_DB', table: 'shop.orders', watermark: 'at' };

it('takes a PostgreSQL source, and files without a word of their kind', () => {
  expect(problemsOf(postgres)).toEqual([]);
  expect(problemsOf({ path: '{date}.csv' })).toEqual([]);
});

it.each(['orders; drop table orders', 'orders" --', 'a.b.c', 'orders where 1=1', ''])(
  'refuses %j as a table',
  (table) => {
    expect(problemsOf({ ...postgres, table }).join()).toContain('STK-CONFIG-IDENTIFIER');
  },
);

it('refuses an injected watermark, and a query of two statements', () => {
  expect(problemsOf({ ...postgres, watermark: 'at" desc' }).join()).toContain('STK-CONFIG-IDENTIFIER');
  const { table: _, ...rest } = postgres;
  expect(problemsOf({ ...rest, query: 'select 1; drop table orders' }).join()).toContain('one select');
  expect(problemsOf({ ...rest, query: 'delete from orders' }).join()).toContain('one select');
});

it('refuses a credential in place of its reference, and does not repeat it', () => {
  const problems = problemsOf({ ...postgres, connection: 'postgres://me:hunter2@db/shop' }).join();
  expect(problems).toContain("'env:NAME'");
  expect(problems).not.toContain('hunter2');
});

it('asks for a watermark, or for the whole table each night', () => {
  const { watermark: _, ...rest } = postgres;
  expect(problemsOf(rest).join()).toContain("mode: 'full'");
  expect(problemsOf({ ...rest, mode: 'full' })).toEqual([]);
  expect(problemsOf({ ...postgres, mode: 'full' }).join()).toContain("belongs to mode: 'incremental'");
  expect(problemsOf({ ...postgres, overlap: 'two days' }).join()).toContain("'2 days'");
});

it('asks for a table or a query, not for both', () => {
  expect(problemsOf({ ...postgres, query: 'select 1' }).join()).toContain('either a table or a query');
});

const s3 = {
  type: 's3',
  bucket: 'exports',
  path: 'orders/{date}/*.csv.gz',
  credentials: { accessKeyId: 'env:S3_ID', secretAccessKey: 'file:/run/secrets/s3' },
};

it('takes a bucket’s objects, with a credential by reference or AWS’s own search where asked for', () => {
  expect(problemsOf(s3)).toEqual([]);
  expect(problemsOf({ ...s3, credentials: 'chain', prefix: 'shop/', format: 'parquet' })).toEqual([]);
  const { credentials: _, ...rest } = s3;
  expect(problemsOf(rest).join()).toContain('credentials');
});

it('refuses credentials of a bucket as such, also in its address', () => {
  const written = problemsOf({ ...s3, credentials: { accessKeyId: 'AKIA', secretAccessKey: 'hunter2' } });
  const inAddress = problemsOf({ ...s3, endpoint: 'https://me:hunter2@minio:9000' });
  expect(written.join()).toContain("'env:NAME'");
  expect(inAddress.join()).toContain('without credentials');
  expect([...written, ...inAddress].join()).not.toContain('hunter2');
});

it.each([{ prefix: 'no-slash' }, { prefix: '/leading/' }, { bucket: 'a/b' }, { endpoint: 'ftp://x' }])(
  'refuses %j of a bucket',
  (part) => {
    expect(problemsOf({ ...s3, ...part })).toHaveLength(1);
  },
);

it('reads users and items of the online store whole', () => {
  expect(problemsOf({ type: 'online', table: 'feedback' })).toEqual([]);
  expect(problemsOf({ type: 'online', table: 'items', mode: 'full' })).toEqual([]);
  expect(problemsOf({ type: 'online', table: 'items' }).join()).toContain("mode: 'full'");
});

const http = { type: 'http', url: 'https://shop.example/orders?size=100', watermark: 'at', since: 'from' };

it('takes an HTTP source, its credential by reference alone', () => {
  expect(problemsOf({ ...http, auth: { bearer: 'env:TOKEN' }, paging: { by: 'link' } })).toEqual([]);
  expect(problemsOf({ ...http, auth: { header: 'X-Key', secret: 'file:/run/key' } })).toEqual([]);
  for (const secret of [
    { auth: { bearer: 'hunter2' } },
    { headers: { Authorization: 'Bearer hunter2' } },
    { parameters: { api_key: 'hunter2' } },
    { url: 'https://shop.example/?access_token=hunter2' },
    { url: 'https://me:hunter2@shop.example/' },
  ]) {
    const problems = problemsOf({ ...http, ...secret }).join();
    expect(problems).not.toBe('');
    expect(problems).not.toContain('hunter2');
  }
});

it.each([
  [{ url: 'file:///etc/passwd' }, 'http or https'],
  [{ headers: { 'X-A': 'a\r\nX-B: b' } }, 'one line'],
  [{ records: 'data.items' }, 'JSON pointer'],
  [{ paging: { by: 'cursor' } }, 'at'],
  [{ mode: 'full' }, "belongs to mode: 'incremental'"],
])('refuses an HTTP source with %j', (wrong, why) => {
  expect(problemsOf({ ...http, ...wrong }).join()).toContain(why);
});

it('takes a MariaDB source as it does one of PostgreSQL', () => {
  expect(problemsOf({ ...postgres, type: 'mariadb' })).toEqual([]);
  expect(problemsOf({ ...postgres, type: 'mariadb', table: 'a`b' }).join()).toContain(
    'STK-CONFIG-IDENTIFIER',
  );
});
