import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheDirOf } from '../../domain/setup/cache-dir.ts';
import { findTemporal } from '../../domain/setup/temporal-binary.ts';
import { openStore, type Store } from '../../domain/store/store.ts';
import type { StepResult } from '../../schemas/run.ts';
import { fastRetries, makeProject, stocktake, type TestProject, whyNoServer } from '../harness.ts';

const skip = await whyNoServer();
const night = (day: number): string => `2026-05-0${day}`;

/** Every text an encoder may stumble over, each as the description of one product. */
const texts = [
  '',
  '   ',
  '\u0001\u0007\u001b[31m',
  'word '.repeat(40_000),
  'x'.repeat(100_000),
  '保温杯 😍 \u202e',
];

const config = `export default { project: 'odd-shop', input: 'shop', store: 'store', temporal: { retries: ${JSON.stringify(fastRetries)} },
  recommend: { minEvents: 10, trials: 1 }, deploy: { minUsers: 1 },
  sources: {
    people: { path: 'people/{date}.csv', entities: { users: { columns: { user_id: 'id' } } } },
    goods: { path: 'goods/{date}.csv', mode: 'full', required: true,
      entities: { items: { columns: { item_id: 'id', title: 'title', description: 'text', category: 'category' } } } },
    deeds: { path: 'deeds/{date}.csv',
      entities: { events: { key: ['event_id'], columns: { event_id: 'id', user_id: 'who', item_id: 'what', kind: "'view'", time: 'at' } } } },
  } };
`;

function goods(items: number): string {
  const rows = Array.from({ length: items }, (_, item) =>
    [`g${item}`, `Thing ${item}`, texts[item % texts.length] ?? '', 'Only'].join(','),
  );
  return `id,title,text,category\n${rows.join('\n')}\n`;
}

/** Every deed at one and the same moment. */
function deeds(users: number, items: number): string {
  const rows: string[] = [];
  for (let user = 0; user < users; user++) {
    for (let item = user % 2; item < items; item += 2) {
      rows.push(`e${user}-${item},u${user},g${item},2026-05-01 10:00:00`);
    }
  }
  return `id,who,what,at\n${rows.join('\n')}\n`;
}

/** What is defined where there is little to learn from; the nights follow each other in one project. */
describe.skipIf(skip)(`a shop that nothing can be learned from ${skip}`, () => {
  let project: TestProject;
  let store: Store;
  const run = (args: string[], env: Record<string, string> = {}) =>
    stocktake(args, { cwd: project.dir, env });
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(project.input, path)), { recursive: true });
    await writeFile(join(project.input, path), text);
  };
  const steps = async (): Promise<Record<string, StepResult>> =>
    Object.fromEntries(
      (await store.runs.resolve('last')).steps.map(({ result }) => [result.stage, result] as const),
    );

  beforeAll(async () => {
    project = await makeProject(config);
    store = await openStore(project.storeDir);
    await put(`people/${night(1)}.csv`, 'id\nu0\nu1\nu2\nu3\nidle\n');
    await put(`goods/${night(1)}.csv`, goods(40));
    await put(`deeds/${night(1)}.csv`, deeds(4, 40));
  });
  afterAll(() => project?.remove());

  it('publishes a night of one class, one moment and texts of all kinds, and says of each why nothing was learned', async () => {
    const ended = await run(['run', '--date', night(1)]);
    expect(ended.code).toBe(0);
    const { embed, classify, profile, recommend, deploy } = await steps();
    expect(embed?.facts).toMatchObject({ encoded: 40 });
    expect(classify?.why).toContain('Only one label');
    expect(profile?.decision).toBe('ran');
    expect([recommend?.decision, deploy?.decision]).toEqual(['skipped', 'skipped']);
    expect(recommend?.why).toContain('fewer than three days');
    expect(deploy?.why).toContain('nothing to judge');
    expect((await store.snapshots.current())?.aliases).toEqual({});
  }, 120_000);

  it('says under a code that no model serves yet, and what to do', async () => {
    const asked = await run(['recommend', 'idle']);
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('STK-SERVE-NO-MODEL');
    expect(asked.stderr).toContain('stocktake run');
  }, 60_000);

  it('ends an empty night without an error, and encodes, learns and judges nothing', async () => {
    await put(`people/${night(2)}.csv`, 'id\n');
    await put(`goods/${night(2)}.csv`, goods(40));
    await put(`deeds/${night(2)}.csv`, 'id,who,what,at\n');
    expect((await run(['run', '--date', night(2)])).code).toBe(0);
    const { embed, recommend, deploy } = await steps();
    expect(embed?.facts).toMatchObject({ encoded: 0 });
    expect([recommend?.decision, deploy?.decision]).toEqual(['skipped', 'skipped']);
    const snapshot = await store.snapshots.current();
    expect(snapshot?.datasets['unified.events']?.rows).toBe(80);
    expect(snapshot?.datasets['unified.items']?.rows).toBe(40);
  }, 120_000);

  it('ends a night with new texts and no encoder under a code, names set-up, and keeps what was published', async () => {
    const before = await store.snapshots.current();
    await put(`goods/${night(3)}.csv`, `${goods(40)}new,Thing of the third night,,Only\n`);
    const cache = await mkdtemp(join(tmpdir(), 'stocktake-no-encoder-'));
    try {
      await mkdir(join(cache, 'stocktake'));
      const own = cacheDirOf(process.env, process.platform, homedir());
      await symlink(join(own, 'bundles'), join(cache, 'stocktake', 'bundles'));
      const found = await findTemporal({ env: process.env, cacheDir: own, fetch: false });
      const env = {
        XDG_CACHE_HOME: cache,
        ...(found.kind === 'binary' ? { TEMPORAL_CLI_PATH: found.path } : {}),
      };
      const ended = await run(['run', '--date', night(3)], env);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain('STK-ENCODER-MISSING');
      expect(ended.stderr).toContain('stocktake setup');
    } finally {
      await rm(cache, { recursive: true });
    }
    expect((await store.snapshots.current())?.contentHash).toBe(before?.contentHash);
    expect((await run(['run', '--date', night(3)])).code).toBe(0);
    expect((await steps()).embed?.facts).toMatchObject({ encoded: 1 });
  }, 120_000);
});
