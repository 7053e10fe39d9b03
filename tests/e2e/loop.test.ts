import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../domain/catalog/open-lineage.ts';
import type { SourceRow } from '../../domain/catalog/recommendation-lineage.ts';
import type { RowRange } from '../../domain/catalog/training-data.ts';
import { writeNight } from '../../domain/demo/shop.ts';
import { readRegistry } from '../../domain/deploy/registry.ts';
import { addDays } from '../../domain/plan/dates.ts';
import { sha256 } from '../../domain/runtime/hashing.ts';
import { silentLogger } from '../../domain/runtime/logger.ts';
import { openStore, type Store } from '../../domain/store/store.ts';
import type { NightResult } from '../../schemas/night.ts';
import { startServing } from '../../workers/serve.ts';
import {
  copyOf,
  makeShopProject,
  reach,
  smallShop,
  startNight,
  startWorkerProcess,
  stocktake,
  type TestProject,
  whyNoServer,
} from '../harness.ts';
import { openLineageFinder } from '../published-schemas.ts';

const skip = await whyNoServer();
const shop = { ...smallShop, days: 10, users: 200, items: 160, eventsPerDay: 700 };
const dayOf = (day: number): string => addDays(shop.firstDate, day);
/** Deaths around the promotion: before anything is judged, and once all is registered. */
const promotionKills = ['deployModel:before:kill', 'deployModel:after-effect:kill'];
const quiet = { changedShare: 0.02, newColumn: false, brokenFile: false };

