import type { Config } from '../../schemas/config.ts';
import { quotedIdentifier, quotedList, quotedString } from '../warehouse/quoting.ts';
import { type ByteWindow, openWindow } from './byte-window.ts';
import { foldedName } from './column-names.ts';
import { cr, lf } from './csv-scanner.ts';
import type { JsonExtent } from './json-cursor.ts';
import { type JsonVisitor, skipMark, walkJsonDocument } from './json-document.ts';
import { flatMembers, readObject } from './json-object.ts';
import { createLineWriter } from './line-writer.ts';
import type { RejectLog } from './reject-log.ts';
import type { Sandbox, WrittenTable } from './sandbox.ts';
import { longMessage, takeLine, troubleIn } from './text-lines.ts';

/** A JSON text in UTF-8 and where its rows go. */
export interface JsonTask {
  readonly path: string;
  /** Value of `_file`. */
  readonly name: string;
  readonly format: 'json' | 'jsonl';
  /** Scratch file for the rows, one flat object a line. */
  readonly flat: string;
  readonly limits: Config['limits'];
  /**
   * Take nested objects apart, their members named `outer.inner`, and a value that is no object for an object with a member
   * `value`. Default: nested values stay JSON texts, and what is no object is rejected.
   */
  readonly flatten?: boolean;
}

/** The names that occur in JSON objects, in the order they were first seen, and in how many objects each stands. */
export type KeyCounts = Map<string, number>;

/** Which names become columns, in order; `whole` says that others exist, so that the object itself is kept in `_json`. */
export interface ColumnChoice {
  readonly columns: readonly string[];
  readonly whole: boolean;
}

/** A flat file: the objects of one text, one a line, every value a JSON string that holds its text. */
export interface JsonFlat {
  readonly path: string;
  /** Value of `_file`. */
  readonly name: string;
  readonly records: number;
  /** What `_line` counts: physical lines, or elements where several share a line. */
  readonly position: 'line' | 'element';
}

/** What was read of a text. */
export interface JsonExtract {
  readonly flat: JsonFlat;
  /** Objects that name something twice. */
  readonly repeatedKeys: number;
  readonly keys: KeyCounts;
}

/** Distinct names counted; later ones stay in `_json`. */
const mostKeys = 100_000;
const reserved = ['_file', '_line', '_json'];
/** Names of ours in a flat file. A source's name that begins like them never becomes a column. */
const ownPrefix = '\u0001';
const own = {
  file: `${ownPrefix}file`,
  line: `${ownPrefix}line`,
  ordinal: `${ownPrefix}ordinal`,
  whole: `${ownPrefix}whole`,
};
const ours = (name: string): string => `${JSON.stringify(name)}:`;

/**
 * Chooses the columns: the most frequent names, ties by name, at most so many. A name that SQL cannot tell from a chosen
 * one, an empty one, or one of ours never becomes a column. Columns stand in the order of `counts`.
 */
export function chooseColumns(counts: KeyCounts, most: number): ColumnChoice {
  const taken = new Set(reserved);
  const chosen = new Set<string>();
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  for (const [name] of ranked) {
    const folded = foldedName(name);
    if (chosen.size >= most || name === '' || name.startsWith(ownPrefix) || taken.has(folded)) continue;
    taken.add(folded);
    chosen.add(name);
  }
  return {
    columns: [...counts.keys()].filter((name) => chosen.has(name)),
    whole: chosen.size < counts.size || counts.size >= mostKeys,
  };
}

