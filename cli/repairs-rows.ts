import { CliError } from '../domain/runtime/errors.ts';
import type { Store } from '../domain/store/store.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import type { CellIdentity } from '../schemas/repair-decision.ts';
import { rowIdentities, rowName } from './quarantine-rows.ts';
import { readTable } from './read-table.ts';

/** A cell held to be wrong, with its name: `<source>:<first 12 digits of the file's sha256><#member>:<line>:<column>`. */
export interface RepairedCell {
  /** Empty where the night that planned its file is no longer known. */
  readonly id: string;
  readonly identity: CellIdentity | undefined;
  readonly source: string;
  readonly slice: string;
  readonly file: string;
  readonly line: number;
  readonly column: string;
  /** As received. */
  readonly value: string;
  /** Null where the right value cannot be told; empty: no value. */
  readonly repair: string | null;
  readonly reason: string;
  readonly confidence: number;
  readonly status: string;
}

/** Which cells to read; a status that is empty stands for all. */
export interface RepairFilter {
  readonly statuses: readonly string[];
  readonly limit: number;
  /** Only this line. */
  readonly line?: number;
}

const dataset = 'repairs.';

/** The sources of a snapshot that have repairs. */
export function repairedSources(snapshot: Snapshot): string[] {
  return Object.keys(snapshot.datasets)
    .filter((name) => name.startsWith(dataset))
    .map((name) => name.slice(dataset.length))
    .sort();
}

/** Cells of a source held to be wrong, by slice (newest first), file, line and column. */
export async function repairedCells(
  store: Store,
  snapshot: Snapshot,
  source: string,
  { statuses, limit, line }: RepairFilter,
): Promise<RepairedCell[]> {
  const rows = await readTable(
    store,
    snapshot,
    `${dataset}${source}`,
    (relation) => `
      select slice, file, line, "column", value, repair, reason, confidence, status
      from ${relation}
      where ($line < 0 or line = $line) and ($statuses = '' or contains($statuses, '|' || status || '|'))
      order by slice desc, file, line, "column"
      limit ${limit}`,
    { line: line ?? -1, statuses: statuses.length > 0 ? `|${statuses.join('|')}|` : '' },
  );
  const identityOf = await rowIdentities(store, snapshot, source);
  return rows.map((row) => {
    const identity = identityOf(row);
    const column = String(row.column);
    return {
      id: identity ? `${rowName(source, identity)}:${column}` : '',
      identity: identity ? { ...identity, column } : undefined,
      source,
      slice: String(row.slice),
      file: String(row.file),
      line: Number(row.line),
      column,
      value: String(row.value ?? ''),
      repair: row.repair === null ? null : String(row.repair),
      reason: String(row.reason),
      confidence: Number(row.confidence),
      status: String(row.status),
    };
  });
}

/** The cell an id names. @throws CliError STK-REPAIRS-UNKNOWN */
export async function cellOfId(store: Store, snapshot: Snapshot, id: string): Promise<RepairedCell> {
  const [, source = '', line = '-2'] = /^([^:]+):[^:]+:(\d+):.+$/.exec(id) ?? [];
  const found = repairedSources(snapshot).includes(source)
    ? await repairedCells(store, snapshot, source, { statuses: [], limit: 100_000, line: Number(line) })
    : [];
  const cell = found.find((one) => one.id === id);
  if (cell) return cell;
  throw new CliError(
    `There is no repair '${id}' in snapshot ${snapshot.number}; expected <source>:<file>:<line>:<column> as 'stocktake repairs list' prints it`,
    { code: 'STK-REPAIRS-UNKNOWN', exitCode: 2 },
  );
}
