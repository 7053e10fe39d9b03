import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HttpTime, httpExtract } from '../../domain/collect/source-http.ts';
import { secretReader } from '../../domain/collect/source-secrets.ts';
import { StocktakeError } from '../../domain/runtime/errors.ts';
import { httpSourceSchema } from '../../schemas/source.ts';
import { type HttpFixture, json, startHttp } from './http-fixture.ts';

const token = 'secret-token-1';
const entities = { events: { columns: { item_id: 'id', kind: "'view'", time: 'at' } } };
let server: HttpFixture;
let other: HttpFixture;

beforeAll(async () => {
  server = await startHttp();
  other = await startHttp();
});
afterAll(async () => {
  await server.stop();
  await other.stop();
});
beforeEach(() => {
  server.asked.length = 0;
  other.asked.length = 0;
});

/** Reads the source whole and answers its lines, or the code and message of why not. */
async function read(
  settings: object = {},
  { since, signal, ...time }: HttpTime & { since?: string; signal?: AbortSignal } = {},
): Promise<{ lines: string[]; watermark?: string; code?: string; why?: string }> {
  const source = httpSourceSchema.parse({
    type: 'http',
    url: `${server.origin}/list`,
    mode: 'full',
    auth: { header: 'X-Key', secret: 'env:KEY' },
    retries: 2,
    entities,
    ...settings,
  });
  const lines: string[] = [];
  try {
    const { watermark } = await httpExtract('shop', source, secretReader({ KEY: token }), {
      wait: async () => undefined,
      ...time,
    })({
      ...(since === undefined ? {} : { since }),
      signal: signal ?? new AbortController().signal,
      onRows: async (rows) => void lines.push(...rows),
    });
    return { lines, ...(watermark === undefined ? {} : { watermark }) };
  } catch (error) {
    if (!(error instanceof StocktakeError)) throw error;
    expect(error.message).not.toContain(token);
    expect(error.cause).toBeUndefined();
    return { lines, code: error.code, why: error.message };
  }
}

const idsIn = (lines: readonly string[]): unknown[] =>
  lines.map((line) => Number((JSON.parse(line) as { id: string }).id));

describe('pages', () => {
  const all = [1, 2, 3, 4, 5].map((id) => ({ id }));

  it.each([
    [
      'a number',
      { by: 'page', parameter: 'p', first: 0 },
      (url: URL) => Number(url.searchParams.get('p')) * 2,
    ],
    ['an offset', { by: 'offset', parameter: 'skip' }, (url: URL) => Number(url.searchParams.get('skip'))],
  ])('are asked for by %s until one holds nothing', async (_, paging, fromOf) => {
    server.answer((url, response) => json(response, all.slice(fromOf(url), fromOf(url) + 2)));
    expect(idsIn((await read({ paging })).lines)).toEqual([1, 2, 3, 4, 5]);
    expect(server.asked).toHaveLength(4);
  });

  it.each([
    ['a cursor', { by: 'cursor', at: '/next', parameter: 'after' }],
    ['the URL of the next one', { by: 'cursor', at: '/links/0/url' }],
    ['the Link header', { by: 'link' }],
  ])('are followed by %s', async (_, paging) => {
    server.answer((url, response) => {
      const from = Number(url.searchParams.get('after') ?? 0);
      const next = from + 2;
      const more = next < all.length;
      const target = `?kind=a&after=${next}`;
      const link = `</list?x=1,2>; title="a, b"; rel=first${more ? `, <${target}>; rel="prefetch next"` : ''}`;
      const rows = all.slice(from, next);
      json(response, { rows, next: more ? next : null, links: more ? [{ url: target }] : [] }, { link });
    });
    const { lines } = await read({ paging, records: '/rows', parameters: { kind: 'a' } });
    expect(idsIn(lines)).toEqual([1, 2, 3, 4, 5]);
    expect(server.asked.map(({ path }) => path)).toEqual([
      '/list?kind=a',
      '/list?kind=a&after=2',
      '/list?kind=a&after=4',
    ]);
    expect(server.asked.every(({ headers }) => headers['x-key'] === token)).toBe(true);
  });

  it('that repeat or lead back end in a state of their own', async () => {
    server.answer((_, response) => json(response, all));
    expect(await read({ paging: { by: 'page' } })).toMatchObject({ code: 'STK-SOURCE-PAGING' });
    let count = 0;
    server.answer((_, response) => json(response, [{ id: ++count }], { link: '</list>; rel="next"' }));
    expect((await read({ paging: { by: 'link' } })).why).toContain('leads back');
  });

  it.each([
    ['pages', { pages: 10 }],
    ['records', { records: 25 }],
    ['bytes', { bytes: 1000 }],
  ])('for ever end at the most %s', async (name, limits) => {
    let count = 0;
    server.answer((_, response) => json(response, [{ id: ++count, text: 'x'.repeat(50) }]));
    const { code, why } = await read({ paging: { by: 'offset' }, limits });
    expect(code).toBe('STK-SOURCE-LIMIT');
    expect(why).toContain(`limits.${name}`);
    expect(server.asked.length).toBeLessThan(30);
  });

  it.each(['packed', 'unpacked'])('larger than allowed are broken off: %s', async (form) => {
    const body = Buffer.from(JSON.stringify([{ text: 'x'.repeat(100_000) }]));
    server.answer((_, response) => {
      if (form === 'packed') response.setHeader('content-encoding', 'gzip');
      response.end(form === 'packed' ? gzipSync(body) : body);
    });
    expect((await read({ limits: { pageBytes: 5000 } })).why).toContain('limits.pageBytes');
    expect((await read({ limits: { pageBytes: 200_000 } })).lines).toHaveLength(1);
  });

  it('that bring fewer records than the server says there are do not count', async () => {
    let total: unknown = 5;
    server.answer((url, response) => {
      const from = Number(url.searchParams.get('skip'));
      json(response, { rows: all.slice(from, from + 2), total });
    });
    const settings = { paging: { by: 'offset', parameter: 'skip' }, records: '/rows', total: '/total' };
    expect((await read(settings)).code).toBeUndefined();
    total = '6';
    expect((await read(settings)).why).toContain('says that there are 6 records, 5 came');
    total = null;
    expect((await read(settings)).why).toContain('no number of records at /total');
  });

  it('of another origin are not asked for', async () => {
    server.answer((_, response) => json(response, all, { link: `<${other.origin}/x>; rel="next"` }));
    expect(await read({ paging: { by: 'link' } })).toMatchObject({ code: 'STK-SOURCE-PAGING' });
    expect(other.asked).toEqual([]);
  });
});

