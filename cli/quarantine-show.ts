import { CliError } from '../domain/runtime/errors.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { receivedColumns } from './quarantine-decide.ts';
import { rowsOfId } from './quarantine-rows.ts';
import { currentSnapshot, readTable } from './read-table.ts';
import { openReading } from './session.ts';

const hidden = '(personal)';

/**
 * `stocktake quarantine show <id>`: one rejected row, its columns and why each entity rejected it. Columns that the inventory
 * or the configuration calls personal, and those nobody judged, are hidden unless asked for.
 */
export async function showRow(
  id: string,
  options: { readonly personal?: boolean },
  globals: GlobalOptions,
): Promise<number> {
  const { store, project, out } = await openReading(globals);
  const snapshot = await currentSnapshot(store);
  const rows = await rowsOfId(store, snapshot, id);
  const [row] = rows;
  if (!row) throw new CliError(`There is no row ${id}`, { code: 'STK-QUARANTINE-UNKNOWN', exitCode: 2 });
  const judged = await readTable(
    store,
    snapshot,
    'inventory.columns',
    (relation) => `select "column" from ${relation} where asset = $asset and not personal order by "column"`,
    { asset: `raw.${row.source}` },
  );
  const declared = project.config.sources[row.source]?.columns ?? {};
  const open = new Set(judged.map(({ column }) => String(column)));
  const isShown = (column: string): boolean =>
    options.personal === true || (open.has(column) && !declared[column]?.personal);
  const columns = Object.entries(receivedColumns(row) ?? {}).map(([column, value]) => ({
    column,
    value: isShown(column) ? value : hidden,
  }));
  const raw = options.personal ? row.raw : hidden;
  const reasons = rows.map(({ entity, column, reason, message }) => ({ entity, column, reason, message }));
  const { source, slice, file, line } = row;
  if (globals.json) {
    out.json({ format: 1, id, source, slice, file, line, columns, raw, reasons });
    return 0;
  }
  out.data(`${id}  ${file}:${line} (${slice})`);
  for (const { entity, column, reason, message } of reasons)
    out.data(`${reason} ${entity}${column ? `.${column}` : ''}: ${message}`);
  if (columns.length === 0) out.data(`raw: ${raw}`);
  else
    out.data(
      table(columns, [
        { title: 'column', value: ({ column }) => column },
        { title: 'value', value: ({ value }) => (value === null ? '(none)' : String(value)) },
      ]),
    );
  if (!options.personal && (columns.length === 0 || columns.some(({ value }) => value === hidden)))
    out.note('hidden values are shown with --personal');
  return 0;
}
