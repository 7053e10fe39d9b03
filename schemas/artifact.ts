import { z } from 'zod';

/** A sha256 as 64 lower-case hex digits. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * One immutable file of the store, addressed by its content.
 *
 * `uri` is relative to the store folder (`objects/ab/abcd….parquet`); `rows` counts records (0 where the file has none);
 * `schemaHash` is the sha256 of its column names and types (empty where it has none).
 */
export const artifactRefSchema = z.strictObject({
  uri: z.string(),
  sha256: sha256Schema,
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  schemaHash: z.string(),
});
export type ArtifactRef = z.infer<typeof artifactRefSchema>;

/**
 * One line of the ledger: where every input row of a (source, entity, slice) went.
 *
 * Balance: `rowsIn = rowsOut + duplicates + merged + rejected + skipped`.
 * `duplicates` repeated another row by key or by whole row; `merged` were folded into a record that counts them
 * (aggregated entities); `rejected` lie in quarantine; `skipped` were excluded by the mapping's own `where`.
 */
export const ledgerEntrySchema = z.strictObject({
  stage: z.string(),
  source: z.string(),
  entity: z.string(),
  slice: z.string(),
  rowsIn: z.number().int().nonnegative(),
  rowsOut: z.number().int().nonnegative(),
  duplicates: z.number().int().nonnegative(),
  merged: z.number().int().nonnegative(),
  rejected: z.number().int().nonnegative(),
  skipped: z.number().int().nonnegative(),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** Points at a finished manifest: the stage, its idempotency key and the sha256 of the manifest's canonical text. */
export const manifestRefSchema = z.strictObject({
  stage: z.string(),
  key: sha256Schema,
  sha256: sha256Schema,
});
export type ManifestRef = z.infer<typeof manifestRefSchema>;

/**
 * What one finished stage output is: files, ledger, facts and parents.
 *
 * Holds nothing that differs between two equal runs (no run id, attempt or time), so its sha256 compares runs.
 */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  stage: z.string(),
  /** Idempotency key: hash(stage, its slice of the configuration, input content hashes, version). */
  key: sha256Schema,
  /** The stage's `version` constant. */
  version: z.number().int().positive(),
  /** What the output belongs to: a source slice, a date, or `all`. */
  scope: z.string(),
  /** Files by role (`rows`, `rejects`, `events` …), arrays where a role has several. */
  files: z.record(z.string(), z.array(artifactRefSchema)),
  ledger: z.array(ledgerEntrySchema),
  /** Small facts a later stage plans by: columns, event dates, counts. */
  facts: z.record(z.string(), z.unknown()),
  /** Hashes of the manifests or received files this was made from, sorted. */
  parents: z.array(z.string()),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** One slice of a dataset: its manifest and the files that hold its rows. */
export const datasetSliceSchema = z.strictObject({
  slice: z.string(),
  manifest: manifestRefSchema,
  files: z.array(artifactRefSchema),
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
});
export type DatasetSlice = z.infer<typeof datasetSliceSchema>;

/** The index of a dataset: all its slices, ordered by slice name. Stored as a content-addressed JSON object. */
export const datasetIndexSchema = z.strictObject({
  format: z.literal(1),
  dataset: z.string(),
  slices: z.array(datasetSliceSchema),
});
export type DatasetIndex = z.infer<typeof datasetIndexSchema>;

/** How a snapshot names a dataset: the index object and its totals. */
export const datasetEntrySchema = z.strictObject({
  index: artifactRefSchema,
  slices: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
});
export type DatasetEntry = z.infer<typeof datasetEntrySchema>;

/**
 * One published state, `snapshots/<number>.json`: every dataset and every alias.
 *
 * `contentHash` = sha256 over dataDate, datasets and aliases: two runs that published the same bytes agree on it.
 * `publishedBy` names the run for people and stands outside that hash.
 */
export const snapshotSchema = z.strictObject({
  format: z.literal(1),
  number: z.number().int().positive(),
  dataDate: z.string(),
  datasets: z.record(z.string(), datasetEntrySchema),
  aliases: z.record(z.string(), z.string()),
  contentHash: sha256Schema,
  publishedBy: z.strictObject({ workflowId: z.string(), record: z.string() }),
});
export type Snapshot = z.infer<typeof snapshotSchema>;
