import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetSlice, LedgerEntry, Manifest } from '../../schemas/artifact.ts';
import type { Problem, StageOutput } from '../../schemas/stage.ts';
import { withProgress } from '../runtime/progress.ts';
import type { StageContext } from '../runtime/stage.ts';
import { inWaves } from '../runtime/waves.ts';
import { idempotencyKey, type StoredManifest } from '../store/manifests.ts';
import { nothingDone, sliceOf } from '../store/stage-output.ts';
import type { Store } from '../store/store.ts';
import type { HashedText } from './catalog-texts.ts';
import { encodeShard, openShard, shardRole } from './embedding-shard.ts';
import type { EncodeProgress, Encoder } from './encoder.ts';
import { encodeIsolated, type RejectedText } from './isolate-texts.ts';

/** Raise it when the same texts and encoder would give other bytes. */
export const embeddingsVersion = 1;

const stage = 'embed';
const dataset = 'feature.embeddings';

/** Most texts of a shard: what a retry loses at worst. */
const textsPerShard = 2_048;

/** What `embedTexts` is asked. */
export interface EmbedWork {
  readonly encoder: Encoder;
  /** Texts by content hash; a hash that comes twice counts once. */
  readonly texts: readonly HashedText[] | AsyncIterable<HashedText>;
  /** The dataset as published before. */
  readonly previous: readonly DatasetSlice[];
}

/**
 * Encodes texts into `feature.embeddings`: only those whose content hash no earlier shard of the same encoder has.
 *
 * New hashes are sorted and cut into shards of at most 2 048 texts, each under its own idempotency key, so that a retry
 * goes on with the shard it was at. Shards of the same encoder are kept, those of another are dropped. A text that the model
 * does not survive has no vector: it is told as a problem and not tried again with this encoder. Facts: `encoder`,
 * `dimensions`, `encoded` and `kept` texts.
 *
 * @throws ArtifactError STK-ARTIFACT-CHECKSUM when an earlier shard is damaged; a forced run encodes everything again
 */
export async function embedTexts(store: Store, context: StageContext, work: EmbedWork): Promise<StageOutput> {
  return withProgress(context, stage, async (progress) => {
    await context.failpoint('before');
    const kept = context.force ? [] : await shardsOf(store, work.encoder.hash, work.previous);
    const { missing, total } = await missingTexts(store, work.texts, kept);
    const { encoder } = work;
    if (total === 0 && kept.length === 0) return nothingDone(stage, 'there are no texts yet');
    const report = createReport(missing.length, progress);
    const made: { stored: StoredManifest; found: boolean }[] = [];
    for (let at = 0; at < missing.length; at += textsPerShard) {
      const texts = missing.slice(at, at + textsPerShard);
      made.push(await makeShard(store, context, encoder, texts, (now) => report(at, now)));
      await context.failpoint('mid');
    }
    await context.failpoint('after-effect');
    const { hash, dimensions } = encoder;
    const slices = [...kept, ...made.map(({ stored }) => sliceOf(stored.manifest.scope, stored, shardRole))];
    return {
      format: 1,
      stage,
      parts: slices.length,
      reused: kept.length + made.filter(({ found }) => found).length,
      datasets: { [dataset]: slices },
      ledger: made.flatMap(({ stored }) => stored.manifest.ledger),
      problems: made.flatMap(({ stored }) => rejectedProblems(stored.manifest)),
      facts: { encoder: hash, dimensions, encoded: missing.length, kept: total - missing.length },
      why: `${missing.length} of ${total} texts are new to encoder ${hash.slice(0, 12)}`,
    };
  });
}

/** All vectors of a dataset, row-major. */
export interface Embeddings {
  /** Content hash of each row. */
  readonly hashes: readonly string[];
  readonly vectors: Float32Array;
  /** Values of a vector; 0 where there are no rows. */
  readonly dimensions: number;
}

/**
 * Reads shards of `feature.embeddings`, rows in the order of the slices.
 *
 * @throws ArtifactError STK-ARTIFACT-MISSING, STK-ARTIFACT-CHECKSUM
 * @throws ModelError STK-EMBED-SHARD when a file holds no embeddings, or shards have vectors of several lengths
 */
export async function readEmbeddings(store: Store, slices: readonly DatasetSlice[]): Promise<Embeddings> {
  const hashes: string[] = [];
  const rows = slices.reduce((sum, slice) => sum + slice.rows, 0);
  let vectors = new Float32Array(0);
  let dimensions = 0;
  for (const ref of slices.flatMap(({ files }) => files)) {
    const shard = await openShard(await store.objects.open(ref), dimensions);
    if (dimensions === 0) {
      dimensions = shard.dimensions;
      vectors = new Float32Array(rows * dimensions);
    }
    vectors.set(shard.vectors, hashes.length * dimensions);
    hashes.push(...shard.hashes);
  }
  return { hashes, vectors, dimensions };
}

