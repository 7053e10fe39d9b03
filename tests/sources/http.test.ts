import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listAnySource } from '../../domain/collect/remote-sources.ts';
import { secretReader } from '../../domain/collect/source-secrets.ts';
import { stageContext } from '../../domain/runtime/stage-fixture.ts';
import { sourceSchema } from '../../schemas/source.ts';
import { json, startHttp } from './http-fixture.ts';
import { freePort } from './postgres-fixture.ts';
import { type SuiteRow, sourceSuite } from './source-suite.ts';

const token = 'token-7/with "quotes"';
const pageSize = 2;

/** A record as a shop's interface writes it: nested, its amount a bare number. */
function recordText({ id, item, at, amount }: SuiteRow): string {
  return `{"id":${id},"item":${JSON.stringify(item)},\n"at":"${at}","amount":${amount},"seen":{"by":"shop"}}`;
}

describe('an HTTP source', () => {
  sourceSuite(async () => {
    const server = await startHttp();
    const rows: SuiteRow[] = [];
    server.answer((url, response, request) => {
      if (request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end();
      const from = Number(url.searchParams.get('after') ?? 0);
      const since = url.searchParams.get('since') ?? '';
      const asked = rows.filter(({ at }) => since === '' || Date.parse(at) >= Date.parse(since));
      const next = from + pageSize < asked.length ? String(from + pageSize) : '';
      const meta = `{"next":${next ? JSON.stringify(next) : 'null'}}`;
      const list = asked
        .slice(from, from + pageSize)
        .map(recordText)
        .join(',');
      json(response, `{"data":{"orders":[${list}]},"meta":${meta}}`);
    });
    const base = {
      type: 'http',
      url: `${server.origin}/orders`,
      auth: { bearer: 'env:SHOP_TOKEN' },
      records: '/data/orders',
      paging: { by: 'cursor', at: '/meta/next', parameter: 'after' },
    };
    const since = { watermark: 'at', since: 'since', overlap: '2 days' };
    return {
      incremental: { ...base, ...since },
      full: { ...base, mode: 'full' },
      unreachable: { ...base, ...since, url: `http://127.0.0.1:${await freePort()}/orders`, retries: 1 },
      env: { SHOP_TOKEN: token },
      secrets: [token, JSON.stringify(token).slice(1, -1), encodeURIComponent(token)],
      add: async (more) => void rows.push(...more),
      clear: async () => void rows.splice(0),
      stop: () => server.stop(),
    };
  });
});

it('lands nothing of a reading that failed on a later page, and keeps what was there', async () => {
  const server = await startHttp();
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-http-'));
  try {
    let failing = false;
    server.answer((url, response) => {
      const page = Number(url.searchParams.get('page'));
      if (failing && page > 1) response.writeHead(500).end();
      else json(response, page > 2 ? [] : [{ id: page, at: '2026-05-01' }]);
    });
    const source = sourceSchema.parse({
      type: 'http',
      url: `${server.origin}/orders`,
      mode: 'full',
      paging: { by: 'page' },
      retries: 0,
      entities: { events: { columns: { item_id: 'id', kind: "'view'", time: 'at' } } },
    });
    const list = (to: string) =>
      listAnySource(
        { input: dir, name: 'shop', source, to },
        { ...stageContext(), storeDir: dir, readSecret: secretReader({}) },
      );
    await list('2026-05-01');
    failing = true;
    const plan = await list('2026-05-02');
    expect(plan.slices.map(({ slice }) => slice)).toEqual(['2026-05-01']);
    expect(plan.missing).toContain('HTTP status 500');
    expect((await readdir(join(dir, 'landing/shop'))).sort()).toEqual([
      '2026-05-01.json',
      '2026-05-01.jsonl',
    ]);
  } finally {
    await server.stop();
    await rm(dir, { recursive: true });
  }
});
