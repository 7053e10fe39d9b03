import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef, ManifestRef } from '../../schemas/artifact.ts';
import type { Config } from '../../schemas/config.ts';
import type { RunRecord } from '../../schemas/run.ts';
import { stageOutputSchema } from '../../schemas/stage.ts';
import { systemErrorCode } from '../runtime/errors.ts';
import { readDataset } from './datasets.ts';
import { filesOf } from './manifests.ts';
import type { Store } from './store.ts';

/** What a sweep removed. */
export interface Swept {
  readonly snapshots: number;
  readonly runs: number;
  readonly manifests: number;
  readonly objects: number;
  readonly bytes: number;
  readonly staging: number;
}

/** Nothing younger than this is removed: a run in progress has not written down yet what it needs. */
const marginMs = 24 * 3_600_000;

/**
 * Removes what no kept snapshot, alias or run record needs: old snapshots and run records first, then manifests and
 * objects nobody names, then staging folders of processes that are gone.
 *
 * Mark and sweep; anything younger than a day stays, and while a run is open only old pages and staging go, since the run
 * may be about to reuse what nothing names yet. An interrupted sweep leaves a valid store.
 */
export async function sweepStore(store: Store, retention: Config['retention'], now: Date): Promise<Swept> {
  const snapshots = await dropSnapshots(store, retention.snapshots);
  const runs = await dropRuns(store, retention.days, now);
  const staging = await dropStaging(join(store.dir, 'staging'), now);
  if (await hasOpenRun(store, now)) return { snapshots, runs, manifests: 0, objects: 0, bytes: 0, staging };
  const marked = await markAll(store);
  const manifests = await dropUnmarked(join(store.dir, 'manifests'), marked.manifests, now);
  const objects = await dropUnmarked(join(store.dir, 'objects'), marked.objects, now);
  return {
    snapshots,
    runs,
    manifests: manifests.files,
    objects: objects.files,
    bytes: manifests.bytes + objects.bytes,
    staging,
  };
}

async function dropSnapshots(store: Store, keep: number): Promise<number> {
  const numbers = await store.snapshots.numbers();
  const old = numbers.slice(0, Math.max(0, numbers.length - keep - 1));
  for (const number of old) await store.snapshots.remove(number);
  return old.length;
}

async function dropRuns(store: Store, days: number, now: Date): Promise<number> {
  const limit = new Date(now.getTime() - days * 24 * 3_600_000).toISOString();
  const old = (await store.runs.list()).filter(({ opening }) => opening.startedAt < limit);
  for (const { opening } of old) await store.runs.remove(opening.record);
  return old.length;
}

async function hasOpenRun(store: Store, now: Date): Promise<boolean> {
  const recent = new Date(now.getTime() - 2 * 24 * 3_600_000).toISOString();
  return (await store.runs.list()).some((run) => run.closing === undefined && run.opening.startedAt > recent);
}

interface Marked {
  readonly manifests: Set<string>;
  readonly objects: Set<string>;
}

async function markAll(store: Store): Promise<Marked> {
  const marked: Marked = { manifests: new Set(), objects: new Set() };
  for (const number of await store.snapshots.numbers()) await markSnapshot(store, marked, number);
  for (const run of await store.runs.list()) await markRun(store, marked, run);
  return marked;
}

async function markSnapshot(store: Store, marked: Marked, number: number): Promise<void> {
  const snapshot = await store.snapshots.read(number).catch(() => undefined);
  for (const entry of Object.values(snapshot?.datasets ?? {})) {
    if (marked.objects.has(entry.index.sha256)) continue;
    marked.objects.add(entry.index.sha256);
    for (const slice of (await readDataset(store.objects, entry)).slices)
      await markManifest(store, marked, slice.manifest);
  }
}

async function markRun(store: Store, marked: Marked, run: RunRecord): Promise<void> {
  markObjects(marked, [run.opening.plan]);
  for (const { result } of run.steps) {
    markObjects(marked, [result.output]);
    const parsed = stageOutputSchema.safeParse(
      await store.objects.readJson(result.output).catch(() => undefined),
    );
    const slices = parsed.success ? Object.values(parsed.data.datasets).flat() : [];
    for (const slice of slices) await markManifest(store, marked, slice.manifest);
  }
}

async function markManifest(store: Store, marked: Marked, ref: ManifestRef): Promise<void> {
  if (marked.manifests.has(ref.sha256)) return;
  marked.manifests.add(ref.sha256);
  marked.manifests.add(ref.key);
  const manifest = await store.manifests.read(ref).catch(() => undefined);
  if (manifest) markObjects(marked, filesOf(manifest));
}

function markObjects(marked: Marked, refs: readonly ArtifactRef[]): void {
  for (const ref of refs) marked.objects.add(ref.sha256);
}

async function dropUnmarked(
  root: string,
  marked: ReadonlySet<string>,
  now: Date,
): Promise<{ files: number; bytes: number }> {
  let files = 0;
  let bytes = 0;
  for (const path of await filesBelow(root)) {
    const name = path.slice(path.lastIndexOf('/') + 1).split('.')[0] ?? '';
    if (marked.has(name)) continue;
    const found = await stat(path);
    if (now.getTime() - found.mtimeMs < marginMs) continue;
    await rm(path, { force: true });
    files += 1;
    bytes += found.size;
  }
  return { files, bytes };
}

async function dropStaging(root: string, now: Date): Promise<number> {
  let dropped = 0;
  for (const name of await namesIn(root)) {
    const { mtimeMs } = await stat(join(root, name));
    if (isRunning(Number.parseInt(name, 10)) && now.getTime() - mtimeMs < marginMs) continue;
    await rm(join(root, name), { recursive: true, force: true });
    dropped += 1;
  }
  return dropped;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}

async function filesBelow(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function namesIn(root: string): Promise<string[]> {
  try {
    return await readdir(root);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
