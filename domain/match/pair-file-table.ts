import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, messageOf } from '../runtime/errors.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { type LabelledPair, readLabel } from './pair-label.ts';

/** Whether a file is a table of pairs: its first line names a label or two sides, or its name ends in `.csv` or `.tsv`. */
export function isPairTable(firstLine: string, path: string): boolean {
  if (/(^|\s)COL\s+\S+\s+VAL(\s|$)/.test(firstLine)) return false;
  if (/\.[ct]sv$/i.test(path)) return true;
  const names = firstLine.split(/[,\t]/).map((name) => name.trim().replace(/^"|"$/g, ''));
  return names.includes('label') || names.filter((name) => sideOf(name)).length >= 2;
}

/**
 * Reads a table of pairs. Columns that only name records (`id`, or ending in `_id`) are left out: they would tell apart
 * what was given two numbers, and may give the answer away.
 *
 * @throws InputError STK-MATCH-FORMAT, STK-MATCH-LABEL
 */
export async function readPairTable(path: string, firstLine: string): Promise<LabelledPair[]> {
  const delimiter = firstLine.includes('\t') ? '\t' : ',';
  const source = `read_csv(${quotedString(path)}, header = true, all_varchar = true, delim = ${quotedString(delimiter)}, quote = '"', escape = '"', encoding = 'utf-8', max_line_size = 10000000)`;
  const warehouse = await openWarehouse({
    threads: 1,
    memoryMb: 1024,
    tempDir: join(tmpdir(), 'stocktake-pairs'),
  });
  try {
    return await readRows(warehouse, source, path);
  } finally {
    warehouse.close();
  }
}

interface SideColumn {
  readonly column: string;
  readonly side: 'left' | 'right';
  readonly name: string;
}

async function readRows(warehouse: Warehouse, source: string, path: string): Promise<LabelledPair[]> {
  const described = await warehouse
    .rows('pairs.describe', `describe select * from ${source}`)
    .catch(damaged(path));
  const names = described.map((row) => String(row.column_name));
  const label = names.find((name) => name.trim().toLowerCase() === 'label');
  if (label === undefined) {
    throw new InputError(`${path} has no column label; it has ${names.slice(0, 12).join(', ')}`, {
      code: 'STK-MATCH-FORMAT',
    });
  }
  const sides = names
    .map(sideOf)
    .filter((column): column is SideColumn => column !== undefined && !isId(column.name));
  for (const side of ['left', 'right'] as const) {
    if (sides.some((column) => column.side === side)) continue;
    throw new InputError(
      `${path} has no column ${side}_… that describes a record; it has ${names.slice(0, 12).join(', ')}`,
      { code: 'STK-MATCH-FORMAT' },
    );
  }
  const selected = [label, ...sides.map(({ column }) => column)];
  const rows = await warehouse
    .rows('pairs.read', `select ${selected.map(quotedIdentifier).join(', ')} from ${source}`)
    .catch(damaged(path));
  return rows.map((row, index) => {
    const record = (side: 'left' | 'right'): ReadonlyMap<string, string> =>
      new Map(
        sides
          .filter((column) => column.side === side)
          .map(({ column, name }) => [name, String(row[column] ?? '').trim()]),
      );
    return {
      left: record('left'),
      right: record('right'),
      isMatch: readLabel(String(row[label] ?? ''), path, index + 2),
    };
  });
}

/** `left_x`, `ltable_x` or `x_left`, and the same of the right. */
function sideOf(column: string): SideColumn | undefined {
  const found = /^(?:(left|right)_|(l|r)table_)(.+)$/i.exec(column) ?? undefined;
  const behind = /^(.+)_(left|right)$/i.exec(column) ?? undefined;
  const side = (found?.[1] ?? found?.[2] ?? behind?.[2])?.toLowerCase();
  const name = found?.[3] ?? behind?.[1];
  if (side === undefined || name === undefined) return undefined;
  return { column, side: side.startsWith('l') ? 'left' : 'right', name };
}

function isId(name: string): boolean {
  return /(^|_)id$/i.test(name);
}

function damaged(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new InputError(
      `${path} cannot be read as a table with a header: ${messageOf(cause).split('\n')[0] ?? ''}`,
      { code: 'STK-MATCH-FORMAT', cause },
    );
  };
}