describe('a server that is busy', () => {
  const failing = (times: number, status: number, headers: Record<string, string>) => {
    let count = 0;
    server.answer((_, response) => {
      if (++count > times) json(response, [{ id: 1 }]);
      else response.writeHead(status, headers).end('later');
    });
  };
  async function waits(settings: object = {}): Promise<{ waited: number[]; code?: string; why?: string }> {
    const waited: number[] = [];
    const result = await read(settings, {
      wait: async (ms) => void waited.push(ms),
      now: () => Date.parse('2026-05-01T00:00:00Z'),
    });
    return { waited, ...result };
  }

  it.each([
    ['seconds', 429, { 'retry-after': '7' }, 7000],
    [
      'a date, held against its own clock',
      503,
      { 'retry-after': 'Fri, 01 May 2026 00:00:09 GMT', date: 'Fri, 01 May 2026 00:00:04 GMT' },
      5000,
    ],
    ['too long', 503, { 'retry-after': '86400' }, 30_000],
    ['something else', 503, { 'retry-after': 'soon' }, 500],
  ])('is waited for as it asks: %s', async (_, status, headers, ms) => {
    failing(1, status, headers);
    expect(await waits({ retryAfterSeconds: 30 })).toMatchObject({ waited: [ms], lines: ['{"id":"1"}'] });
  });

  it('is asked so often and no more, with waits that double', async () => {
    failing(99, 500, {});
    const { waited, why } = await waits();
    expect(waited).toEqual([500, 1000]);
    expect(why).toContain('HTTP status 500 after 3 tries');
  });

  it('is not asked again where that cannot help', async () => {
    failing(99, 401, {});
    expect((await waits()).why).toContain('credential is not accepted');
    expect(server.asked).toHaveLength(1);
  });

  it('is not waited for beyond requestSeconds, timeoutSeconds or an abort', async () => {
    server.answer(() => undefined);
    expect((await read({ requestSeconds: 0.05, retries: 1 })).why).toContain('within 0.05 s after 2 tries');
    expect((await read({ timeoutSeconds: 0.05 })).why).toContain('timeoutSeconds');
    const abort = new AbortController();
    server.answer(() => abort.abort());
    expect((await read({}, { signal: abort.signal })).code).toBe('STK-SOURCE-READ');
  });

  it('that breaks off in the middle of an answer is asked again', async () => {
    let count = 0;
    server.answer((_, response) => {
      if (++count > 1) return json(response, [{ id: 1 }]);
      response.writeHead(200, { 'content-length': '1000' });
      response.write('[{"id":1}', () => response.destroy());
    });
    expect((await read()).lines).toEqual(['{"id":"1"}']);
  });
});