/** Earlier shards of an encoder. */
async function shardsOf(
  store: Store,
  encoder: string,
  previous: readonly DatasetSlice[],
): Promise<DatasetSlice[]> {
  const manifests = await store.manifests.readAll(previous.map(({ manifest }) => manifest));
  return previous.filter((_, index) => {
    const { version, facts } = manifests[index] as Manifest;
    return version === embeddingsVersion && facts.encoder === encoder;
  });
}

/** Texts no shard has, ordered by hash, and how many different ones there are. */
async function missingTexts(
  store: Store,
  texts: EmbedWork['texts'],
  kept: readonly DatasetSlice[],
): Promise<{ missing: HashedText[]; total: number }> {
  const files = kept.flatMap((slice) => slice.files);
  const known = await inWaves(
    files,
    4,
    async (ref) => (await openShard(await store.objects.open(ref), 0)).hashes,
  );
  const manifests = await store.manifests.readAll(kept.map(({ manifest }) => manifest));
  const have = new Set([...known.flat(), ...manifests.flatMap(rejectedOf).map(({ hash }) => hash)]);
  const missing = new Map<string, HashedText>();
  const met = new Set<string>();
  for await (const text of texts) {
    met.add(text.hash);
    if (!have.has(text.hash)) missing.set(text.hash, text);
  }
  const ordered = [...missing.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  return { missing: ordered, total: met.size };
}

async function makeShard(
  store: Store,
  context: StageContext,
  encoder: Encoder,
  texts: readonly HashedText[],
  onProgress: (progress: EncodeProgress) => void,
): Promise<{ stored: StoredManifest; found: boolean }> {
  const hashes = texts.map(({ hash }) => hash);
  const key = idempotencyKey({
    stage,
    version: embeddingsVersion,
    config: { encoder: encoder.hash },
    inputs: hashes,
    scope: dataset,
  });
  const found = context.force ? undefined : await store.manifests.find(stage, key);
  if (found) {
    onProgress({ done: texts.length, of: texts.length, tokens: 0 });
    return { stored: found, found: true };
  }
  const { kept, vectors, rejected } = await encodeIsolated(encoder, texts, onProgress);
  const { dimensions, hash } = encoder;
  const scope = key.slice(0, 16);
  const dir = await store.objects.staging();
  try {
    const path = join(dir, 'shard.safetensors');
    const encoded = { hashes: kept.map((text) => text.hash), vectors, dimensions };
    await writeFile(path, encodeShard(encoded, hash));
    const files = await store.objects.take([{ path, rows: kept.length, schemaHash: '' }]);
    const manifest: Manifest = {
      format: 1,
      stage,
      key,
      version: embeddingsVersion,
      scope,
      files: { [shardRole]: files },
      ledger: rejected.length > 0 ? [ledgerOf(scope, texts.length, rejected.length)] : [],
      facts: {
        encoder: hash,
        dimensions,
        texts: kept.length,
        ...(rejected.length > 0 ? { rejected } : {}),
      },
      parents: [],
    };
    const [stored] = await store.manifests.commit([manifest], context.force);
    return { stored: stored as StoredManifest, found: false };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Where the texts of a shard went, of which some have no vector. */
function ledgerOf(slice: string, rowsIn: number, rejected: number): LedgerEntry {
  const none = { duplicates: 0, merged: 0, skipped: 0 };
  return {
    stage,
    source: dataset,
    entity: 'texts',
    slice,
    rowsIn,
    rowsOut: rowsIn - rejected,
    rejected,
    ...none,
  };
}

/** Texts of a shard that have no vector. */
function rejectedOf({ facts }: Manifest): RejectedText[] {
  return Array.isArray(facts.rejected) ? (facts.rejected as RejectedText[]) : [];
}

/** One problem a shard; texts are named by their hash, never shown. */
function rejectedProblems(manifest: Manifest): Problem[] {
  const rejected = rejectedOf(manifest);
  const [first] = rejected;
  if (!first) return [];
  const message = `${rejected.length} ${rejected.length === 1 ? 'text' : 'texts'} could not be encoded and ${rejected.length === 1 ? 'has' : 'have'} no vector, first ${first.hash.slice(0, 12)} in feature.contents: ${first.why}`;
  return [
    {
      severity: 'error',
      source: dataset,
      slice: manifest.scope,
      code: 'STK-EMBED-TEXT',
      message,
      rows: rejected.length,
    },
  ];
}

/** Reports texts a second and the seconds left, by what was encoded in this attempt. */
function createReport(
  of: number,
  progress: (fields: Readonly<Record<string, unknown>>) => void,
): (before: number, now: EncodeProgress) => void {
  const startedAt = performance.now();
  let encoded = 0;
  let lastDone = 0;
  return (before, { done, tokens }) => {
    const all = before + done;
    if (tokens > 0) encoded += all - lastDone;
    lastDone = all;
    const perSecond = encoded / Math.max(0.001, (performance.now() - startedAt) / 1000);
    progress({
      done: all,
      of,
      textsPerSecond: Math.round(perSecond),
      secondsLeft: perSecond > 0 ? Math.ceil((of - all) / perSecond) : null,
    });
  };
}
