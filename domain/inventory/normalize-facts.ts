import { z } from 'zod';
import type { LedgerEntry, ManifestRef } from '../../schemas/artifact.ts';
import type { Source } from '../../schemas/source.ts';
import type { Store } from '../store/store.ts';
import { type InventoryWork, slicesIn } from './work.ts';

const counted = { entity: z.string(), column: z.string(), rows: z.number() };

/** What the inventory reads of the facts of a normalized slice; all else is passed over. */
const factsSchema = z.object({
  maxTime: z.record(z.string(), z.string()).default({}),
  rejections: z.array(z.object({ ...counted, reason: z.string() })).default([]),
  warnings: z.array(z.object({ ...counted, check: z.string() })).default([]),
  refused: z.object({ code: z.string(), message: z.string(), rows: z.number() }).optional(),
});

/** The facts of one normalized slice and where its rows went. */
export interface SliceFacts extends z.infer<typeof factsSchema> {
  readonly slice: string;
  readonly ledger: readonly LedgerEntry[];
}

/** What a source's latest slices tell: those that arrived in this run, and the newest ones in any case. */
export interface SourceFacts {
  /** Slices the checks are counted over, ordered by name. */
  readonly slices: readonly SliceFacts[];
  /** Newest event time, ISO 8601 UTC; empty where no entity has one. */
  readonly newest: string;
}

/**
 * Reads the manifests of a source's normalized slices: those that arrived, or the newest one when none did.
 *
 * One slice has one manifest for all its entities and its quarantine; refused slices are found through quarantine.
 */
export async function sourceFacts(
  store: Store,
  work: InventoryWork,
  name: string,
  source: Source,
): Promise<SourceFacts> {
  const named = [
    ...Object.keys(source.entities).map((entity) => `clean.${name}.${entity}`),
    `quarantine.${name}`,
  ];
  const slices = named.flatMap((dataset) => slicesIn(work.datasets, dataset));
  const last = latest(slices.map(({ slice }) => slice));
  const arrived = new Set(work.arrived[name]);
  const wanted = slices.filter(({ slice }) => arrived.has(slice) || slice === last);
  const refs = new Map<string, { slice: string; manifest: ManifestRef }>();
  for (const { slice, manifest } of wanted) refs.set(`${slice} ${manifest.key}`, { slice, manifest });
  const ordered = [...refs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref);
  const manifests = await store.manifests.readAll(ordered.map(({ manifest }) => manifest));
  const facts = manifests.map(
    ({ facts: found, ledger }, index): SliceFacts => ({
      ...factsSchema.parse(found),
      slice: ordered[index]?.slice ?? '',
      ledger,
    }),
  );
  const counting = facts.filter(({ slice }) => arrived.size === 0 || arrived.has(slice));
  return { slices: counting.length > 0 ? counting : facts, newest: newestOf(facts) };
}

function newestOf(facts: readonly SliceFacts[]): string {
  const used = facts.filter(({ refused }) => !refused);
  return latest(used.flatMap(({ maxTime }) => Object.values(maxTime)));
}

/** The last text in code-unit order; empty of none. */
function latest(texts: readonly string[]): string {
  return [...texts].sort().at(-1) ?? '';
}