describe('a redirect', () => {
  const to = (location: string) => (url: URL, response: ServerResponse) =>
    url.pathname === '/list' ? void response.writeHead(302, { location }).end() : json(response, [{ id: 1 }]);

  it('is followed, on the same origin with the credential and elsewhere without', async () => {
    server.answer(to('/moved'));
    expect((await read()).lines).toHaveLength(1);
    expect(server.asked.at(-1)?.headers['x-key']).toBe(token);
    server.answer(to(`${other.origin}/moved`));
    other.answer((_, response) => json(response, [{ id: 1 }]));
    expect((await read({ headers: { 'X-Shop': 'north' } })).lines).toHaveLength(1);
    expect(other.asked[0]?.headers).not.toHaveProperty('x-key');
    expect(other.asked[0]?.headers).not.toHaveProperty('x-shop');
    other.answer((_, response) => void response.writeHead(401).end());
    expect((await read()).why).toContain(`401 of ${other.origin}, where a redirect led without`);
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/x'])('to %s is not followed', async (location) => {
    server.answer(to(location));
    expect((await read()).why).toContain('is not followed');
  });

  it('that never ends does', async () => {
    server.answer((_, response) => void response.writeHead(302, { location: '/list' }).end());
    expect((await read()).why).toContain('more than 5 redirects');
  });
});

describe('records', () => {
  it('are taken apart without a digit lost', async () => {
    server.answer((_, response) =>
      json(
        response,
        '{"a/b":[{"id":1234567890123456789012, "price":{"net":1.10,\n"tags":[1, 2]}, "none":null}, 7]}',
      ),
    );
    expect((await read({ records: '/a~1b' })).lines).toEqual([
      '{"id":"1234567890123456789012","price.net":"1.10","price.tags":"[1, 2]","none":null}',
      '7',
    ]);
  });

  it.each([
    ['no JSON', '<html>', '', 'no JSON'],
    ['half of it', '[{"id":1}', '', 'no JSON'],
    ['no list there', '{"data":{}}', '/data', 'without a list at /data'],
    ['nothing there', '{}', '/data', 'without a list at /data'],
    ['the credential', JSON.stringify([{ id: token }]), '', 'repeats the credential'],
  ])('are none where the answer is %s', async (_, body, records, why) => {
    server.answer((_url, response) => json(response, body));
    const result = await read({ records });
    expect(result).toMatchObject({ code: 'STK-SOURCE-JSON', lines: [] });
    expect(result.why).toContain(why);
  });

  it('nested without end are landed as they came, for collecting to refuse', async () => {
    const deep = `{"id":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    server.answer((_, response) => json(response, `[${deep},{"id":"\\u0000"},{"id":2}]`));
    expect((await read()).lines).toEqual([deep, '{"id":"\\u0000"}', '{"id":"2"}']);
  });

  it('are none of an answer without content', async () => {
    server.answer((_, response) => void response.writeHead(204).end());
    expect(await read()).toEqual({ lines: [] });
  });
});

describe('a watermark', () => {
  const incremental = { mode: 'incremental', watermark: 'at', since: 'from' };
  const answer = (...at: unknown[]) =>
    server.answer((_, response) =>
      json(
        response,
        at.map((value, id) => ({ id, at: value })),
      ),
    );

  it.each([
    ['2026-05-01T10:00:00.5+02:00', '2 days', '2026-04-29T08:00:00.5Z'],
    ['2026-05-01 10:00:00', '1 hour', '2026-05-01 09:00:00'],
    ['2026-05-01', '1 day', '2026-04-30'],
    ['12345678901234567890', 5, '12345678901234567885'],
    ['2026-05-01T10:00:00+02:00', undefined, '2026-05-01T10:00:00+02:00'],
  ])('of %s less %s is said as %s', async (since, overlap, said) => {
    answer();
    await read({ ...incremental, ...(overlap === undefined ? {} : { overlap }) }, { since });
    expect(new URL(server.asked[0]?.path ?? '', server.origin).searchParams.get('from')).toBe(said);
  });

  it('keeps what is above it, in any order and zone, and the newest in the words of the server', async () => {
    answer(
      '2026-05-01T12:00:00+02:00',
      '2026-05-01T10:00:01Z',
      '2026-05-01T09:00:00-02:00',
      null,
      '2026-04-01',
    );
    expect(await read(incremental, { since: '2026-05-01T10:00:00Z' })).toMatchObject({
      watermark: '2026-05-01T09:00:00-02:00',
    });
    expect(idsIn((await read(incremental, { since: '2026-05-01T10:00:00Z' })).lines)).toEqual([1, 2]);
    expect(idsIn((await read(incremental)).lines)).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    [[{ at: 'soon' }], 'neither a time nor a number'],
    [[{ at: 1 }, { at: '2026-05-01' }], 'neither a time nor a number'],
    [[{ id: 1, time: 2 }], 'there is no watermark column at; there are id, time'],
  ])('that does not grow is refused: %j', async (rows, why) => {
    server.answer((_, response) => json(response, rows));
    const result = await read(incremental);
    expect(result).toMatchObject({ code: 'STK-SOURCE-COLUMNS', lines: [] });
    expect(result.why).toContain(why);
  });

  it('of a time with an overlap of a number is refused', async () => {
    answer();
    expect((await read({ ...incremental, overlap: 3 }, { since: '2026-05-01' })).code).toBe(
      'STK-SOURCE-COLUMNS',
    );
  });
});
