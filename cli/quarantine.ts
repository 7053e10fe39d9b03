import { countText } from '../domain/report/format.ts';
import type { Row } from '../domain/warehouse/warehouse.ts';
import { knownSource } from './known-source.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { rowIds } from './quarantine-rows.ts';
import { currentSnapshot, readTable } from './read-table.ts';
import { openReading } from './session.ts';

/** `stocktake quarantine list`: rejected rows by source, slice and reason. */
export async function list(globals: GlobalOptions): Promise<number> {
  const { store, out } = await openReading(globals);
  const snapshot = await currentSnapshot(store);
  const rows: Row[] = [];
  for (const dataset of Object.keys(snapshot.datasets).filter((name) => name.startsWith('quarantine.'))) {
    rows.push(
      ...(await readTable(
        store,
        snapshot,
        dataset,
        (relation) => `
          select source, slice, coalesce(entity, 'file') as entity, reason, coalesce("column", '') as "column", sum(rows)::bigint as rows, min(message) as example
          from ${relation} group by all order by source, slice, entity, reason, "column"`,
      )),
    );
  }
  if (globals.json) {
    out.json(rows);
    return 0;
  }
  if (rows.length === 0) {
    out.data('Quarantine is empty: no row of the current snapshot was rejected.');
    return 0;
  }
  out.data(
    table(rows, [
      { title: 'source', value: (row) => String(row.source) },
      { title: 'slice', value: (row) => String(row.slice) },
      { title: 'entity', value: (row) => String(row.entity) },
      { title: 'reason', value: (row) => String(row.reason) },
      { title: 'column', value: (row) => String(row.column) },
      { title: 'rows', value: (row) => countText(Number(row.rows)), align: 'right' },
      { title: 'for example', value: (row) => String(row.example ?? '').slice(0, 100) },
    ]),
  );
  return 0;
}

/** `stocktake quarantine show`: the rows themselves, with file, line, reason and raw text. */
export async function show(
  source: string,
  options: { readonly slice?: string; readonly limit: number },
  globals: GlobalOptions,
): Promise<number> {
  const { store, project, out } = await openReading(globals);
  knownSource(project.config, source);
  const snapshot = await currentSnapshot(store);
  const idOf = await rowIds(store, snapshot, source);
  const found = await readTable(
    store,
    snapshot,
    `quarantine.${source}`,
    (relation) => `
      select slice, file, line, entity, "column", reason, message, raw, rows
      from ${relation}
      where $slice = '' or slice = $slice
      order by slice desc, file, line, entity, reason
      limit ${options.limit}`,
    { slice: options.slice ?? '' },
  );
  const rows = found.map((row): Row => ({ id: idOf(row), ...row }));
  if (globals.json) {
    out.json(rows);
    return 0;
  }
  if (rows.length === 0) out.data(`Nothing of ${source} is in quarantine.`);
  for (const row of rows) {
    const where =
      row.line === null ? String(row.file ?? row.slice) : `${String(row.file)}:${String(row.line)}`;
    out.data(
      `${where}  ${String(row.reason)}${row.column ? ` (${String(row.column)})` : ''}: ${String(row.message ?? '')}`,
    );
    if (row.id) out.data(`    ${String(row.id)}`);
    if (row.raw) out.data(`    ${String(row.raw)}`);
  }
  return 0;
}
