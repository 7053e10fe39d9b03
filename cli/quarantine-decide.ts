import { heldSql } from '../domain/normalize/decisions-sql.ts';
import { CliError } from '../domain/runtime/errors.ts';
import { slicesOf } from '../domain/store/datasets.ts';
import { putDecision } from '../domain/store/decisions.ts';
import type { Store } from '../domain/store/store.ts';
import { nearest } from '../schemas/config-parse.ts';
import type { Decision } from '../schemas/decision.ts';
import { type DecideOptions, decidedNow } from './decided.ts';
import type { GlobalOptions } from './options.ts';
import { type RejectedRow, rejectedRows, rowsOfId } from './quarantine-rows.ts';
import { currentSnapshot, describeFiles, withWarehouse } from './read-table.ts';
import { openReading } from './session.ts';

/** `stocktake quarantine fix <id> --set column=value`: corrects source columns of one rejected row from the next night on. */
export async function fix(
  id: string,
  options: DecideOptions & { readonly set: readonly string[] },
  globals: GlobalOptions,
): Promise<number> {
  const { store, out } = await openReading(globals);
  const [row] = await rowsOfId(store, await currentSnapshot(store), id);
  const received = receivedColumns(row);
  if (!row?.identity || !received) throw unread(id);
  const set = Object.fromEntries(options.set.map((text) => assignment(text, Object.keys(received))));
  await refuseUnheld(store, row, set);
  const decision = {
    ...decidedNow(options),
    source: row.source,
    action: 'fix' as const,
    row: row.identity,
    set,
  };
  return keep(store, decision, 1, `columns ${Object.keys(set).join(', ')} of ${id} corrected`, globals, out);
}

/** `stocktake quarantine release`: waives the check that rejected the named rows, or all rows of a source and reason. */
export async function release(
  ids: readonly string[],
  options: DecideOptions & { readonly source?: string; readonly reason?: string },
  globals: GlobalOptions,
): Promise<number> {
  const { store, out } = await openReading(globals);
  const rows = await chosenRows(store, ids, options);
  const waivable = rows.filter(({ reason, entity }) => reason.startsWith('STK-CONTRACT-') && entity !== '');
  const other = rows.find((row) => !waivable.includes(row));
  if (other) {
    throw new CliError(
      `${other.id || other.slice} of ${other.source} was rejected with ${other.reason}: there is no value to take, only rows that fail a check of the contract can be released. Correct it: stocktake quarantine fix ${other.id || '<id>'} --set column=value`,
      { code: 'STK-QUARANTINE-RELEASE', exitCode: 2 },
    );
  }
  const source = waivable[0]?.source ?? '';
  if (waivable.some((row) => row.source !== source)) {
    throw new CliError('The rows are of several sources, expected one; release those of each source alone', {
      code: 'STK-QUARANTINE-RELEASE',
      exitCode: 2,
    });
  }
  const named = waivable.flatMap(({ identity, entity, column, reason }) =>
    identity ? [{ ...identity, entity, column, reason }] : [],
  );
  const decision = { ...decidedNow(options), source, action: 'release' as const, rows: named };
  return keep(store, decision, named.length, `${named.length} rejected of ${source} released`, globals, out);
}

/** The values of a rejected row by source column; undefined for what collect could not take apart. */
export function receivedColumns(row: RejectedRow | undefined): Record<string, unknown> | undefined {
  if (!row || row.entity === '') return undefined;
  try {
    const parsed: unknown = JSON.parse(row.raw);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch {
    // A very long row is cut in quarantine and no JSON any more.
    return undefined;
  }
}

async function chosenRows(
  store: Store,
  ids: readonly string[],
  { source, reason }: { readonly source?: string; readonly reason?: string },
): Promise<RejectedRow[]> {
  const snapshot = await currentSnapshot(store);
  if (ids.length > 0 && source === undefined && reason === undefined) {
    const found: RejectedRow[] = [];
    for (const id of new Set(ids)) found.push(...(await rowsOfId(store, snapshot, id)));
    return found;
  }
  if (ids.length > 0 || source === undefined || reason === undefined) {
    throw new CliError('Expected ids of rejected rows, or --source and --reason together', {
      code: 'STK-QUARANTINE-RELEASE',
      exitCode: 2,
    });
  }
  const all = await rejectedRows(store, snapshot, source);
  const rows = all.filter((row) => row.reason === reason && row.identity !== undefined);
  if (rows.length > 0) return rows;
  const known = [...new Set(all.map((row) => row.reason))].join(', ');
  throw new CliError(
    `No row of ${source} is in quarantine for ${reason}; there are ${known || 'none at all'} (stocktake quarantine list)`,
    { code: 'STK-QUARANTINE-UNKNOWN', exitCode: 2 },
  );
}

function assignment(text: string, columns: readonly string[]): [column: string, value: string] {
  const at = text.indexOf('=');
  const column = at < 0 ? text : text.slice(0, at);
  if (at > 0 && columns.includes(column)) return [column, text.slice(at + 1)];
  const near = nearest(column, columns);
  const hint = near ? `did you mean ${near}?` : `the row has ${columns.join(', ')}`;
  throw new CliError(
    at > 0
      ? `--set: the source has no column ${column}; ${hint}`
      : '--set: expected column=value, the column as the source names it',
    { code: 'STK-QUARANTINE-SET', exitCode: 2 },
  );
}

/** A typed column (of a Parquet file, say) takes only what its type holds; a correction of another kind would not count. */
async function refuseUnheld(
  store: Store,
  { id, source, slice }: RejectedRow,
  set: Readonly<Record<string, string>>,
): Promise<void> {
  const slices = await slicesOf(store.objects, await store.snapshots.current(), `raw.${source}`);
  const own = slices.filter((one) => one.slice === slice);
  await withWarehouse(async (warehouse) => {
    for (const { name, type } of await describeFiles(store, warehouse, own)) {
      const value = set[name];
      if (value === undefined || value === '') continue;
      const query = `select ${heldSql(type, '$value::varchar')} is null as unheld`;
      const [answer] = await warehouse.rows('held', query, { value });
      if (answer?.unheld === true) throw unheld(id, name, value, type);
    }
  });
}

function unheld(id: string, column: string, value: string, type: string): CliError {
  return new CliError(
    `${id}: the source column ${column} cannot hold '${value}', expected a value of type ${type}; give one, or none: stocktake quarantine fix ${id} --set ${column}=`,
    { code: 'STK-QUARANTINE-TYPE', exitCode: 2 },
  );
}

function unread(id: string): CliError {
  return new CliError(
    `${id} has no columns that could be corrected: collect could not take it apart, or it is too long to be shown whole. Correct the file itself, then: stocktake run`,
    { code: 'STK-QUARANTINE-UNREAD', exitCode: 2 },
  );
}

async function keep(
  store: Store,
  decision: Decision,
  rows: number,
  said: string,
  globals: GlobalOptions,
  out: { json(value: unknown): void; data(text: string): void },
): Promise<number> {
  const id = await putDecision(store.dir, 'rows', decision);
  const { action, source } = decision;
  if (globals.json) out.json({ format: 1, decision: id, action, source, rows });
  else
    out.data(
      `Decision ${id}: ${said}. It counts from the next night: stocktake run. Take it back: stocktake quarantine withdraw ${id}`,
    );
  return 0;
}
