import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../domain/runtime/logger.ts';
import type { FeedbackStore } from '../../domain/serve/feedback-store.ts';
import { coOccurrenceModel } from '../../domain/serve/model-fixture.ts';
import { openOnlineStore } from '../../domain/serve/online-store.ts';
import { positiveFeedback } from '../../domain/serve/positive-feedback.ts';
import type { ServedModel } from '../../domain/serve/served-model.ts';
import { createApi } from './server.ts';

let dir: string;
let feedback: FeedbackStore;
let app: FastifyInstance;
let model: ServedModel | undefined;
const now = () => new Date('2026-01-02T00:00:00Z');

// Tea goes with cups and sugar, coffee with filters and cups; tea is asked for most.
const baskets = {
  ann: ['tea', 'cup'],
  bob: ['tea', 'cup', 'sugar'],
  cat: ['coffee', 'filter'],
  dan: ['coffee', 'filter', 'cup'],
  eve: ['tea'],
};
const itemCategories = {
  cup: ['ware', 'sale'],
  filter: ['ware'],
  sugar: ['food'],
  tea: ['food'],
  coffee: ['food'],
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-api-'));
  feedback = openOnlineStore({ path: join(dir, 'online.db'), now });
  model = coOccurrenceModel(baskets, { itemCategories });
  app = await open();
});
afterEach(async () => {
  await app.close();
  await feedback.close();
  await rm(dir, { recursive: true, force: true });
});

function open(apiKey?: string, positive: readonly string[] = []): Promise<FastifyInstance> {
  return createApi({
    deps: { feedback, model: () => model, isPositive: positiveFeedback(positive), now },
    log: silentLogger,
    version: '0.0.0',
    ...(apiKey ? { apiKey } : {}),
  });
}

async function get(url: string, headers: Record<string, string> = {}) {
  const answer = await app.inject({ url, headers });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
}

