import type { LedgerEntry, Manifest } from '../../schemas/artifact.ts';
import { type Progress, withProgress } from '../runtime/progress.ts';
import type { StageContext } from '../runtime/stage.ts';
import { idempotencyKey, type StoredManifest } from '../store/manifests.ts';
import type { StagedFile } from '../store/objects.ts';
import type { Store } from '../store/store.ts';
import { type Workspace, withWorkspace } from './workspace.ts';

/** Names one output that is made as a whole: everything that decides whether it is made already. */
export interface WholeSpec {
  readonly stage: string;
  /** Names the work in heartbeats. */
  readonly step: string;
  readonly version: number;
  /** Dataset the output belongs to. */
  readonly dataset: string;
  readonly config: unknown;
  /** Manifest hashes of the inputs, in any order. */
  readonly inputs: readonly string[];
}

/** What the making yields: staged files by role, ledger and facts. */
export interface WholeParts {
  readonly files: Readonly<Record<string, StagedFile>>;
  readonly ledger: readonly LedgerEntry[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Finds the finished output under its key, or makes and commits it. A forced run always makes it. */
export async function findOrMake(
  store: Store,
  context: StageContext,
  spec: WholeSpec,
  make: (scratch: Workspace, progress: Progress) => Promise<WholeParts>,
): Promise<{ readonly stored: StoredManifest; readonly reused: boolean }> {
  return withProgress(context, spec.step, async (progress) => {
    await context.failpoint('before');
    const parents = [...spec.inputs].sort();
    const { stage, version, config } = spec;
    const key = idempotencyKey({ stage, version, config, inputs: parents, scope: `${spec.dataset}/all` });
    const found = context.force ? undefined : await store.manifests.find(stage, key);
    if (found) return { stored: found, reused: true };
    const stored = await withWorkspace(
      store,
      context,
      async (scratch) => {
        const parts = await make(scratch, progress);
        await context.failpoint('mid');
        return commit(store, context, { stage, key, version, scope: 'all', parents }, parts);
      },
      progress,
    );
    await context.failpoint('after-effect');
    return { stored, reused: false };
  });
}

async function commit(
  store: Store,
  context: StageContext,
  head: Pick<Manifest, 'stage' | 'key' | 'version' | 'scope' | 'parents'>,
  parts: WholeParts,
): Promise<StoredManifest> {
  const taken = await store.objects.take(Object.values(parts.files));
  const files = Object.fromEntries(
    Object.keys(parts.files).map((role, index) => [role, taken.slice(index, index + 1)]),
  );
  const ledger = [...parts.ledger];
  const [stored] = await store.manifests.commit(
    [{ format: 1, ...head, files, ledger, facts: { ...parts.facts } }],
    context.force,
  );
  return stored as StoredManifest;
}
