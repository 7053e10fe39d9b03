import { readFile } from 'node:fs/promises';
import { championAlias, readRegistry } from '../domain/deploy/registry.ts';
import { historyOf } from '../domain/recommend/interactions.ts';
import { readModelFiles } from '../domain/recommend/model-file.ts';
import { type ReadEvents, readEvents } from '../domain/recommend/read-events.ts';
import { ModelError } from '../domain/runtime/errors.ts';
import { hashOf } from '../domain/runtime/hashing.ts';
import type { Logger } from '../domain/runtime/logger.ts';
import type { ServingTarget } from '../domain/serve/hot-switch.ts';
import { createServedModel, type ServedModel } from '../domain/serve/served-model.ts';
import { slicesOf } from '../domain/store/datasets.ts';
import type { Store } from '../domain/store/store.ts';
import { readParquetSql } from '../domain/warehouse/parquet.ts';
import type { Warehouse } from '../domain/warehouse/warehouse.ts';
import { withWorkspace } from '../domain/warehouse/workspace.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import type { Config } from '../schemas/config.ts';
import { type ModelVersion, servedItemsSchema } from '../schemas/deploy.ts';

/** What loading works with. */
export interface LoadDeps {
  readonly store: Store;
  readonly config: Config;
  readonly log: Logger;
}

/** Names what ought to serve: the champion of the current snapshot, with the events and items of that snapshot. */
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
  const data = ['unified.events', 'unified.items', 'match.clusters'].map(
    (name) => snapshot.datasets[name]?.index.sha256 ?? '',
  );
  return {
    version: champion,
    key: hashOf({ version: champion, modelHash: document.modelHash, data }),
    load: () => loadServedModel(deps, snapshot, document),
  };
}

/**
 * Makes a registered version ready to serve: the model from its files (checked by sha256), what users did and which items are
 * offered from the snapshot.
 */
async function loadServedModel(
  deps: LoadDeps,
  snapshot: Snapshot,
  document: ModelVersion,
): Promise<ServedModel> {
  const [tensors, text, items] = await Promise.all([
    fileOf(deps.store, document, 'tensors'),
    fileOf(deps.store, document, 'document'),
    fileOf(deps.store, document, 'items'),
  ]);
  const scorer = readModelFiles({ tensors, document: text.toString('utf8') }, document.version);
  const { itemIds } = servedItemsSchema.parse(JSON.parse(items.toString('utf8')));
  if (itemIds.length !== scorer.items) {
    throw new ModelError(
      `${document.version}: the model is of ${scorer.items} items, its list names ${itemIds.length}; retrain, or take another version`,
      { code: 'STK-MODEL-ITEMS', details: { version: document.version } },
    );
  }
  const known = await readKnown(deps, snapshot);
  const about = itemIds.map((id) => known.items.get(id));
  return createServedModel({
    version: document.version,
    name: document.name,
    scorer,
    itemIds,
    titles: about.map((item) => item?.title ?? ''),
    categories: about.map((item) => categoriesOf(item?.category ?? '')),
    gone: Uint8Array.from(about, (item) => (item?.gone ? 1 : 0)),
    ...behaviour(known.events, itemIds),
  });
}

interface KnownItem {
  readonly title: string;
  readonly category: string;
  readonly gone: boolean;
}

interface Known {
  readonly events: ReadEvents | undefined;
  readonly items: ReadonlyMap<string, KnownItem>;
}

function readKnown({ store, config, log }: LoadDeps, snapshot: Snapshot): Promise<Known> {
  const context = {
    log,
    heartbeat: () => undefined,
    signal: new AbortController().signal,
    threads: 1,
    memoryMb: 1024,
    force: false,
    failpoint: async () => undefined,
  };
  return withWorkspace(store, context, async ({ warehouse }) => {
    const [events, clusters, items] = await Promise.all(
      ['unified.events', 'match.clusters', 'unified.items'].map((name) =>
        slicesOf(store.objects, snapshot, name),
      ),
    );
    if (!events || !clusters || !items) throw new TypeError('three datasets were asked for');
    const paths = await store.objects.openAll(items.flatMap((slice) => slice.files));
    const work = {
      dataDate: snapshot.dataDate,
      events,
      clusters,
      items,
      namespaces: namespacesOf(config),
      kinds: config.recommend.kinds,
    };
    return {
      events: events.length === 0 ? undefined : await readEvents(store, warehouse, work),
      items: paths.length === 0 ? new Map() : await readItems(warehouse, paths),
    };
  });
}

async function readItems(warehouse: Warehouse, paths: readonly string[]): Promise<Map<string, KnownItem>> {
  const rows = await warehouse.rows(
    'serve.items',
    `select item_id, title, category, gone_since is not null as gone from ${readParquetSql(paths)} order by item_id`,
  );
  return new Map(
    rows.map((row) => [
      String(row.item_id),
      { title: String(row.title ?? ''), category: String(row.category ?? ''), gone: row.gone === true },
    ]),
  );
}

/** What users did, in the model's own item numbers. */
function behaviour(events: ReadEvents | undefined, itemIds: readonly string[]) {
  const numberOf = new Map(itemIds.map((id, index) => [id, index]));
  const own = Int32Array.from(events?.itemIds ?? [], (id) => numberOf.get(id) ?? -1);
  const userNumbers = new Map((events?.userIds ?? []).map((id, index) => [id, index]));
  const popularity = new Float64Array(itemIds.length);
  for (const item of events?.interactions.itemOf ?? []) {
    const index = own[item] ?? -1;
    if (index >= 0) popularity[index] = (popularity[index] ?? 0) + 1;
  }
  return {
    popularity,
    historyOf: (user: string): number[] => {
      const number = userNumbers.get(user);
      if (!events || number === undefined) return [];
      return historyOf(events.interactions, number)
        .map((item) => own[item] ?? -1)
        .filter((index) => index >= 0);
    },
  };
}

/** The category as written and, where it is a path, each of its steps. */
function categoriesOf(category: string): string[] {
  if (category === '') return [];
  const steps = category.split(/[>/|]/).map((step) => step.trim());
  return [...new Set([category, ...steps.filter((step) => step !== '')])];
}

function namespacesOf({ sources }: Config): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sources).flatMap(([source, { entities }]) =>
      entities.events ? [[source, entities.events.namespace]] : [],
    ),
  );
}

async function fileOf(store: Store, { version, files }: ModelVersion, role: string): Promise<Buffer> {
  const ref = files[role]?.[0];
  if (ref) return readFile(await store.objects.open(ref));
  throw new ModelError(
    `${version} has no file '${role}' (it has ${Object.keys(files).sort().join(', ')}); retrain, or take another version`,
    { code: 'STK-MODEL-FILES', details: { version, role } },
  );
}
