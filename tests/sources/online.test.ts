import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listAnySource } from '../../domain/collect/remote-sources.ts';
import { secretReader } from '../../domain/collect/source-secrets.ts';
import { stageContext } from '../../domain/runtime/stage-fixture.ts';
import type { FeedbackStore } from '../../domain/serve/feedback-store.ts';
import { openOnlineStore } from '../../domain/serve/online-store.ts';
import { onlinePath } from '../../domain/store/online-file.ts';
import type { SourcePlan } from '../../schemas/plan.ts';
import { sourceSchema } from '../../schemas/source.ts';
import { type SuiteRow, sourceSuite } from './source-suite.ts';

const now = () => new Date('2026-05-02T12:00:00Z');
const feedbackOf = ({ item, at, amount }: SuiteRow) => ({
  type: 'purchase',
  user: 'ann',
  item,
  value: Number(amount),
  timestamp: at,
});

describe('feedback of the online store', () => {
  sourceSuite(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'stocktake-online-source-'));
    const database = join(dir, 'online.db');
    const store = openOnlineStore({ path: database, now });
    const base = { type: 'online', table: 'feedback', database };
    return {
      incremental: base,
      full: { ...base, mode: 'full' },
      unreachable: { ...base, database: join(dir, 'elsewhere.db') },
      overlaps: false,
      columns: { at: 'time', amount: 'value' },
      env: {},
      secrets: [],
      add: async (rows) => void (await store.putFeedback(rows.map(feedbackOf), 'overwrite')),
      async clear() {
        const db = new DatabaseSync(database);
        db.exec('delete from feedback; delete from feedback_log; delete from sqlite_sequence');
        db.close();
      },
      async stop() {
        await store.close();
        await rm(dir, { recursive: true, force: true });
      },
    };
  });
});

describe('the online store as a source', () => {
  let storeDir: string;
  let online: FeedbackStore;
  beforeEach(async () => {
    storeDir = await mkdtemp(join(tmpdir(), 'stocktake-online-'));
    online = openOnlineStore({ path: onlinePath(storeDir), now });
  });
  afterEach(async () => {
    await online.close();
    await rm(storeDir, { recursive: true, force: true });
  });

  const list = (settings: object, to = '2026-05-01'): Promise<SourcePlan> => {
    const entities = { items: { columns: { item_id: 'id' } } };
    const source = sourceSchema.parse({ type: 'online', ...settings, entities });
    return listAnySource(
      { input: '', name: 'online', source, to },
      { ...stageContext({}), storeDir, readSecret: secretReader({}) },
    );
  };
  const landed = async (date = '2026-05-01'): Promise<unknown[]> => {
    const text = await readFile(join(storeDir, 'landing/online', `${date}.jsonl`), 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const view = (item: string, value = 1) => ({
    type: 'view',
    user: 'ann',
    item,
    value,
    timestamp: '2026-05-01T10:00:00.000Z',
  });

  it('reads the items of this project’s store as the shop sent them, without the removed', async () => {
    const item = { comment: 'Tee "x"', hidden: true, timestamp: '2026-01-01T00:00:00.000Z' };
    await online.putItems([
      { ...item, id: 'a', labels: { brand: 'Acme', sizes: [1, 2] }, categories: ['x', 'y'] },
      { ...item, id: 'b', labels: null, categories: [] },
    ]);
    await online.removeItem('b');
    await list({ table: 'items', mode: 'full' });
    const { timestamp: time, ...rest } = item;
    expect(await landed()).toEqual([
      { id: 'a', labels: { brand: 'Acme', sizes: [1, 2] }, ...rest, categories: ['x', 'y'], time },
    ]);
  });

  it('leaves out what was taken back before a night read it, and knows it again when it came again', async () => {
    await online.putFeedback([view('a'), view('b')], 'accumulate');
    await online.removeFeedback('view', 'ann', 'a');
    await online.removeFeedback('view', 'ann', 'b');
    await online.putFeedback([view('b', 2)], 'accumulate');
    await list({ table: 'feedback' });
    expect(await landed()).toEqual([
      {
        id: 5,
        op: 'accumulate',
        type: 'view',
        user: 'ann',
        item: 'b',
        value: 2,
        time: view('b').timestamp,
        received: now().toISOString(),
      },
    ]);
  });

  it('refuses another database in place of the one it has read', async () => {
    await online.putFeedback([view('a'), view('b')], 'accumulate');
    await list({ table: 'feedback' });
    await online.close();
    await rm(join(storeDir, 'online'), { recursive: true });
    online = openOnlineStore({ path: onlinePath(storeDir), now });
    await online.putFeedback([view('c')], 'accumulate');
    expect((await list({ table: 'feedback' }, '2026-05-02')).missing).toContain('number 2 was had before');
  });

  it('says what makes an online store where there is none', async () => {
    await online.close();
    await rm(join(storeDir, 'online'), { recursive: true });
    expect((await list({ table: 'feedback' })).missing).toContain('stocktake serve');
    online = openOnlineStore({ path: onlinePath(storeDir), now });
  });
});
