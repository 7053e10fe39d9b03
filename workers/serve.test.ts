import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rollbackTo } from '../domain/deploy/alias.ts';
import { silentLogger } from '../domain/runtime/logger.ts';
import { openStore, type Store } from '../domain/store/store.ts';
import { type Serving, startServing } from './serve.ts';
import { type Shop, tensorsOf, trainAndPublish } from './serve-fixture.ts';

let dir: string;
let store: Store;
let serving: Serving | undefined;
let logged: [string, Readonly<Record<string, unknown>>][];
let told: (() => void) | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-serve-'));
  store = await openStore(dir);
  logged = [];
});
afterEach(async () => {
  await serving?.close();
  serving = undefined;
  await rm(dir, { recursive: true, force: true });
});

async function serve(): Promise<string> {
  const note = (message: string, fields = {}): void => {
    logged.push([message, fields]);
    told?.();
  };
  serving = await startServing({
    project: { storeDir: dir },
    host: '127.0.0.1',
    port: 0,
    log: { ...silentLogger, info: note, error: note },
    watchMs: 20,
  });
  return serving.address;
}

/** Waits until a message was logged that was not there before. */
async function untilLogged(message: string): Promise<Readonly<Record<string, unknown>>> {
  const before = logged.length;
  for (;;) {
    const found = logged.slice(before).find(([text]) => text === message);
    if (found) return found[1];
    await new Promise<void>((resolve) => {
      told = resolve;
    });
  }
}

async function get(address: string, path: string): Promise<unknown> {
  return (await fetch(`${address}${path}`)).json();
}

// Tea is followed by milk, coffee by filters; jam is nobody's.
const shop: Shop = {
  itemIds: ['coffee', 'filter', 'jam', 'milk', 'tea'],
  histories: { ann: ['tea'], bob: ['tea', 'milk'], cat: ['coffee', 'filter'], dan: ['tea', 'milk'] },
};
const later: Shop = {
  ...shop,
  histories: {
    ...shop.histories,
    eve: ['tea', 'jam'],
    fay: ['tea', 'jam'],
    gil: ['tea', 'jam'],
    hal: ['tea', 'jam'],
  },
};

describe('serving a store', () => {
  it('answers from the registered champion, with reasons by title', async () => {
    await trainAndPublish(store, '2026-01-01', shop);
    const address = await serve();
    expect(await get(address, '/api/recommend/ann?n=1&reasons=true')).toEqual([
      {
        Id: 'milk',
        Score: expect.any(Number),
        Title: 'Title of milk',
        Reasons: [{ Kind: 'history', ItemId: 'tea', Title: 'Title of tea', Share: 1 }],
      },
    ]);
    expect(await get(address, '/api/recommend/stranger?n=2')).toEqual(['tea', 'milk']);
    expect(await get(address, '/api/recommend/stranger?n=9&category=even')).toEqual(['tea', 'coffee', 'jam']);
  });

  it('takes up a first model, a better one and a rollback without a restart', async () => {
    const address = await serve();
    expect((await fetch(`${address}/api/recommend/ann`)).status).toBe(503);
    const first = untilLogged('model switched');
    await trainAndPublish(store, '2026-01-01', shop);
    expect(await first).toMatchObject({ from: '', to: 'v1' });
    expect(await get(address, '/api/recommend/ann?n=1')).toEqual(['milk']);
    const second = untilLogged('model switched');
    await trainAndPublish(store, '2026-01-02', later);
    expect(await second).toMatchObject({ from: 'v1', to: 'v2' });
    expect(await get(address, '/api/recommend/ann?n=1')).toEqual(['jam']);
    const third = untilLogged('model switched');
    await rollbackTo(store);
    expect(await third).toMatchObject({ from: 'v2', to: 'v1' });
    expect(await get(address, '/api/recommend/ann?n=1')).toEqual(['milk']);
    expect(await get(address, '/api/recommend/eve?n=1')).toEqual(['milk']);
  });

  it('stays on the old model when the new one was tampered with', async () => {
    await trainAndPublish(store, '2026-01-01', shop);
    const address = await serve();
    const aside = await openStore(join(dir, 'aside'));
    await trainAndPublish(aside, '2026-01-02', later);
    const { uri } = await tensorsOf(aside);
    const failure = untilLogged('model not switched');
    await writeThenPublish(uri);
    expect(await failure).toMatchObject({ version: 'v2', serving: 'v1', code: 'STK-ARTIFACT-CHECKSUM' });
    expect(serving?.version()).toBe('v1');
    expect(await get(address, '/api/recommend/ann?n=1')).toEqual(['milk']);
  });

  it('leaves out items that no source delivers any more', async () => {
    await trainAndPublish(store, '2026-01-01', { ...shop, gone: ['milk'] });
    const address = await serve();
    expect(await get(address, '/api/recommend/ann?n=9')).not.toContain('milk');
    expect((await fetch(`${address}/api/item-to-item/neighbors/milk`)).status).toBe(404);
  });

  it('keeps feedback over a restart', async () => {
    await trainAndPublish(store, '2026-01-01', shop);
    const body = JSON.stringify([{ FeedbackType: 'view', UserId: 'new', ItemId: 'coffee' }]);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${await serve()}/api/feedback`, { method: 'POST', headers, body });
    await serving?.close();
    expect(await get(await serve(), '/api/recommend/new?n=1')).toEqual(['filter']);
  });

  it('on a port that is taken says so', async () => {
    const port = Number(new URL(await serve()).port);
    const options = { project: { storeDir: dir }, host: '127.0.0.1', port, log: silentLogger };
    await expect(startServing(options)).rejects.toMatchObject({ code: 'STK-SERVE-PORT' });
  });
});

/** Publishes the later shop while its tensors are damaged before anybody can have read them. */
async function writeThenPublish(uri: string): Promise<void> {
  const publish = store.snapshots.publish;
  const tampering: Store = {
    ...store,
    snapshots: {
      ...store.snapshots,
      async publish(publication) {
        await writeFile(join(dir, uri), 'tampered');
        return publish(publication);
      },
    },
  };
  await trainAndPublish(tampering, '2026-01-02', later);
}
