import { z } from 'zod';
import {
  type DatasetSlice,
  datasetSliceSchema,
  type LedgerEntry,
  type Manifest,
} from '../../schemas/artifact.ts';
import { ArtifactError } from '../runtime/errors.ts';
import { hashOf } from '../runtime/hashing.ts';
import { inWaves } from '../runtime/waves.ts';
import type { Store } from '../store/store.ts';
import { labelsInForce } from './column-decisions.ts';
import { type InventoryWork, slicesIn } from './work.ts';

const counts = z.record(z.string(), z.number().int());

/** Rows of one source and entity over the lines of a run's ledger, and how many of them no line accounts for. */
const ledgerSumSchema = z.strictObject({
  source: z.string(),
  entity: z.string(),
  rows: z.number().int(),
  lost: z.number().int(),
});
export type LedgerSum = z.infer<typeof ledgerSumSchema>;

/**
 * What an inventory compares the present with: small enough to be kept beside it, so that taking inventory of the same
 * state again compares with the same past and gives the same bytes.
 */
const baselineSchema = z.strictObject({
  format: z.literal(1),
  /** Source → slices that are new or changed, and how many of them replaced an earlier one. */
  arrived: z.record(z.string(), z.array(z.string())),
  replaced: counts,
  /** Rows by dataset before. */
  rows: counts,
  /** Datasets before that are read again: golden records and the columns of the last inventory. */
  tables: z.record(z.string(), z.array(datasetSliceSchema)),
  ledger: z.array(ledgerSumSchema),
});
export type Baseline = z.infer<typeof baselineSchema>;

const comparedTables = ['unified.users', 'unified.items', 'inventory.columns'];

/**
 * Hash of the present state an inventory describes, without its past: two runs that find the same state agree on it.
 *
 * Covers the data date, the configuration of the sources, every dataset but earlier inventories, the problems, and the labels
 * people gave columns; a label that was taken back leaves the state as it was before.
 */
export function stateOf(version: number, work: InventoryWork): string {
  const { dataDate, timezone, config, datasets, problems, columnDecisions = [] } = work;
  const labels = [...labelsInForce(columnDecisions).values()];
  const { project, sources, currency } = config;
  const manifests = Object.entries(datasets)
    .filter(([dataset]) => !dataset.startsWith('inventory.'))
    .map(([dataset, slices]) => [dataset, slices.map(({ slice, manifest }) => [slice, manifest.sha256])]);
  return hashOf({
    version,
    dataDate,
    timezone,
    project,
    sources,
    currency,
    problems,
    datasets: Object.fromEntries(manifests),
    ...(labels.length > 0 ? { labels } : {}),
  });
}

/**
 * The past to compare with: that of the last inventory when it described this very state, else the snapshot before.
 *
 * So a night run again finds its inventory finished, and a forced one makes the same again, instead of comparing the state
 * with itself.
 */
export async function baselineOf(store: Store, work: InventoryWork, state: string): Promise<Baseline> {
  const last = slicesIn(work.previous, 'inventory.assets')[0];
  const manifest = last && (await readIfThere(store, last));
  const file = manifest?.facts.state === state ? manifest.files.baseline?.[0] : undefined;
  if (file && (await store.objects.has(file))) {
    const recorded = baselineSchema.parse(await store.objects.readJson(file));
    const files = Object.values(recorded.tables).flatMap((slices) => slices.flatMap((slice) => slice.files));
    const present = await inWaves(files, 8, (ref) => store.objects.has(ref));
    if (present.every(Boolean)) return recorded;
  }
  return freshBaseline(work);
}

function freshBaseline({ arrived, previous, ledger }: InventoryWork): Baseline {
  const compared = Object.keys(previous).filter((name) => /^(raw|unified)\./.test(name));
  return {
    format: 1,
    arrived: Object.fromEntries(
      Object.entries(arrived).map(([source, slices]) => [source, [...slices].sort()]),
    ),
    replaced: Object.fromEntries(
      Object.entries(arrived).map(([source, slices]) => {
        const known = new Set(slicesIn(previous, `raw.${source}`).map(({ slice }) => slice));
        return [source, slices.filter((slice) => known.has(slice)).length];
      }),
    ),
    rows: Object.fromEntries(compared.map((name) => [name, rowsIn(slicesIn(previous, name))])),
    tables: Object.fromEntries(
      comparedTables.filter((name) => previous[name]).map((name) => [name, [...slicesIn(previous, name)]]),
    ),
    ledger: ledgerSums(ledger),
  };
}

/** Rows in are those of normalize, where every source row enters once per entity; lost rows are looked for in all stages. */
function ledgerSums(ledger: readonly LedgerEntry[]): LedgerSum[] {
  const sums = new Map<string, LedgerSum>();
  for (const entry of ledger) {
    const key = `${entry.source} ${entry.entity}`;
    const sum = sums.get(key) ?? { source: entry.source, entity: entry.entity, rows: 0, lost: 0 };
    const out = entry.rowsOut + entry.duplicates + entry.merged + entry.rejected + entry.skipped;
    sums.set(key, {
      ...sum,
      rows: sum.rows + (entry.stage === 'normalize' ? entry.rowsIn : 0),
      lost: sum.lost + Math.abs(entry.rowsIn - out),
    });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

function rowsIn(slices: readonly DatasetSlice[]): number {
  return slices.reduce((sum, { rows }) => sum + rows, 0);
}

/** A last inventory that cannot be read is none: the present is compared with the snapshot before. */
async function readIfThere(store: Store, { manifest }: DatasetSlice): Promise<Manifest | undefined> {
  try {
    return await store.manifests.read(manifest);
  } catch (error) {
    if (error instanceof ArtifactError) return undefined;
    throw error;
  }
}
