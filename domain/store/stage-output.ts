import type { ArtifactRef, DatasetSlice } from '../../schemas/artifact.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import type { StoredManifest } from './manifests.ts';

/** A dataset slice made of the files a manifest holds under one role. */
export function sliceOf(slice: string, { ref, manifest }: StoredManifest, role: string): DatasetSlice {
  const files = manifest.files[role] ?? [];
  const total = (pick: (file: ArtifactRef) => number): number =>
    files.reduce((sum, file) => sum + pick(file), 0);
  return {
    slice,
    manifest: ref,
    files,
    rows: total((file) => file.rows),
    bytes: total((file) => file.bytes),
  };
}

/** Output of a step that had nothing to work on. */
export function nothingDone(stage: string, why: string): StageOutput {
  return { format: 1, stage, parts: 0, reused: 0, datasets: {}, ledger: [], problems: [], why };
}

/** Output of a step that makes one thing as a whole: its manifest's files by role become datasets of one slice, `all`. */
export function wholeOutput(
  stored: StoredManifest,
  roles: Readonly<Record<string, string>>,
  done: {
    readonly reused: boolean;
    readonly why?: string;
    /** Leaves the ledger in the manifest, where it must balance, and out of the stage's account of rows. */
    readonly keepsLedger?: boolean;
  },
): StageOutput {
  const datasets = Object.entries(roles).map(([dataset, role]) => [dataset, [sliceOf('all', stored, role)]]);
  return {
    format: 1,
    stage: stored.manifest.stage,
    parts: 1,
    reused: done.reused ? 1 : 0,
    datasets: Object.fromEntries(datasets),
    ledger: done.keepsLedger ? [] : stored.manifest.ledger,
    problems: [],
    ...(done.why && !done.reused ? { why: done.why } : {}),
  };
}
