import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef, Snapshot } from '../../schemas/artifact.ts';
import { defaultGateRules } from '../plan/gate.ts';
import { hashOf } from '../runtime/hashing.ts';
import { stageContext } from '../runtime/stage-fixture.ts';
import { putDataset, slicesOf } from '../store/datasets.ts';
import { idempotencyKey } from '../store/manifests.ts';
import type { Published } from '../store/snapshots.ts';
import type { Store } from '../store/store.ts';
import { type Deployed, deployCandidate, type Evaluation } from './deploy.ts';

/** How a candidate did, for tests; without a difference no champion was scored. */
export interface JudgedAs {
  readonly difference?: { readonly mean: number; readonly low: number; readonly high: number };
  readonly users?: number;
}

/** Candidate − champion. */
export function judged(mean: number, low: number, high: number): JudgedAs {
  return { difference: { mean, low, high } };
}

/** Stores a text as a model file. */
export async function putModel(store: Store, content: string): Promise<ArtifactRef> {
  const path = join(await store.objects.staging(), 'model.safetensors');
  await writeFile(path, content);
  const [ref] = await store.objects.take([{ path, rows: 0, schemaHash: '' }]);
  if (!ref) throw new Error('nothing taken');
  return ref;
}

/** One small night: registers and judges a model, then publishes what came of it. */
export async function night(
  store: Store,
  dataDate: string,
  model: string,
  as: JudgedAs = {},
  given?: Snapshot,
): Promise<Deployed & { readonly published: Published }> {
  const base = given ?? (await store.snapshots.current());
  const inputs = [hashOf(model)];
  const key = idempotencyKey({ stage: 'recommend', version: 1, config: {}, inputs, scope: 'all' });
  const files = { model: [await putModel(store, model)] };
  const [trained] = await store.manifests.commit([
    {
      format: 1,
      stage: 'recommend',
      key,
      version: 1,
      scope: 'all',
      files,
      ledger: [],
      facts: {},
      parents: [],
    },
  ]);
  if (!trained) throw new Error('nothing committed');
  const deployed = await deployCandidate(store, stageContext(), {
    base,
    dataDate,
    candidate: { name: 'co-occurrence', files, trainedBy: trained.ref },
    evaluation: evaluationOf(as),
    rules: defaultGateRules,
  });
  return { ...deployed, published: await publish(store, base, dataDate, deployed) };
}

async function publish(
  store: Store,
  base: Snapshot | undefined,
  dataDate: string,
  { output }: Deployed,
): Promise<Published> {
  const datasets = await Promise.all(
    Object.entries(output.datasets).map(async ([name, slices]) => {
      const before = await slicesOf(store.objects, base, name);
      return [name, await putDataset(store.objects, name, [...before, ...slices])] as const;
    }),
  );
  return store.snapshots.publish({
    base: base?.number ?? 0,
    dataDate,
    datasets: Object.fromEntries(datasets),
    aliases: output.facts?.aliases as Record<string, string>,
    publishedBy: { workflowId: 'w', record: 'r' },
    allowOlder: false,
  });
}

function evaluationOf({ difference, users }: JudgedAs): Evaluation {
  const candidate = { 'ndcg@10': 0.05 };
  return {
    window: { from: '2025-12-25', to: '2025-12-31', users: users ?? 200, events: 900 },
    trainedThrough: '2025-12-24',
    candidate,
    popularity: { metrics: { 'ndcg@10': 0.02 }, difference: { mean: 0.03, low: 0.02, high: 0.04 } },
    ...(difference
      ? { champion: { metrics: { 'ndcg@10': candidate['ndcg@10'] - difference.mean }, difference } }
      : {}),
  };
}
