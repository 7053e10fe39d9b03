import { readFile } from 'node:fs/promises';
import { championAlias, readRegistry } from '../domain/deploy/registry.ts';
import { readModelFiles } from '../domain/recommend/model-file.ts';
import { modelDataset } from '../domain/recommend/train.ts';
import { ModelError } from '../domain/runtime/errors.ts';
import { hashOf } from '../domain/runtime/hashing.ts';
import type { Logger } from '../domain/runtime/logger.ts';
import type { ServingTarget } from '../domain/serve/hot-switch.ts';
import { historyReader, readHistories, readModelItems, readOffered } from '../domain/serve/read-catalogue.ts';
import { createServedModel, type ServedModel } from '../domain/serve/served-model.ts';
import { slicesOf } from '../domain/store/datasets.ts';
import type { Store } from '../domain/store/store.ts';
import { type Workspace, withWorkspace } from '../domain/warehouse/workspace.ts';
import type { ArtifactRef, Snapshot } from '../schemas/artifact.ts';
import type { ModelVersion } from '../schemas/deploy.ts';

/** What loading works with. */
export interface LoadDeps {
  readonly store: Store;
  readonly log: Logger;
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
    load: () => loadServedModel(deps, snapshot, document),
  };
}

/**
 * Makes a registered version ready to serve: the model from its files (checked by sha256), users' histories from the newest
 * training, what is offered from the snapshot.
 *
 * @throws ModelError STK-MODEL-FILES, STK-MODEL-ITEMS and those of the model's reader; ArtifactError STK-ARTIFACT-CHECKSUM
 */
export async function loadServedModel(
  deps: LoadDeps,
  snapshot: Snapshot,
  document: ModelVersion,
): Promise<ServedModel> {
  const { store } = deps;
  const [tensors, text] = await Promise.all([
    readFile(await store.objects.open(fileOf(document, 'tensors'))),
    readFile(await store.objects.open(fileOf(document, 'document')), 'utf8'),
  ]);
  const scorer = readModelFiles({ tensors, document: text }, document.version);
  return withWorkspace(store, loadContext(deps.log), async (workspace) => {
    const own = await itemsOf(store, workspace, fileOf(document, 'items'));
    assertItems(document, scorer.items, own.itemIds.length);
    const offered = await readOffered(workspace.warehouse, await offeredPaths(store, snapshot));
    const about = own.itemIds.map((id) => offered.get(id));
    return createServedModel({
      version: document.version,
      name: document.name,
      scorer,
      itemIds: own.itemIds,
      titles: about.map((item) => item?.title ?? ''),
      categories: about.map((item) => item?.categories ?? []),
      popularity: own.interest,
      gone: Uint8Array.from(about, (item) => (item?.gone ? 1 : 0)),
      historyOf: await newestHistories(store, workspace, snapshot, document, own.itemIds),
    });
  });
}

async function itemsOf(store: Store, { warehouse }: Workspace, ref: ArtifactRef) {
  return readModelItems(warehouse, await store.objects.open(ref));
}

/** A champion may be older than the last training; what users did is taken from the newest. */
async function newestHistories(
  store: Store,
  workspace: Workspace,
  snapshot: Snapshot,
  document: ModelVersion,
  servedItemIds: readonly string[],
): Promise<(user: string) => number[]> {
  const [slice] = await slicesOf(store.objects, snapshot, modelDataset);
  const newest = slice ? (await store.manifests.read(slice.manifest)).files : {};
  const [items, histories] = [newest.items?.[0], newest.histories?.[0]];
  const source =
    items && histories
      ? { items, histories }
      : { items: fileOf(document, 'items'), histories: fileOf(document, 'histories') };
  const { itemIds } = await itemsOf(store, workspace, source.items);
  const path = await store.objects.open(source.histories);
  return historyReader(await readHistories(workspace.warehouse, path), itemIds, servedItemIds);
}

async function offeredPaths(store: Store, snapshot: Snapshot): Promise<string[]> {
  const slices = await slicesOf(store.objects, snapshot, 'unified.items');
  return store.objects.openAll(slices.flatMap(({ files }) => files));
}

function loadContext(log: Logger) {
  return {
    log,
    heartbeat: () => undefined,
    signal: new AbortController().signal,
    threads: 1,
    memoryMb: 1024,
    force: false,
    failpoint: async () => undefined,
  };
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
