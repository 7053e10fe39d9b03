import { describe } from 'vitest';
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
