import { setImmediate } from 'node:timers/promises';
import { championAlias, readRegistry } from '../domain/deploy/registry.ts';
import { readModelFiles } from '../domain/recommend/model-file.ts';
import { modelDataset } from '../domain/recommend/train.ts';
import { ModelError } from '../domain/runtime/errors.ts';
import { hashOf } from '../domain/runtime/hashing.ts';
import { historyOf } from '../domain/serve/catalogue.ts';
import type { GatherRequest } from '../domain/serve/gather.ts';
import { gatherInThread } from '../domain/serve/gather-thread.ts';
import type { ServingTarget } from '../domain/serve/hot-switch.ts';
import { createServedModel, type ServedData, type ServedModel } from '../domain/serve/served-model.ts';
import { slicesOf } from '../domain/store/datasets.ts';
import type { Store } from '../domain/store/store.ts';
import type { ArtifactRef, Snapshot } from '../schemas/artifact.ts';
import type { ModelVersion } from '../schemas/deploy.ts';

/** What loading works with. */
export interface LoadDeps {
  readonly store: Store;
}

/** Names what ought to serve: the champion of the current snapshot, with that snapshot's histories and items. */
export function servingTarget(deps: LoadDeps): () => Promise<ServingTarget | undefined> {
  let known: { readonly contentHash: string; readonly target: ServingTarget | undefined } | undefined;
  return async () => {
    const snapshot = await deps.store.snapshots.current();
    if (!snapshot) return undefined;
    if (known?.contentHash !== snapshot.contentHash) {
      known = { contentHash: snapshot.contentHash, target: await targetOf(deps, snapshot) };
    }
    return known.target;
  };
}

async function targetOf(deps: LoadDeps, snapshot: Snapshot): Promise<ServingTarget | undefined> {
  const champion = snapshot.aliases[championAlias];
  if (champion === undefined) return undefined;
  const registry = await readRegistry(deps.store, snapshot);
  const document = registry.versions.find((entry) => entry.document.version === champion)?.document;
  if (!document) {
    throw new ModelError(
      `Snapshot ${snapshot.number} names ${champion} as champion, its registry does not hold it; restore one: stocktake models rollback <version>`,
      { code: 'STK-MODEL-UNKNOWN', details: { champion } },
    );
  }
  const data = ['unified.items', modelDataset].map((name) => snapshot.datasets[name]?.index.sha256 ?? '');
  return {
    version: champion,
    key: hashOf({ version: champion, modelHash: document.modelHash, data }),
    load: async () =>
      loadServedModel(
        deps.store,
        {
          items: await slicesOf(deps.store.objects, snapshot, 'unified.items'),
          model: await slicesOf(deps.store.objects, snapshot, modelDataset),
        },
        document,
      ),
  };
}

/**
 * Makes a registered version ready to serve: the model from its files (checked by sha256), users' histories from the newest
 * training, what is offered from the snapshot. All that takes long is done in a thread; the event loop turns between the rest.
 *
 * @throws ModelError STK-MODEL-FILES, STK-MODEL-ITEMS, STK-ARTIFACT-CHECKSUM and those of the model's reader
 */
export async function loadServedModel(
  store: Store,
  data: ServedData,
  document: ModelVersion,
): Promise<ServedModel> {
  const offered = data.items.flatMap(({ files }) => files);
  const gathered = await gatherInThread({
    storeDir: store.dir,
    tensors: fileOf(document, 'tensors'),
    document: fileOf(document, 'document'),
    items: fileOf(document, 'items'),
    ...(await newestHistories(store, data, document)),
    offered,
  });
  const { version, name } = document;
  const { catalogue, histories } = gathered;
  await setImmediate();
  const scorer = readModelFiles(gathered, version);
  assertItems(document, scorer.items, catalogue.interest.length);
  await setImmediate();
  return createServedModel({
    version,
    name,
    scorer,
    catalogue,
    historyOf: (user) => historyOf(histories, user),
  });
}

/** A champion may be older than the last training; what users did is taken from the newest. */
async function newestHistories(
  store: Store,
  { model }: ServedData,
  document: ModelVersion,
): Promise<Pick<GatherRequest, 'historyItems' | 'histories'>> {
  const [slice] = model;
  const newest = slice ? (await store.manifests.read(slice.manifest)).files : {};
  const [historyItems, histories] = [newest.items?.[0], newest.histories?.[0]];
  return historyItems && histories
    ? { historyItems, histories }
    : { historyItems: fileOf(document, 'items'), histories: fileOf(document, 'histories') };
}

function fileOf({ version, files }: ModelVersion, role: string): ArtifactRef {
  const ref = files[role]?.[0];
  if (ref) return ref;
  throw new ModelError(
    `${version} has no file '${role}' (it has ${Object.keys(files).sort().join(', ')}); retrain, or take another version`,
    { code: 'STK-MODEL-FILES', details: { version, role } },
  );
}

function assertItems({ version }: ModelVersion, expected: number, found: number): void {
  if (expected === found) return;
  throw new ModelError(
    `${version}: the model is of ${expected} items, its list names ${found}; retrain, or take another version`,
    { code: 'STK-MODEL-ITEMS', details: { version, expected, found } },
  );
}