/** Adds counts up; names stand in the order they are first met. */
export function sumCounts(all: readonly Iterable<readonly [string, number]>[]): KeyCounts {
  const sums: KeyCounts = new Map();
  for (const counts of all) {
    for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return sums;
}

/**
 * Reads the objects of a text into a flat file, with the whole object where asked for. What is no object goes to the log.
 *
 * @throws SourceError (see `walkJsonDocument`) when the file as a whole is refused
 */
export function extractJson(task: JsonTask, whole: boolean, rejects: RejectLog): JsonExtract {
  rejects.reset();
  const writer = createLineWriter(task.flat);
  const keys: KeyCounts = new Map();
  const seen = { records: 0, repeatedKeys: 0, shared: false, lastLine: 0 };
  const opening = `{${ours(own.file)}${JSON.stringify(task.name)}`;
  const visit: JsonVisitor = (extent, ordinal) => {
    const { line } = extent;
    if (line === seen.lastLine) seen.shared = true;
    seen.lastLine = line;
    const object = objectIn(extent, task);
    if (!object.ok) {
      const raw = extent.bytes.subarray(extent.start, extent.end);
      rejects.add({ line, ordinal, reason: object.reason, message: object.message, raw, rows: 1 });
      return;
    }
    seen.records++;
    if (object.repeatedKeys > 0) seen.repeatedKeys++;
    let flat = `${opening},${ours(own.line)}${line},${ours(own.ordinal)}${ordinal}`;
    for (const { key, literal } of task.flatten ? flatMembers(object.members) : object.members) {
      if (keys.size >= mostKeys && !keys.has(key)) continue;
      keys.set(key, (keys.get(key) ?? 0) + 1);
      if (literal !== undefined && !key.startsWith(ownPrefix)) flat += `,${JSON.stringify(key)}:${literal}`;
    }
    if (whole) flat += `,${ours(own.whole)}${JSON.stringify(textOf(extent))}`;
    writer.text(`${flat}}\n`);
  };
  try {
    walkFile(task, visit);
  } finally {
    writer.close();
  }
  const { records, repeatedKeys, shared } = seen;
  return {
    flat: { path: task.flat, name: task.name, records, position: shared ? 'element' : 'line' },
    repeatedKeys,
    keys,
  };
}

/**
 * Writes flat files, in the order given, as one Parquet file: the chosen columns as text, `_json` where whole objects are
 * kept, `_file`, `_line`.
 */
export async function writeFlats(
  sandbox: Sandbox,
  flats: readonly JsonFlat[],
  choice: ColumnChoice,
  recordBytes: number,
  out: string,
): Promise<WrittenTable> {
  const table = await sandbox.write(readFlatsSql(flats, choice, recordBytes), out, [
    ...choice.columns.map((name) => [name, 'VARCHAR'] as const),
    ...(choice.whole ? [['_json', 'VARCHAR'] as const] : []),
    ['_file', 'VARCHAR'],
    ['_line', 'BIGINT'],
  ]);
  const records = flats.reduce((sum, flat) => sum + flat.records, 0);
  if (table.rows === records) return table;
  throw new Error(`DuckDB read ${table.rows} rows of the ${records} that were extracted`);
}

function walkFile(task: JsonTask, visit: JsonVisitor): void {
  const windows: ByteWindow[] = [];
  const open = (): ByteWindow => {
    const window = openWindow(task.path);
    windows.push(window);
    return window;
  };
  try {
    if (task.format === 'jsonl') walkJsonLines(open(), task.limits.recordBytes, visit);
    else walkJsonDocument(open, task.limits, visit);
  } finally {
    for (const window of windows) window.close();
  }
}

function walkJsonLines(window: ByteWindow, recordBytes: number, visit: JsonVisitor): void {
  skipMark(window);
  for (let line = 1; window.start < window.end || window.more(); line++) {
    const at = window.bytes.subarray(0, window.end).indexOf(lf, window.start);
    if (at < 0 && !window.atEnd && window.end - window.start <= recordBytes + 1) {
      window.more();
      line--;
      continue;
    }
    const { start } = window;
    const lineEnd = at < 0 ? window.end : at;
    const end = lineEnd > start && window.bytes[lineEnd - 1] === cr ? lineEnd - 1 : lineEnd;
    if (end - start <= recordBytes) {
      window.start = at < 0 ? lineEnd : at + 1;
      const extent = { line, bytes: window.bytes, start, end, length: end - start, depth: 0, cut: false };
      if (!isBlank(extent)) visit(extent, line);
    } else {
      const { raw, bytes } = takeLine(window, lf);
      visit({ line, bytes: raw, start: 0, end: raw.length, length: bytes, depth: 0, cut: false }, line);
    }
  }
}

function isBlank({ bytes, start, end }: JsonExtent): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 0x20) return false;
  return true;
}

function objectIn(extent: JsonExtent, { limits, flatten }: JsonTask): ReturnType<typeof readObject> {
  if (extent.length > limits.recordBytes) {
    const message = longMessage(extent.length, limits.recordBytes);
    return { ok: false, reason: 'STK-COLLECT-LONG', message };
  }
  const trouble = troubleIn(extent.bytes.subarray(extent.start, extent.end));
  if (trouble) return { ok: false, ...trouble };
  const text = textOf(extent);
  return readObject(flatten && !text.startsWith('{') ? `{"value":${text}}` : text, limits.jsonDepth);
}

function textOf({ bytes, start, end }: JsonExtent): string {
  return bytes.toString('utf8', start, end).trim();
}

function readFlatsSql(
  flats: readonly JsonFlat[],
  { columns, whole }: ColumnChoice,
  recordBytes: number,
): string {
  const texts = [...columns, own.file, ...(whole ? [own.whole] : [])];
  const fields = [
    ...texts.map((name) => `${quotedString(name)}: 'VARCHAR'`),
    ...[own.line, own.ordinal].map((name) => `${quotedString(name)}: 'BIGINT'`),
  ];
  const byElement = flats.filter(({ position }) => position === 'element').map(({ name }) => name);
  const [file, line, ordinal] = [own.file, own.line, own.ordinal].map(quotedIdentifier);
  return `select
  ${columns.map((name) => `${quotedIdentifier(name)},`).join('\n  ')}
  ${whole ? `${quotedIdentifier(own.whole)} as _json,` : ''}
  ${file} as _file,
  ${byElement.length > 0 ? `if(${file} in ${quotedList(byElement)}, ${ordinal}, ${line})` : line} as _line
from read_json(
  ${quotedList(flats.map(({ path }) => path))},
  format = 'newline_delimited',
  auto_detect = false,
  columns = {${fields.join(', ')}},
  maximum_object_size = ${5 * recordBytes + 100_000}
)`;
}
