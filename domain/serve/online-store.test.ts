import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Feedback, FeedbackStore } from './feedback-store.ts';
import { openOnlineStore } from './online-store.ts';

let dir: string;
let path: string;
let store: FeedbackStore;
const now = () => new Date('2026-01-02T03:04:05Z');

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-online-'));
  path = join(dir, 'online', 'online.db');
  store = openOnlineStore({ path, now });
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

function feedback(item: string, changes: Partial<Feedback> = {}): Feedback {
  return { type: 'view', user: 'ann', item, value: 1, timestamp: '2026-01-01T00:00:00.000Z', ...changes };
}

function logged(): unknown[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return db
      .prepare('select op, item, value from feedback_log order by seq')
      .all()
      .map((row) => [row.op, row.item, row.value]);
  } finally {
    db.close();
  }
}

describe('feedback', () => {
  it('accumulates its value when posted again and takes the new value when put', async () => {
    await store.putFeedback([feedback('a', { value: 2 })], 'accumulate');
    await store.putFeedback([feedback('a', { value: 3 })], 'accumulate');
    expect((await store.feedbackOf('ann')).map(({ value }) => value)).toEqual([5]);
    await store.putFeedback([feedback('a', { value: 1 })], 'overwrite');
    expect((await store.feedbackOf('ann')).map(({ value }) => value)).toEqual([1]);
  });

  it('stays in the log line by line, whatever the accumulated view says', async () => {
    await store.putFeedback([feedback('a', { type: 'purchase' })], 'accumulate');
    await store.putFeedback([feedback('a', { type: 'purchase' })], 'accumulate');
    await store.removeFeedback('purchase', 'ann', 'a');
    expect(await store.feedbackOf('ann')).toEqual([]);
    expect(logged()).toEqual([
      ['accumulate', 'a', 1],
      ['accumulate', 'a', 1],
      ['remove', 'a', 2],
    ]);
  });

  it('begins from nothing after it was taken away', async () => {
    await store.putFeedback([feedback('a', { value: 7 })], 'accumulate');
    await store.removeFeedback('view', 'ann', 'a');
    await store.putFeedback([feedback('a', { value: 2 })], 'accumulate');
    expect((await store.feedbackOf('ann')).map(({ value }) => value)).toEqual([2]);
  });

  it('is read in time order, equal times in order of arrival, and by type', async () => {
    await store.putFeedback(
      [
        feedback('late', { timestamp: '2026-01-03T00:00:00.000Z' }),
        feedback('z'),
        feedback('a', { type: 'purchase' }),
      ],
      'accumulate',
    );
    expect((await store.feedbackOf('ann')).map(({ item }) => item)).toEqual(['z', 'a', 'late']);
    expect((await store.feedbackOf('ann', 'purchase')).map(({ item }) => item)).toEqual(['a']);
    expect(await store.feedbackOf('nobody')).toEqual([]);
  });

  it('makes the users and items it names', async () => {
    await store.putFeedback([feedback('a')], 'accumulate');
    expect(await store.user('ann')).toEqual({ id: 'ann', labels: null, comment: '' });
    expect(await store.item('a')).toMatchObject({ id: 'a', hidden: false, categories: [] });
  });

  it('writes together what arrives together, and each caller learns its own count', async () => {
    const counts = await Promise.all([
      store.putFeedback([feedback('a')], 'accumulate'),
      store.putFeedback([feedback('b'), feedback('c')], 'accumulate'),
      store.putFeedback([], 'accumulate'),
    ]);
    expect(counts).toEqual([1, 2, 0]);
  });

  it('that cannot be written takes nothing that arrived with it along', async () => {
    const bad = { ...feedback('bad'), value: 'x' as unknown as number };
    const [good, refused] = await Promise.allSettled([
      store.putFeedback([feedback('a')], 'accumulate'),
      store.putFeedback([feedback('b'), bad], 'accumulate'),
    ]);
    expect(good.status).toBe('fulfilled');
    expect(refused.status).toBe('rejected');
    expect((await store.feedbackOf('ann')).map(({ item }) => item)).toEqual(['a']);
  });

  it('adds up to the sum of what was posted since the last put, in any order of calls', async () => {
    const call = fc.record({
      item: fc.constantFrom('a', 'b'),
      value: fc.integer({ min: -5, max: 5 }),
      mode: fc.constantFrom('accumulate' as const, 'overwrite' as const),
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
        const user = `u${round++}`;
        const expected = new Map<string, number>();
        for (const { item, value, mode } of calls) {
          expected.set(item, (mode === 'overwrite' ? 0 : (expected.get(item) ?? 0)) + value);
          await store.putFeedback([feedback(item, { user, value })], mode);
        }
        const found = (await store.feedbackOf(user)).map(({ item, value }) => [item, value] as const);
        expect(new Map(found)).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });
});

describe('users and items', () => {
  it('that were removed are gone for readers, and come back when sent again', async () => {
    const item = { id: 'a', labels: ['x'], comment: '', hidden: false, categories: ['c'], timestamp: '' };
    await store.putItems([item]);
    expect(await store.removeItem('a')).toBe(1);
    expect(await store.removeItem('a')).toBe(0);
    expect(await store.item('a')).toBeUndefined();
    expect([...(await store.withheld())]).toEqual(['a']);
    await store.putItems([item]);
    expect(await store.item('a')).toEqual(item);
    expect([...(await store.withheld())]).toEqual([]);
  });

  it('removed by another process are withheld from the next read on', async () => {
    expect((await store.withheld()).size).toBe(0);
    const other = openOnlineStore({ path, now });
    await other.removeItem('gone');
    await other.close();
    expect([...(await store.withheld())]).toEqual(['gone']);
  });

  it('removed users take their feedback along', async () => {
    await store.putFeedback([feedback('a'), feedback('b', { user: 'bob' })], 'accumulate');
    expect(await store.removeUser('ann')).toBe(1);
    expect(await store.feedbackOf('ann')).toEqual([]);
    expect(await store.user('ann')).toBeUndefined();
    expect(await store.feedbackOf('bob')).toHaveLength(1);
  });
});

describe('the online database', () => {
  it('holds every acknowledged feedback after its process was killed', async () => {
    const script = join(dir, 'writer.ts');
    await writeFile(
      script,
      `import { openOnlineStore } from ${JSON.stringify(join(import.meta.dirname, 'online-store.ts'))};
const store = openOnlineStore({ path: ${JSON.stringify(path)}, now: () => new Date(0) });
for (let n = 0; ; n++) {
  await store.putFeedback([{ type: 'view', user: 'kim', item: 'i' + n, value: 1, timestamp: '2026-01-01T00:00:00.000Z' }], 'accumulate');
  process.stdout.write(n + '\\n');
}`,
    );
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let acknowledged = '';
    for await (const chunk of child.stdout) {
      acknowledged += String(chunk);
      if (acknowledged.split('\n').length > 20) child.kill('SIGKILL');
    }
    if (child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const last = Number(acknowledged.trim().split('\n').at(-1));
    const items = new Set((await store.feedbackOf('kim')).map(({ item }) => item));
    expect(last).toBeGreaterThanOrEqual(19);
    for (let n = 0; n <= last; n++) expect(items).toContain(`i${n}`);
  });

  it('of a newer Stocktake is refused', async () => {
    const db = new DatabaseSync(path);
    db.exec('pragma user_version = 99');
    db.close();
    expect(() => openOnlineStore({ path, now })).toThrow(
      expect.objectContaining({ code: 'STK-ONLINE-FORMAT' }),
    );
  });

  it('that is no database is refused with its path', async () => {
    const broken = join(dir, 'broken.db');
    await writeFile(broken, 'this is not a database, it is a text of some length'.repeat(20));
    expect(() => openOnlineStore({ path: broken, now })).toThrow(
      expect.objectContaining({ code: 'STK-ONLINE-UNAVAILABLE', message: expect.stringContaining(broken) }),
    );
  });

  it('keeps a write-ahead log, so that readers of other processes do not wait', async () => {
    await store.ping();
    const db = new DatabaseSync(path, { readOnly: true });
    expect(db.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
    db.close();
  });
});
