import type { ArtifactRef, DatasetSlice, ManifestRef } from '../../schemas/artifact.ts';
import type { ModelVersion, Verdict } from '../../schemas/deploy.ts';
import { hashOf } from '../runtime/hashing.ts';
import { idempotencyKey } from '../store/manifests.ts';
import { sliceOf } from '../store/stage-output.ts';
import type { Store } from '../store/store.ts';
import { versionSlice } from './registry.ts';

/** Raise when the same inputs give other documents. */
export const deployVersion = 2;

/** Hash over a model's files by role: equal for equal models, whatever made them. */
export function modelHashOf(files: Readonly<Record<string, readonly ArtifactRef[]>>): string {
  return hashOf(
    Object.fromEntries(Object.entries(files).map(([role, refs]) => [role, refs.map((ref) => ref.sha256)])),
  );
}

/** Stores a version as a slice of the registry; its manifest names the model's files, so that retention keeps them. */
export function putVersion(store: Store, document: ModelVersion): Promise<DatasetSlice> {
  return putDocument(store, {
    slice: versionSlice(document.version),
    document,
    files: document.files,
    parents: [document.trainedBy.sha256],
    facts: { version: document.version, name: document.name, dataDate: document.dataDate },
  });
}

/** Stores a verdict as a slice of its own. */
export function putVerdict(
  store: Store,
  slice: string,
  verdict: Verdict,
  trainedBy: ManifestRef,
): Promise<DatasetSlice> {
  const { version, decision, ground } = verdict;
  return putDocument(store, {
    slice,
    document: verdict,
    files: {},
    parents: [trainedBy.sha256],
    facts: { version, decision, ground },
  });
}

async function putDocument(
  store: Store,
  given: {
    readonly slice: string;
    readonly document: unknown;
    readonly files: Readonly<Record<string, readonly ArtifactRef[]>>;
    readonly parents: readonly string[];
    readonly facts: Record<string, unknown>;
  },
): Promise<DatasetSlice> {
  const stored = await store.objects.putJson(given.document, 1);
  const modelFiles = Object.entries(given.files).map(([role, refs]) => [`model.${role}`, [...refs]]);
  const [committed] = await store.manifests.commit([
    {
      format: 1,
      stage: 'deploy',
      key: idempotencyKey({
        stage: 'deploy',
        version: deployVersion,
        config: {},
        inputs: [stored.sha256],
        scope: given.slice,
      }),
      version: deployVersion,
      scope: given.slice,
      files: { ...Object.fromEntries(modelFiles), document: [stored] },
      ledger: [],
      facts: given.facts,
      parents: [...given.parents].sort(),
    },
  ]);
  if (!committed) throw new RangeError('one manifest in, one out');
  return sliceOf(given.slice, committed, 'document');
}
