import { CliError } from '../domain/runtime/errors.ts';
import type { Store } from '../domain/store/store.ts';
import type { Row } from '../domain/warehouse/warehouse.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import type { RowIdentity } from '../schemas/decision.ts';
import { planSchema } from '../schemas/plan.ts';
import { readTable } from './read-table.ts';

/** A rejected row with its name: `<source>:<first 12 digits of the file's sha256><#member>:<line>`. */
export interface RejectedRow {
  /** Empty where the row has no file or line of its own: a refused slice. */
  readonly id: string;
  readonly identity: RowIdentity | undefined;
  readonly source: string;
  readonly slice: string;
  readonly file: string;
  readonly line: number;
  /** Empty for what collect could not read. */
  readonly entity: string;
  readonly column: string;
  readonly reason: string;
  readonly message: string;
  readonly raw: string;
}

/** The rejected rows of a source in the snapshot, by slice, file, line, entity and reason; `line` narrows them down. */
export async function rejectedRows(
  store: Store,
  snapshot: Snapshot,
  source: string,
  line?: number,
): Promise<RejectedRow[]> {
  const hashes = await fileHashes(store, snapshot, source);
  const rows = await readTable(
    store,
    snapshot,
    `quarantine.${source}`,
    (relation) => `
      select slice, file, line, entity, "column", reason, message, raw
      from ${relation}
      where $line < 0 or line = $line
      order by slice, file, line, entity, reason, "column"`,
    { line: line ?? -1 },
  );
  return rows.map((row) => rejectedRow(source, row, hashes));
}

/** The rejected rows an id names, one per entity that rejects it. @throws CliError STK-QUARANTINE-UNKNOWN */
export async function rowsOfId(store: Store, snapshot: Snapshot, id: string): Promise<RejectedRow[]> {
  const parts = /^([^:]+):[^:]+:(\d+)$/.exec(id);
  const [, source = '', line = ''] = parts ?? [];
  const found = parts ? await rejectedRows(store, snapshot, source, Number(line)) : [];
  const own = found.filter((row) => row.id === id);
  if (own.length > 0) return own;
  throw new CliError(
    `There is no rejected row '${id}' in snapshot ${snapshot.number}; expected <source>:<file>:<line> as 'stocktake quarantine show <source>' prints it`,
    { code: 'STK-QUARANTINE-UNKNOWN', exitCode: 2 },
  );
}

/** Tells the name of a rejected row of a source; empty where it has none. */
export async function rowIds(
  store: Store,
  snapshot: Snapshot,
  source: string,
): Promise<(row: Row) => string> {
  const hashes = await fileHashes(store, snapshot, source);
  return (row) => rejectedRow(source, row, hashes).id;
}

/** Tells which row of a received file a row of the source's datasets is; undefined where it has no file or line. */
export async function rowIdentities(
  store: Store,
  snapshot: Snapshot,
  source: string,
): Promise<(row: Row) => RowIdentity | undefined> {
  const hashes = await fileHashes(store, snapshot, source);
  return (row) => rejectedRow(source, row, hashes).identity;
}

/** A row as people name it: `<source>:<first 12 digits of the file's sha256><#member>:<line>`. */
export function rowName(source: string, { sha256, member, line }: RowIdentity): string {
  return `${source}:${sha256.slice(0, 12)}${member}:${line}`;
}

function rejectedRow(source: string, row: Row, hashes: ReadonlyMap<string, string>): RejectedRow {
  const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
  const file = text(row.file);
  const at = file.indexOf('#');
  const path = at < 0 ? file : file.slice(0, at);
  const member = at < 0 ? '' : file.slice(at);
  const sha256 = hashes.get(`${text(row.slice)}\n${path}`);
  const line = Number(row.line ?? -1);
  const identity = sha256 && line >= 0 ? { sha256, member, line } : undefined;
  return {
    id: identity ? rowName(source, identity) : '',
    identity,
    source,
    slice: text(row.slice),
    file,
    line,
    entity: text(row.entity),
    column: text(row.column),
    reason: text(row.reason),
    message: text(row.message),
    raw: text(row.raw),
  };
}

/** sha256 of the received files by slice and path, as the run of the snapshot and those before it planned them. */
async function fileHashes(store: Store, snapshot: Snapshot, source: string): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  const runs = await store.runs.list();
  const from = runs.findIndex(({ opening }) => opening.record === snapshot.publishedBy.record);
  for (const { opening, closing } of runs.slice(Math.max(0, from))) {
    const isOwn = opening.record === snapshot.publishedBy.record;
    if (!isOwn && closing?.published !== 'published') continue;
    const plan = planSchema.safeParse(await store.objects.readJson(opening.plan));
    if (!plan.success) continue;
    for (const one of plan.data.sources) {
      if (one.source !== source) continue;
      for (const { slice, files } of one.slices) {
        for (const { path, sha256 } of files) {
          const name = `${slice}\n${path}`;
          if (!hashes.has(name)) hashes.set(name, sha256);
        }
      }
    }
  }
  return hashes;
}
