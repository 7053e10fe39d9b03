import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabelledTexts } from '../domain/classify/text-models.ts';
import { CliError } from '../domain/runtime/errors.ts';
import { quotedIdentifier, quotedString } from '../domain/warehouse/quoting.ts';
import { openWarehouse, type Warehouse } from '../domain/warehouse/warehouse.ts';

/** Texts with labels of one file, and how many rows had no label. */
export interface TextFile extends LabelledTexts {
  readonly unlabelled: number;
}

/**
 * Reads a text and a label column of CSV files with a header (UTF-8, quotes doubled), rows in file order.
 *
 * Rows without a label are left out and counted; an empty text stays. Surrounding spaces of labels are cut off.
 */
export async function readTextFiles(
  paths: readonly string[],
  textColumn: string,
  labelColumn: string,
): Promise<TextFile[]> {
  const warehouse = await openWarehouse({
    threads: 1,
    memoryMb: 1024,
    tempDir: join(tmpdir(), 'stocktake-texts'),
  });
  try {
    const files: TextFile[] = [];
    for (const path of paths) files.push(await readTextFile(warehouse, path, textColumn, labelColumn));
    return files;
  } finally {
    warehouse.close();
  }
}

async function readTextFile(
  warehouse: Warehouse,
  path: string,
  textColumn: string,
  labelColumn: string,
): Promise<TextFile> {
  const { size } = await stat(path).catch((cause: unknown) => {
    throw usage(`There is no file ${path}; give the path of a CSV file with a header`, 'STK-CLI-FILE', cause);
  });
  if (size === 0) throw usage(`${path} is empty; give a CSV file with a header`, 'STK-CLASSIFY-EMPTY');
  const source = `read_csv(${quotedString(path)}, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', encoding = 'utf-8', max_line_size = 10000000)`;
  const described = await warehouse
    .rows('texts.describe', `describe select * from ${source}`)
    .catch(damaged(path));
  const columns = described.map((row) => String(row.column_name));
  for (const wanted of [textColumn, labelColumn]) requireColumn(wanted, columns, path);
  const rows = await warehouse
    .rows(
      'texts.read',
      `select coalesce(${quotedIdentifier(textColumn)}, '') as text, trim(coalesce(${quotedIdentifier(labelColumn)}, '')) as label from ${source}`,
    )
    .catch(damaged(path));
  const labelled = rows.filter((row) => row.label !== '');
  if (labelled.length === 0) {
    throw usage(
      `${path} has no row with a value in '${labelColumn}'; a label is needed`,
      'STK-CLASSIFY-EMPTY',
    );
  }
  return {
    texts: labelled.map((row) => String(row.text)),
    labels: labelled.map((row) => String(row.label)),
    unlabelled: rows.length - labelled.length,
  };
}

function damaged(path: string): (cause: unknown) => never {
  return (cause) => {
    throw usage(
      `${path} cannot be read as CSV with a header (UTF-8, commas, quotes): ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`,
      'STK-CLI-FILE',
      cause,
    );
  };
}

function requireColumn(wanted: string, columns: readonly string[], path: string): void {
  if (columns.includes(wanted)) return;
  const near = columns
    .map((name) => ({ name, distance: distanceOf(name.toLowerCase(), wanted.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => `'${name}'`);
  throw usage(
    `${path} has no column '${wanted}'; ${columns.length > 3 ? 'nearest are' : 'it has'} ${near.join(', ')}`,
    'STK-CLI-COLUMN',
  );
}

/** Levenshtein distance. */
function distanceOf(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}

function usage(message: string, code: string, cause?: unknown): CliError {
  return new CliError(message, { code, exitCode: 2, cause });
}
