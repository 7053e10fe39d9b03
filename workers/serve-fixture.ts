import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deployCandidate } from '../domain/deploy/deploy.ts';
import { championAlias, versionsDataset } from '../domain/deploy/registry.ts';
import { defaultGateRules } from '../domain/plan/gate.ts';
import { aliasesOf } from '../domain/publish/aliases.ts';
import { assembleDatasets } from '../domain/publish/assemble.ts';
import { publishSnapshot } from '../domain/publish/publish.ts';
import { directionalKnn } from '../domain/recommend/directional-knn.ts';
import { interactionsOf } from '../domain/recommend/interactions.ts';
import { encodeModelFiles } from '../domain/recommend/model-file.ts';
import { modelDataset } from '../domain/recommend/train.ts';
import { hashOf } from '../domain/runtime/hashing.ts';
import { stageContext } from '../domain/runtime/stage-fixture.ts';
import type { StoredManifest } from '../domain/store/manifests.ts';
import type { StagedFile } from '../domain/store/objects.ts';
import { wholeOutput } from '../domain/store/stage-output.ts';
import type { Store } from '../domain/store/store.ts';
import { writeParquet } from '../domain/warehouse/parquet.ts';
import { quotedString } from '../domain/warehouse/quoting.ts';
import { withWorkspace } from '../domain/warehouse/workspace.ts';
import type { StageOutput } from '../schemas/stage.ts';

/** A shop for tests and benchmarks of serving. */
export interface Shop {
  readonly itemIds: readonly string[];
  /** Item ids by user, oldest first. */
  readonly histories: Readonly<Record<string, readonly string[]>>;
  /** Items no source delivers any more. */
  readonly gone?: readonly string[];
}

/** One night of serving's world: trains a directional item-kNN, lets it pass the gate and publishes all of it. */
export async function trainAndPublish(store: Store, dataDate: string, shop: Shop): Promise<string> {
  const trained = await train(store, shop);
  const items = await catalogue(store, shop);
  const base = await store.snapshots.current();
  const { output, verdict } = await deployCandidate(store, stageContext(), {
    base,
    dataDate,
    candidate: { name: 'directional-knn', files: trained.manifest.files, trainedBy: trained.ref },
    evaluation: {
      window: { from: '2026-01-01', to: '2026-01-02', users: 100, events: 100 },
      trainedThrough: '2025-12-31',
      candidate: { 'ndcg@10': 0.05 },
      popularity: { metrics: { 'ndcg@10': 0.01 }, difference: { mean: 0.04, low: 0.03, high: 0.05 } },
      champion: { metrics: { 'ndcg@10': 0.04 }, difference: { mean: 0.01, low: 0.005, high: 0.02 } },
    },
    rules: defaultGateRules,
  });
  const outputs: StageOutput[] = [
    wholeOutput(items, { 'unified.items': 'rows' }, { reused: false }),
    wholeOutput(trained, { [modelDataset]: 'items' }, { reused: false }),
    output,
  ];
  await publishSnapshot(store, stageContext(), {
    base: base?.number ?? 0,
    dataDate,
    datasets: await assembleDatasets(store, base, outputs),
    aliases: aliasesOf(outputs),
    publishedBy: { workflowId: 'fixture', record: '' },
    allowOlder: false,
  });
  return verdict.version;
}

/** The file of a version that holds its tensors. */
export async function tensorsOf(store: Store): Promise<{ readonly uri: string }> {
  const snapshot = await store.snapshots.current();
  const entry = snapshot?.datasets[versionsDataset];
  if (!snapshot?.aliases[championAlias] || !entry) throw new Error('nothing is published');
  const index = (await store.objects.readJson(entry.index)) as {
    slices: { manifest: StoredManifest['ref'] }[];
  };
  const last = index.slices.at(-1);
  const ref = last && (await store.manifests.read(last.manifest)).files['model.tensors']?.[0];
  if (!ref) throw new Error('the last version has no tensors');
  return ref;
}

async function train(store: Store, { itemIds, histories }: Shop): Promise<StoredManifest> {
  const numberOf = new Map(itemIds.map((id, index) => [id, index]));
  const sequences = Object.values(histories).map((items) => items.map((id) => numberOf.get(id) ?? -1));
  const model = directionalKnn().fit(interactionsOf(itemIds.length, sequences));
  const { tensors, document } = encodeModelFiles(model);
  const counts = new Map<number, number>();
  for (const item of sequences.flat()) counts.set(item, (counts.get(item) ?? 0) + 1);
  return stored(store, 'recommend', async (dir, parquet) => {
    await writeFile(join(dir, 'model.safetensors'), tensors);
    await writeFile(join(dir, 'model.json'), document);
    return {
      tensors: { path: join(dir, 'model.safetensors'), rows: 0, schemaHash: '' },
      document: { path: join(dir, 'model.json'), rows: 0, schemaHash: '' },
      items: await parquet(
        'items',
        itemIds.map((item_id, number) => ({ number, item_id, interest: counts.get(number) ?? 0 })),
        'number',
      ),
      histories: await parquet(
        'histories',
        Object.keys(histories).flatMap((user_id, user) =>
          (sequences[user] ?? []).map((item_number, at, all) => ({
            user_id,
            age: all.length - at,
            item_number,
          })),
        ),
        'user_id, age desc',
      ),
    };
  });
}

function catalogue(store: Store, { itemIds, gone }: Shop): Promise<StoredManifest> {
  const rows = itemIds.map((item_id, index) => ({
    item_id,
    title: `Title of ${item_id}`,
    category: index % 2 === 0 ? 'even > all' : 'odd > all',
    gone_since: gone?.includes(item_id) ? '2026-01-01' : null,
  }));
  return stored(store, 'dedup', async (_, parquet) => ({ rows: await parquet('rows', rows, 'item_id') }));
}

type WriteRows = (name: string, rows: readonly object[], order: string) => Promise<StagedFile>;

async function stored(
  store: Store,
  stage: string,
  make: (dir: string, parquet: WriteRows) => Promise<Record<string, StagedFile>>,
): Promise<StoredManifest> {
  return withWorkspace(store, stageContext(), async ({ warehouse, dir }) => {
    const parquet: WriteRows = async (name, rows, order) => {
      const path = join(dir, `${name}.json`);
      await writeFile(path, JSON.stringify(rows));
      const query = `select * from read_json(${quotedString(path)}) order by ${order}`;
      return writeParquet(warehouse, name, query, join(dir, `${name}.parquet`));
    };
    const staged = await make(dir, parquet);
    const taken = await store.objects.take(Object.values(staged));
    const files = Object.fromEntries(Object.keys(staged).map((role, at) => [role, taken.slice(at, at + 1)]));
    const [committed] = await store.manifests.commit([
      {
        format: 1,
        stage,
        key: hashOf(files),
        version: 1,
        scope: 'all',
        files,
        ledger: [],
        facts: {},
        parents: [],
      },
    ]);
    if (!committed) throw new Error('nothing committed');
    return committed;
  });
}
