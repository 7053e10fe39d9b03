import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { type ChildShelf, createChildShelf } from '../domain/collect/child-shelf.ts';
import { collectSlices } from '../domain/collect/collect.ts';
import { listAnySource } from '../domain/collect/remote-sources.ts';
import { type ReadSecret, secretReader } from '../domain/collect/source-secrets.ts';
import { dedupEvents } from '../domain/dedup/dedup-events.ts';
import { publishedSlices } from '../domain/normalize/drift-slices.ts';
import { normalizeSlices } from '../domain/normalize/normalize.ts';
import { assembleDatasets, type Datasets } from '../domain/publish/assemble.ts';
import { publishSnapshot } from '../domain/publish/publish.ts';
import { stageContext } from '../domain/runtime/stage-fixture.ts';
import { openStore, type Store } from '../domain/store/store.ts';
import { readParquetSql } from '../domain/warehouse/parquet.ts';
import { openWarehouse, type Row } from '../domain/warehouse/warehouse.ts';
import type { DatasetSlice, LedgerEntry, Manifest, Snapshot } from '../schemas/artifact.ts';
import type { Config, ConfigInput } from '../schemas/config.ts';
import { parseConfig } from '../schemas/config-parse.ts';
import type { SourcePlan } from '../schemas/plan.ts';
import type { Problem } from '../schemas/stage.ts';

/** What one night came to. */
export interface Night {
  readonly plans: readonly SourcePlan[];
  readonly problems: readonly Problem[];
  readonly ledger: readonly LedgerEntry[];
  readonly outcome: string;
  readonly snapshot: Snapshot;
  readonly datasets: Datasets;
  /** Normalized manifests of this night by `source/slice`. */
  readonly normalized: ReadonlyMap<string, Manifest>;
  readonly reused: number;
}

/** An input folder and a store in which nights are run: collect, normalize, events put together, publish. */
export interface Nights {
  readonly store: Store;
  file(path: string, content: string | Uint8Array): Promise<void>;
  /** Takes a file away. */
  gone(path: string): Promise<void>;
  /** Runs a night with these sources; every ledger line of it must balance. */
  run(sources: ConfigInput['sources'], date: string): Promise<Night>;
  /** Rows of a dataset as of a night. */
  read(night: Night, dataset: string, columns: string): Promise<Row[]>;
  remove(): Promise<void>;
}

/** Opens it in a folder of its own; `remove` deletes that. No server: the stages are called one after another. */
export async function openNights(readSecret: ReadSecret = secretReader({})): Promise<Nights> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-nights-'));
  const input = join(dir, 'input');
  await mkdir(input);
  const store = await openStore(join(dir, 'store'));
  const shelf = createChildShelf();
  return {
    store,
    async file(path, content) {
      await mkdir(dirname(join(input, path)), { recursive: true });
      await writeFile(join(input, path), content);
    },
    gone: (path) => rm(join(input, path)),
    run: (sources, date) => runNight({ store, input, shelf, readSecret }, configOf(sources), date),
    async read({ datasets }, dataset, columns) {
      const files = (datasets[dataset] ?? []).flatMap((slice) => slice.files).filter(({ rows }) => rows > 0);
      const paths = await store.objects.openAll(files);
      if (paths.length === 0) return [];
      const warehouse = await openWarehouse({ threads: 1, memoryMb: 512, tempDir: join(dir, 'spill') });
      try {
        return await warehouse.rows(
          'read',
          `select ${columns} from ${readParquetSql(paths)} order by ${columns}`,
        );
      } finally {
        warehouse.close();
      }
    },
    async remove() {
      await shelf.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function runNight(
  { store, input, shelf, readSecret }: Place,
  config: Config,
  date: string,
): Promise<Night> {
  const context = stageContext({ memoryMb: 512 });
  const base = await store.snapshots.current();
  const plans: SourcePlan[] = [];
  const outputs = [];
  for (const [name, source] of Object.entries(config.sources)) {
    const plan = await listAnySource(
      { input, name, source, to: date },
      { ...context, storeDir: store.dir, readSecret },
    );
    plans.push(plan);
    const { slices } = plan;
    if (slices.length === 0) continue;
    const collected = await collectSlices(store, context, {
      name,
      source,
      limits: config.limits,
      input: source.type === 'files' ? input : store.dir,
      slices,
      shelf,
    });
    const normalized = await normalizeSlices(store, context, {
      name,
      source,
      timezone: config.timezone,
      currency: config.currency,
      raw: collected.datasets[`raw.${name}`] ?? [],
      published: await publishedSlices(store, base?.number ?? 0, name, source),
    });
    outputs.push(collected, normalized);
  }
  const before = await assembleDatasets(store, base, outputs);
  const unified = await dedupEvents(store, context, {
    entity: 'events',
    inputs: Object.entries(config.sources).flatMap(([source, { entities }]) =>
      entities.events
        ? [{ source, key: entities.events.key, slices: before[`clean.${source}.events`] ?? [] }]
        : [],
    ),
    published: (before['unified.events'] ?? []).map(({ slice }) => slice),
  });
  const all = [...outputs, unified];
  const datasets = await assembleDatasets(store, base, all);
  const { outcome, snapshot } = await publishSnapshot(store, context, {
    base: base?.number ?? 0,
    dataDate: date,
    datasets,
    publishedBy: { workflowId: 'inventory', record: date },
    allowOlder: false,
  });
  const ledger = all.flatMap((output) => output.ledger);
  for (const entry of ledger) expectBalanced(entry);
  return {
    plans,
    problems: all.flatMap(({ problems }) => problems),
    ledger,
    outcome,
    snapshot,
    datasets,
    normalized: await manifestsOf(store, outputs),
    reused: outputs.reduce((sum, output) => sum + output.reused, 0),
  };
}

/** What every night of a fixture shares. */
interface Place {
  readonly store: Store;
  readonly input: string;
  /** Parsing children wait here between two nights. */
  readonly shelf: ChildShelf;
  readonly readSecret: ReadSecret;
}

/** Rows in = rows out + duplicates + merged + rejected + skipped. */
export function expectBalanced(entry: LedgerEntry): void {
  const { rowsIn, rowsOut, duplicates, merged, rejected, skipped } = entry;
  expect({ ...entry, rowsIn: rowsOut + duplicates + merged + rejected + skipped }).toEqual({
    ...entry,
    rowsIn,
  });
}

async function manifestsOf(
  store: Store,
  outputs: readonly { readonly stage: string; readonly datasets: Datasets }[],
): Promise<Map<string, Manifest>> {
  const slices: DatasetSlice[] = outputs
    .filter(({ stage }) => stage === 'normalize')
    .flatMap(({ datasets }) => Object.values(datasets).flat());
  const manifests = await store.manifests.readAll(slices.map(({ manifest }) => manifest));
  return new Map(manifests.map((manifest) => [manifest.scope, manifest]));
}

function configOf(sources: ConfigInput['sources']): Config {
  const parsed = parseConfig({ project: 'nights', sources });
  if (parsed.ok) return parsed.config;
  throw new TypeError(parsed.issues.map(({ path, message }) => `${path}: ${message}`).join('; '));
}