async function send(method: 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) {
  const answer = await app.inject({ method, url, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.json() };
}

const view = (user: string, item: string, changes = {}) => ({
  FeedbackType: 'view',
  UserId: user,
  ItemId: item,
  Timestamp: '2026-01-01',
  ...changes,
});

describe('recommendations', () => {
  it('are plain ids, without what the user has seen', async () => {
    const { body, headers } = await get('/api/recommend/ann');
    expect(body.slice(0, 1)).toEqual(['sugar']);
    expect(body).not.toContain('tea');
    expect(body).not.toContain('cup');
    expect(headers).toMatchObject({ 'x-stocktake-model': 'v1', 'x-stocktake-source': 'model' });
  });

  it('are scored objects under API version 2', async () => {
    const { body } = await get('/api/recommend/ann?n=2', { 'X-API-Version': '2' });
    expect(body).toEqual([
      { Id: 'sugar', Score: 2 },
      { Id: 'coffee', Score: 1 },
    ]);
  });

  it('name their reasons when asked: shares of the user’s own items that sum to 1', async () => {
    const { body } = await get('/api/recommend/bob?n=1&reasons=true');
    expect(body).toEqual([
      {
        Id: 'coffee',
        Score: 1,
        Title: 'Title of coffee',
        Reasons: [{ Kind: 'history', ItemId: 'cup', Title: 'Title of cup', Share: 1 }],
      },
    ]);
  });

  it('for an unknown user are what all users ask for, and say so', async () => {
    const { body, headers } = await get('/api/recommend/stranger?n=2');
    expect(body).toEqual(['cup', 'tea']);
    expect(headers['x-stocktake-source']).toBe('popular');
    const { body: reasoned } = await get('/api/recommend/stranger?n=1&reasons=true');
    expect(reasoned[0].Reasons).toEqual([{ Kind: 'popular', ItemId: '', Title: '', Share: 1 }]);
  });

  it('go on from an offset and end where the items end', async () => {
    const all = (await get('/api/recommend/ann?n=100')).body;
    expect(all).toHaveLength(3);
    expect((await get('/api/recommend/ann?n=2&offset=1')).body).toEqual(all.slice(1, 3));
    expect((await get('/api/recommend/ann?offset=50')).body).toEqual([]);
  });

  it('keep to every category asked for', async () => {
    expect((await get('/api/recommend/eve?category=ware')).body).toEqual(['cup', 'filter']);
    expect((await get('/api/recommend/eve?category=ware&category=sale')).body).toEqual(['cup']);
    expect((await get('/api/recommend/eve/food')).body).toEqual(['sugar', 'coffee']);
    expect((await get('/api/recommend/eve?category=none')).body).toEqual([]);
  });

  it('follow new feedback in the very next answer', async () => {
    expect((await get('/api/recommend/new?n=1')).body).toEqual(['cup']);
    const { body } = await send('POST', '/api/feedback', [view('new', 'coffee')]);
    expect(body).toEqual({ RowAffected: 1 });
    const { body: after, headers } = await get('/api/recommend/new?n=1');
    expect(after).toEqual(['filter']);
    expect(headers['x-stocktake-source']).toBe('model');
  });

  it('count only feedback that the expressions call positive, and still leave out all that was seen', async () => {
    await app.close();
    app = await open(undefined, ['read>=3']);
    await send('POST', '/api/feedback', [view('new', 'coffee', { FeedbackType: 'read', Value: 2 })]);
    const before = await get('/api/recommend/new');
    expect(before.headers['x-stocktake-source']).toBe('popular');
    expect(before.body).not.toContain('coffee');
    await send('POST', '/api/feedback', [view('new', 'coffee', { FeedbackType: 'read', Value: 1 })]);
    expect((await get('/api/recommend/new?n=1')).body).toEqual(['filter']);
  });

  it('leave out items that were hidden or deleted since the training', async () => {
    await send('DELETE', '/api/item/sugar');
    await send('POST', '/api/item', { ItemId: 'coffee', IsHidden: true });
    expect((await get('/api/recommend/ann?n=100')).body).toEqual(['filter']);
    model = coOccurrenceModel(baskets, { gone: ['filter'] });
    expect((await get('/api/recommend/ann?n=100')).body).toEqual([]);
  });

  it('take feedback on items the model has never seen', async () => {
    await send('POST', '/api/feedback', [view('ann', 'brand-new')]);
    expect((await get('/api/recommend/ann?n=1')).body).toEqual(['sugar']);
  });
});

describe('similar and popular items', () => {
  it('are scored lists', async () => {
    const expected = [
      { Id: 'cup', Score: 2 },
      { Id: 'sugar', Score: 1 },
    ];
    expect((await get('/api/item-to-item/neighbors/tea')).body).toEqual(expected);
    expect((await get('/api/item/tea/neighbors/')).body).toEqual(expected);
    expect((await get('/api/item/tea/neighbors?n=1&offset=1')).body).toEqual(expected.slice(1));
    expect((await get('/api/popular?n=2')).body).toEqual([
      { Id: 'cup', Score: 1 },
      { Id: 'tea', Score: 1 },
    ]);
    expect((await get('/api/popular/food?n=1')).body).toEqual([{ Id: 'tea', Score: 1 }]);
  });

  it('of an unknown or deleted item are a coded 404', async () => {
    const unknown = await get('/api/item-to-item/neighbors/no-such');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'STK-SERVE-ITEM-UNKNOWN' } });
    await send('DELETE', '/api/item/tea');
    expect((await get('/api/item/tea/neighbors/')).status).toBe(404);
    expect((await get('/api/item/cup/neighbors/')).body.map(({ Id }: { Id: string }) => Id)).not.toContain(
      'tea',
    );
  });
});

describe('feedback', () => {
  it('adds up when posted, is replaced when put, and is shown oldest first', async () => {
    await send('POST', '/api/feedback', [view('kim', 'tea', { Value: 2 }), view('kim', 'cup')]);
    await send('POST', '/api/feedback', [view('kim', 'tea', { Value: 3 })]);
    const { body } = await get('/api/user/kim/feedback');
    expect(body.map(({ ItemId, Value }: { ItemId: string; Value: number }) => [ItemId, Value])).toEqual([
      ['tea', 5],
      ['cup', 0],
    ]);
    await send('PUT', '/api/feedback', [view('kim', 'tea', { Value: 1 })]);
    expect((await get('/api/user/kim/feedback/view')).body[0]).toEqual({
      FeedbackType: 'view',
      UserId: 'kim',
      ItemId: 'tea',
      Value: 1,
      Timestamp: '2026-01-01T00:00:00.000Z',
      Comment: '',
    });
  });

  it('without a time of its own gets the time of its arrival', async () => {
    await send('POST', '/api/feedback', [{ FeedbackType: 'view', UserId: 'kim', ItemId: 'tea' }]);
    expect((await get('/api/user/kim/feedback')).body[0].Timestamp).toBe('2026-01-02T00:00:00.000Z');
  });

  it('taken away is gone', async () => {
    await send('POST', '/api/feedback', [view('kim', 'tea')]);
    expect((await send('DELETE', '/api/feedback/view/kim/tea')).body).toEqual({ RowAffected: 1 });
    expect((await get('/api/user/kim/feedback')).body).toEqual([]);
  });
});

