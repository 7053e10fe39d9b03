import { basename } from 'node:path';
import { z } from 'zod';
import type { ArtifactRef, DatasetSlice, LedgerEntry, Manifest } from '../../schemas/artifact.ts';
import type { PlannedSlice } from '../../schemas/plan.ts';
import type { Problem } from '../../schemas/stage.ts';
import { idempotencyKey, type StoredManifest } from '../store/manifests.ts';
import type { ParsedFile, ParseRules } from './jobs.ts';

/** Raise it when the same files and rules would give other bytes. */
export const collectVersion = 2;

/** What a slice belongs to and is made from. */
export interface SliceScope {
  readonly source: string;
  readonly slice: string;
  readonly key: string;
  /** Sorted sha256 of the received files. */
  readonly parents: readonly string[];
}

/** The artifacts a slice consists of. */
export interface SliceArtifacts {
  readonly received: readonly ArtifactRef[];
  readonly rows: ArtifactRef;
  readonly rejects?: ArtifactRef | undefined;
  /** Column names of `rows`, `_file` and `_line` left out. */
  readonly columns: readonly string[];
}

/** The part of a slice's facts that problems are told from. */
const factsSchema = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      rows: z.number(),
      rejected: z.number(),
      reasons: z.array(
        z.object({
          reason: z.string(),
          entries: z.number(),
          rows: z.number(),
          line: z.number(),
          message: z.string(),
        }),
      ),
    }),
  ),
});

/** Names the work on a slice: the same files under the same names and rules are the same work. */
export function sliceScope(source: string, { slice, files }: PlannedSlice, rules: ParseRules): SliceScope {
  const ordered = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const key = idempotencyKey({
    stage: 'collect',
    version: collectVersion,
    config: rules,
    inputs: ordered.map(({ sha256, path }) => `${sha256} ${basename(path)}`),
    scope: `${source}/${slice}`,
  });
  return { source, slice, key, parents: files.map(({ sha256 }) => sha256).sort() };
}

/**
 * The manifest of a slice. A row that was rejected counts as come in; a file refused as a whole, whose rows nobody counted,
 * does not: its problem says so.
 */
export function sliceManifest(
  scope: SliceScope,
  artifacts: SliceArtifacts,
  files: readonly ParsedFile[],
): Manifest {
  const rowsOut = artifacts.rows.rows;
  const rejected = files.reduce((sum, file) => sum + file.rejected, 0);
  const ledger: LedgerEntry = {
    stage: 'collect',
    source: scope.source,
    entity: 'raw',
    slice: scope.slice,
    rowsIn: files.reduce((sum, { rows }) => sum + rows, 0) + rejected,
    rowsOut,
    duplicates: 0,
    merged: 0,
    rejected,
    skipped: 0,
  };
  return {
    format: 1,
    stage: 'collect',
    key: scope.key,
    version: collectVersion,
    scope: `${scope.source}/${scope.slice}`,
    files: {
      received: [...artifacts.received],
      rows: [artifacts.rows],
      rejects: artifacts.rejects ? [artifacts.rejects] : [],
    },
    ledger: [ledger],
    facts: { columns: [...artifacts.columns], files },
    parents: [...scope.parents],
  };
}

/** The slice as later stages find it: only its rows; rejects are reached through the manifest. */
export function datasetSlice(slice: string, { ref, manifest }: StoredManifest): DatasetSlice {
  const files = manifest.files.rows ?? [];
  return {
    slice,
    manifest: ref,
    files,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** What people should know of a slice: one problem per file and reason, and a warning for a file without rows. */
export function sliceProblems(source: string, slice: string, manifest: Manifest): Problem[] {
  return factsSchema.parse(manifest.facts).files.flatMap(({ path, rows, rejected, reasons }): Problem[] => {
    const common = { source, slice, file: path };
    if (reasons.length > 0) {
      return reasons.map(({ reason, entries, rows: count, line, message }) => ({
        ...common,
        severity: 'error',
        code: reason,
        message: line === 0 ? `${path}: ${message}` : lineMessage(path, entries, line, message),
        rows: count,
      }));
    }
    if (rows + rejected > 0) return [];
    const message = `${path} holds no row; expected at least one. If that is right, nothing is to be done`;
    return [{ ...common, severity: 'warn', code: 'STK-COLLECT-EMPTY', message, rows: 0 }];
  });
}

function lineMessage(path: string, entries: number, line: number, message: string): string {
  return entries === 1
    ? `${path} line ${line} ${message}`
    : `${path}: ${entries} lines kept out, first line ${line}, which ${message}`;
}