/** From raw files to a served item, and what the gate lets through. The steps follow each other in one project. */
describe.skipIf(skip)(`the loop on a real server ${skip}`, () => {
  let project: TestProject;
  let store: Store;
  /** The project as it was before the night that refreshes the champion. */
  let twin: TestProject | undefined;
  beforeAll(async () => {
    project = await makeShopProject(shop);
    store = await openStore(project.storeDir);
  }, 120_000);
  afterAll(async () => {
    await project?.remove();
    await twin?.remove();
  });

  const run = (...args: string[]) => stocktake(args, { cwd: project.dir });
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);

  it('takes one night from raw files to a champion, under one run id', async () => {
    const night = await run('run', '--date', dayOf(shop.days - 1));
    expect(night.stderr).toContain('deploy');
    expect(night.code).toBe(0);
    const snapshot = await store.snapshots.current();
    expect(snapshot?.aliases).toEqual({ champion: 'v1' });
    const [version] = (await json('models', 'list')).versions;
    expect(version).toMatchObject({ version: 'v1', state: 'champion' });
    const record = await store.runs.resolve('last');
    expect(record.steps.map(({ result }) => result.stage)).toEqual(
      expect.arrayContaining(['collect', 'embed', 'classify', 'profile', 'recommend', 'deploy', 'publish']),
    );
    expect(snapshot?.publishedBy.record).toBe(record.opening.record);
  }, 120_000);

  it('recommends with reasons, finds similar items, shows labels', async () => {
    const answer = await json('recommend', 'u-0003', '-n', '5');
    expect(answer).toMatchObject({ user: 'u-0003', model: 'v1', source: 'model' });
    expect(answer.items).toHaveLength(5);
    for (const { reasons } of answer.items) expect(reasons.length).toBeGreaterThan(0);
    const alike = await json('similar', answer.items[0].item, '-n', '3');
    expect(alike.items.map(({ item }: { item: string }) => item)).not.toContain(answer.items[0].item);
    expect((await json('recommend', 'nobody-at-all')).source).toBe('popular');
    expect((await run('similar', 'no-such-item')).stderr).toContain('STK-SERVE-ITEM-UNKNOWN');
    const labels = await json('labels', 'items', '--limit', '3');
    expect(labels.labels).toHaveLength(3);
  }, 60_000);

  it('tells from which files and rows a recommendation comes, and they hold those rows', async () => {
    const told = await json('lineage', 'recommendation', 'u-0003');
    const [first] = (await json('recommend', 'u-0003', '-n', '1')).items;
    expect(told).toMatchObject({
      item: { item: first.item, rank: 1, source: 'model' },
      served: { version: 'v1', decision: 'promoted' },
      training: { unknown: [] },
    });
    const files: RowRange[] = told.training.files;
    expect(new Set(files.map(({ source }) => source))).toEqual(
      new Set(['catalog', 'supplier', 'clicks', 'carts', 'orders']),
    );
    for (const file of files) {
      const lines = await linesOf(project, file);
      expect(file.lastRow).toBeLessThanOrEqual(lines.length);
    }
    for (const { column, value, from } of told.values) {
      if (column !== 'attributes') expect(await rowAt(project, from)).toContain(value);
    }
    const events = told.because.flatMap(({ events }: { events: { from: SourceRow }[] }) => events);
    expect(events.length).toBeGreaterThan(0);
    for (const { from, kind } of events) {
      expect((await rowAt(project, from)).toLowerCase()).toContain('"u-0003"');
      expect(kind).toBe({ clicks: 'view', carts: 'cart', orders: 'purchase' }[String(from.source)]);
    }
    expect(JSON.stringify([told.values, told.because])).not.toMatch(/@|session/);
    const unknown = await run('lineage', 'recommendation', 'u-0003', '--item', 'no-such-item');
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('STK-SERVE-ITEM-UNKNOWN') });
  }, 60_000);

  it('tells the lineage of every stage of the night, and no pipe cuts it short', async () => {
    const { code, stdout } = await run('lineage', 'last');
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(65_536);
    const events: RunEvent[] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ended = events.filter(({ eventType }) => eventType === 'COMPLETE').map(({ job }) => job.name);
    const stages = new Set((await store.runs.resolve('last')).steps.map(({ result }) => result.stage));
    expect(ended.sort()).toEqual(
      ['nightlyInventory', ...[...stages].map((stage) => `nightlyInventory.${stage}`)].sort(),
    );
    expect(events).toHaveLength(2 * ended.length);
    const find = await openLineageFinder();
    expect(events.flatMap((event) => find(event).errors)).toEqual([]);
    const ends = (stage: string) =>
      events.find(({ eventType, job }) => eventType === 'COMPLETE' && job.name.endsWith(`.${stage}`));
    const names = (datasets: readonly { name: string }[] = []) => datasets.map(({ name }) => name);
    expect(names(ends('recommend')?.inputs)).toContain('unified.events');
    expect(names(ends('recommend')?.outputs)).toEqual(['evaluation.models', 'recommend.model']);
    expect(names(ends('deploy')?.outputs)).toEqual(['registry.verdicts', 'registry.versions']);
  }, 60_000);

  it('does not train on unchanged data, and gives a CI job the first result when it asks again', async () => {
    const first = await run('retrain', '--wait', '--json', '--fail-on', 'rejected');
    expect(first.code).toBe(0);
    const result = JSON.parse(first.stdout);
    expect(result).toMatchObject({
      decision: 'unchanged',
      ground: 'same-model',
      version: 'v1',
      champion: 'v1',
    });
    const again = await run('retrain', '--wait', '--json');
    expect(again.stderr).toContain('given to a retraining already');
    expect(JSON.parse(again.stdout)).toEqual(result);
    expect((await run('runs', 'watch', result.workflowId)).code).toBe(0);
  }, 120_000);

  it('encodes only the texts that are new, and refreshes the champion on newer data', async () => {
    twin = await copyOf(project);
    await writeNight(project.input, shop, shop.days, quiet);
    expect((await run('run', '--date', dayOf(shop.days))).code).toBe(0);
    const { steps } = await store.runs.resolve('last');
    const facts = (stage: string) => steps.find(({ result }) => result.stage === stage)?.result.facts ?? {};
    expect(Number(facts('embed').encoded)).toBeGreaterThan(0);
    expect(Number(facts('embed').encoded)).toBeLessThan(Number(facts('embed').kept) / 5);
    expect(facts('deploy')).toMatchObject({ decision: 'promoted', version: 'v2' });
  }, 120_000);

  it('promotes once, to the same bytes, when the worker is killed around the promotion', async () => {
    if (!twin) throw new Error('the night before was not reached');
    await writeNight(twin.input, shop, shop.days, quiet);
    const { result, deaths } = await killedNight(twin, dayOf(shop.days));
    expect(deaths).toBe(promotionKills.length);
    const [killed, unbroken] = [
      await (await openStore(twin.storeDir)).snapshots.current(),
      await store.snapshots.current(),
    ];
    expect(result.snapshotHash).toBe(unbroken?.contentHash);
    expect(killed?.aliases).toEqual({ champion: 'v2' });
    expect(killed?.number).toBe(unbroken?.number);
    const { versions } = await readRegistry(await openStore(twin.storeDir), killed);
    expect(versions.map(({ document, state }) => `${document.version} ${state}`)).toEqual([
      'v1 retired',
      'v2 champion',
    ]);
    expect(versions.map(({ verdicts }) => verdicts.length)).toEqual([1, 1]);
  }, 120_000);

  it('refuses what is learned from files that tell the answers of the window; the old model serves', async () => {
    if (!twin) throw new Error('the night before was not reached');
    await writeNight(twin.input, shop, shop.days + 1, { ...quiet, leakedLabels: true });
    const night = await stocktake(['run', '--date', dayOf(shop.days + 1)], { cwd: twin.dir });
    expect(night.code).toBe(0);
    const twinStore = await openStore(twin.storeDir);
    const registry = await readRegistry(twinStore, await twinStore.snapshots.current());
    expect(registry.champion).toBe('v2');
    const [verdict] = registry.versions.at(-1)?.verdicts ?? [];
    expect(verdict).toMatchObject({ version: 'v3', decision: 'rejected', ground: 'late-answers' });
    expect(verdict?.lateAnswers?.share).toBeGreaterThan(0.5);
    expect(verdict?.lateAnswers?.usual).toBeLessThan(0.02);
  }, 120_000);

  it('refuses what is learned from a poisoned day; the old model serves; a CI job fails with 4', async () => {
    await writeNight(project.input, shop, shop.days + 1, { ...quiet, shuffledUsers: true });
    expect((await run('run', '--date', dayOf(shop.days + 1))).code).toBe(0);
    const { versions, champion } = await json('models', 'list');
    expect(champion).toBe('v2');
    expect(versions.find(({ version }: { version: string }) => version === 'v3')).toMatchObject({
      state: 'rejected',
    });
    const ci = await run('retrain', '--wait', '--json', '--fail-on', 'rejected');
    expect(JSON.parse(ci.stdout)).toMatchObject({
      decision: 'rejected',
      ground: 'newest-day',
      champion: 'v2',
    });
    expect(ci.code).toBe(4);
  }, 180_000);

  it('switches a running API by one command, without a restart, and answers at once to feedback', async () => {
    const serving = await startServing({
      project,
      host: '127.0.0.1',
      port: 0,
      log: silentLogger,
      watchMs: 100,
    });
    try {
      const ask = async (user: string): Promise<string[]> => {
        const answer = await fetch(`${serving.address}/api/recommend/${user}?n=5`);
        return (await answer.json()) as string[];
      };
      const before = await ask('a-new-user');
      const [item] = await ask('u-0003');
      const feedback = [
        { FeedbackType: 'purchase', UserId: 'a-new-user', ItemId: item, Timestamp: '2026-10-12' },
      ];
      const posted = await fetch(`${serving.address}/api/feedback`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(feedback),
      });
      expect(await posted.json()).toEqual({ RowAffected: 1 });
      expect(await ask('a-new-user')).not.toEqual(before);
      expect(serving.version()).toBe('v2');
      expect((await run('models', 'rollback')).stdout).toContain('v1 serves now');
      await expect.poll(serving.version, { timeout: 10_000 }).toBe('v1');
      const older = await json('lineage', 'recommendation', 'u-0003');
      expect(older).toMatchObject({
        served: { version: 'v1', decision: 'restored' },
        training: { dataDate: dayOf(shop.days - 1), unknown: [] },
      });
      expect(older.history).not.toEqual(older.training.manifest);
      expect((await run('models', 'rollback', 'v2')).code).toBe(0);
      await expect.poll(serving.version, { timeout: 10_000 }).toBe('v2');
    } finally {
      await serving.close();
    }
  }, 120_000);
});

/** The lines of a received file; its bytes are checked by the hash told. */
async function linesOf(
  project: TestProject,
  { object, sha256: expected }: Pick<SourceRow, 'object' | 'sha256'>,
): Promise<string[]> {
  const bytes = await readFile(join(project.storeDir, object));
  expect(sha256(bytes)).toBe(expected);
  return String(object.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    .trimEnd()
    .split('\n');
}

async function rowAt(project: TestProject, from: SourceRow): Promise<string> {
  expect(from.counts).toBe('line');
  return (await linesOf(project, from))[from.row - 1] ?? '';
}

async function killedNight(
  project: TestProject,
  date: string,
): Promise<{ result: NightResult; deaths: number }> {
  const temporal = await reach(project);
  const worker = startWorkerProcess(project, { STOCKTAKE_FAILPOINT: promotionKills.join(',') });
  try {
    const result = (await (await startNight(temporal, date)).result()) as NightResult;
    return { result, deaths: worker.deaths() };
  } finally {
    await worker.stop();
    await temporal.release();
  }
}