describe('bad input', () => {
  it.each([
    ['a number of items that is none', '/api/recommend/ann?n=many'],
    ['no items at all', '/api/recommend/ann?n=0'],
    ['more than a thousand', '/api/recommend/ann?n=1001'],
    ['a negative offset', '/api/popular?offset=-1'],
    ['a control character in an id', '/api/recommend/an%00n'],
    ['a broken escape', '/api/recommend/%E0%A4%A'],
  ])('%s is a coded 400', async (_, url) => {
    const { status, body } = await get(url);
    expect(status).toBe(400);
    expect(body).toEqual({ code: 'STK-SERVE-INPUT', message: expect.any(String) });
  });

  it.each([
    ['no list', view('ann', 'tea')],
    ['a missing item', [{ FeedbackType: 'view', UserId: 'ann' }]],
    ['an id with a slash', [view('ann', 'tea/pot')]],
    ['an empty id', [view('', 'tea')]],
    ['a value that is no number', [view('ann', 'tea', { Value: 'lots' })]],
    ['a time that is none', [view('ann', 'cup'), view('ann', 'tea', { Timestamp: 'yesterday' })]],
  ])('feedback with %s is a coded 400 and writes nothing', async (_, payload) => {
    const { status, body } = await send('POST', '/api/feedback', payload);
    expect(status).toBe(400);
    expect(body.code).toBe('STK-SERVE-INPUT');
    expect((await get('/api/user/ann/feedback')).body).toEqual([]);
  });

  it('that is no JSON, too large or of no route has a code as well', async () => {
    const headers = { 'content-type': 'application/json' };
    const torn = await app.inject({ method: 'POST', url: '/api/feedback', headers, payload: '[{' });
    expect([torn.statusCode, torn.json().code]).toEqual([400, 'STK-SERVE-INPUT']);
    const payload = `["${'x'.repeat(9 * 1024 * 1024)}"]`;
    const large = await app.inject({ method: 'POST', url: '/api/feedback', headers, payload });
    expect([large.statusCode, large.json().code]).toEqual([413, 'STK-SERVE-TOO-LARGE']);
    expect(await get('/api/nothing')).toMatchObject({ status: 404, body: { code: 'STK-SERVE-NO-ROUTE' } });
  });
});

describe('while no model serves', () => {
  it.each(['/api/recommend/ann', '/api/item-to-item/neighbors/tea', '/api/popular'])(
    '%s answers 503 with the command to run',
    async (url) => {
      model = undefined;
      const { status, body } = await get(url);
      expect(status).toBe(503);
      expect(body).toEqual({ code: 'STK-SERVE-NO-MODEL', message: expect.stringContaining('stocktake run') });
    },
  );

  it('feedback is taken, live answers, ready does not', async () => {
    model = undefined;
    expect((await send('POST', '/api/feedback', [view('ann', 'tea')])).status).toBe(200);
    expect((await get('/api/health/live')).status).toBe(200);
    const { status, body } = await get('/api/health/ready');
    expect(status).toBe(503);
    expect(body).toMatchObject({ Ready: false, DataStoreConnected: true, ModelServing: false });
  });

  it('ready answers once one does', async () => {
    expect((await get('/api/health/ready')).body).toMatchObject({ Ready: true, ModelVersion: 'v1' });
  });
});

describe('the API key', () => {
  it('is asked for everywhere but at the health probes', async () => {
    await app.close();
    app = await open('secret');
    expect(await get('/api/recommend/ann')).toMatchObject({ status: 401, body: { code: 'STK-SERVE-KEY' } });
    expect((await get('/api/recommend/ann', { 'X-API-Key': 'wrong' })).status).toBe(401);
    expect((await get('/api/recommend/ann', { 'X-API-Key': 'secret' })).status).toBe(200);
    expect((await get('/api/health/live')).status).toBe(200);
    expect((await get('/api/health/ready')).status).toBe(200);
  });
});

describe('over a socket', () => {
  it('an OpenAPI document describes every route', async () => {
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const answer = await fetch(`${address}/openapi.json`);
    const document = (await answer.json()) as { openapi: string; paths: Record<string, unknown> };
    expect(document.openapi).toBe('3.0.3');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/api/recommend/{user}', '/api/feedback', '/api/health/live']),
    );
    expect((await fetch(`${address}/api/docs.json`)).status).toBe(200);
  });

  it('feedback and recommendation work end to end', async () => {
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const posted = await fetch(`${address}/api/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([view('用户', 'coffee')]),
    });
    expect(await posted.json()).toEqual({ RowAffected: 1 });
    const answer = await fetch(`${address}/api/recommend/${encodeURIComponent('用户')}?n=1`);
    expect(await answer.json()).toEqual(['filter']);
  });
});
