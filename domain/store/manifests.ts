import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type ArtifactRef,
  type LedgerEntry,
  type Manifest,
  type ManifestRef,
  manifestSchema,
} from '../../schemas/artifact.ts';
import { canonicalJson } from '../runtime/canonical-json.ts';
import { ArtifactError, DataQualityError, systemErrorCode } from '../runtime/errors.ts';
import { hashOf, sha256 } from '../runtime/hashing.ts';
import { inWaves } from '../runtime/waves.ts';
import { createExclusively, type Objects, writeDurably } from './objects.ts';

/** A manifest read back, with the reference other documents name it by. */
export interface StoredManifest {
  readonly ref: ManifestRef;
  readonly manifest: Manifest;
}

/** What an idempotency key is made of. */
export interface KeyParts {
  readonly stage: string;
  /** The stage's `version` constant: raise it when the same inputs give other bytes. */
  readonly version: number;
  /** The stage's own slice of the configuration. */
  readonly config: unknown;
  /** Content hashes of the inputs, in a stated order. */
  readonly inputs: readonly string[];
  readonly scope: string;
}

/** The idempotency key: equal for equal work, whatever run, attempt, machine or port. */
export function idempotencyKey(parts: KeyParts): string {
  return hashOf(parts);
}

/**
 * Finished stage outputs by idempotency key: `manifests/<stage>/<first two>/<key>.json`.
 *
 * The first committer wins; a manifest whose ledger does not balance is refused. One that a forced run replaced stays
 * beside it as `<key>.<hash>.json`: older snapshots name it by its hash.
 */
export interface Manifests {
  /** The finished manifest under a key whose files are all there, or undefined. Damaged ones count as absent. */
  find(stage: string, key: string): Promise<StoredManifest | undefined>;
  /** Reads a manifest that must be there. @throws ArtifactError STK-MANIFEST-MISSING, STK-ARTIFACT-CHECKSUM */
  read(ref: ManifestRef): Promise<Manifest>;
  readAll(refs: readonly ManifestRef[]): Promise<Manifest[]>;
  /** Commits manifests durably. With `replace` (a forced run) an existing one is overwritten. */
  commit(manifests: readonly Manifest[], replace?: boolean): Promise<StoredManifest[]>;
}

/** Opens the manifest part of a store folder. */
export function createManifests(storeDir: string, objects: Objects): Manifests {
  const pathOf = (stage: string, key: string): string =>
    join(storeDir, 'manifests', stage, key.slice(0, 2), `${key}.json`);

  const manifests: Manifests = {
    async find(stage, key) {
      const text = await readIfThere(pathOf(stage, key));
      if (text === undefined) return undefined;
      const manifest = parseManifest(text);
      if (manifest?.key !== key) return undefined;
      const present = await inWaves(filesOf(manifest), 8, (ref) => objects.has(ref));
      return present.every(Boolean) ? { ref: refOf(manifest, text), manifest } : undefined;
    },

    async read(ref) {
      const path = pathOf(ref.stage, ref.key);
      const current = await readIfThere(path);
      const text =
        current === undefined || sha256(current) === ref.sha256
          ? current
          : ((await readIfThere(replacedPath(path, ref.sha256))) ?? current);
      if (text === undefined) {
        throw new ArtifactError(
          `The store has no manifest ${ref.stage}/${ref.key.slice(0, 12)}; run the night again with --force`,
          { code: 'STK-MANIFEST-MISSING', details: { ...ref } },
        );
      }
      const manifest = parseManifest(text);
      if (manifest === undefined || sha256(text) !== ref.sha256) {
        throw new ArtifactError(
          `Manifest ${ref.stage}/${ref.key.slice(0, 12)} is damaged; run the night again with --force`,
          { code: 'STK-ARTIFACT-CHECKSUM', details: { ...ref } },
        );
      }
      return manifest;
    },

    readAll: (refs) => inWaves(refs, 8, (ref) => manifests.read(ref)),

    async commit(list, replace = false) {
      for (const manifest of list) manifestSchema.parse(manifest);
      for (const manifest of list) for (const entry of manifest.ledger) assertBalanced(entry);
      return inWaves(list, 8, async (manifest) => {
        const path = pathOf(manifest.stage, manifest.key);
        const text = canonicalJson(manifest);
        await mkdir(dirname(path), { recursive: true });
        if (replace) {
          await keepReplaced(path, text);
          await writeDurably(path, text);
          return { ref: refOf(manifest, text), manifest };
        }
        if (await createExclusively(path, text)) return { ref: refOf(manifest, text), manifest };
        const winner = await manifests.find(manifest.stage, manifest.key);
        if (winner) return winner;
        await writeDurably(path, text);
        return { ref: refOf(manifest, text), manifest };
      });
    },
  };
  return manifests;
}

async function keepReplaced(path: string, next: string): Promise<void> {
  const current = await readIfThere(path);
  if (current !== undefined && current !== next)
    await createExclusively(replacedPath(path, sha256(current)), current);
}

function replacedPath(path: string, hash: string): string {
  return path.replace(/json$/, `${hash.slice(0, 16)}.json`);
}

/** Every file a manifest names. */
export function filesOf(manifest: Manifest): ArtifactRef[] {
  return Object.values(manifest.files).flat();
}

/**
 * Refuses a ledger line that loses or invents rows.
 *
 * @throws DataQualityError STK-LEDGER-UNBALANCED
 */
export function assertBalanced(entry: LedgerEntry): void {
  const out = entry.rowsOut + entry.duplicates + entry.merged + entry.rejected + entry.skipped;
  if (entry.rowsIn === out) return;
  throw new DataQualityError(
    `Ledger of ${entry.stage} does not balance for ${entry.source}/${entry.entity} ${entry.slice}: ${entry.rowsIn} rows in, ` +
      `${entry.rowsOut} out + ${entry.duplicates} duplicates + ${entry.merged} merged + ${entry.rejected} rejected + ` +
      `${entry.skipped} skipped = ${out}. This is a fault of Stocktake: keep the store and report it`,
    { code: 'STK-LEDGER-UNBALANCED', details: { ...entry } },
  );
}

function refOf(manifest: Manifest, text: string): ManifestRef {
  return { stage: manifest.stage, key: manifest.key, sha256: sha256(text) };
}

function parseManifest(text: string): Manifest | undefined {
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // A torn or edited document is the same as none: the stage makes it anew.
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
