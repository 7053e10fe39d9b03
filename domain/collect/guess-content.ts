import { closeSync, openSync, readSync } from 'node:fs';
import { type DialectGuess, guessDialect } from './guess-dialect.ts';
import type { EncodingGuess } from './guess-encoding.ts';
import { fileRefusal } from './reject-log.ts';
import type { SheetGuess } from './xlsx-range.ts';

/** What a content seems to be, and why. */
export interface ContentGuess {
  readonly format: 'csv' | 'json' | 'jsonl' | 'lines' | 'parquet' | 'xlsx';
  readonly encoding?: EncodingGuess;
  readonly csv?: DialectGuess;
  readonly workbook?: SheetGuess;
}

const binaryEndings = new Set(
  'gz tgz zip zst bz2 xz 7z rar parquet xlsx xlsm xlsb xls ods avro orc arrow feather pdf png jpg jpeg gif'.split(
    ' ',
  ),
);

/** A text format, with the dialect where it is made of fields. */
export type TextGuess = Pick<ContentGuess, 'format' | 'csv'>;

const headBytes = 1 << 16;
const allowedControls = new RegExp(`[\\s${String.fromCharCode(1, 0x1e, 0x1f)}]`, 'g');

/**
 * Guesses the format of a text in UTF-8 from its beginning: JSON, JSON lines, or fields in some dialect; else lines.
 *
 * @param name the file's own name: lines under a name that promises something binary are no table
 * @param delimiter the delimiter, where it is known
 * @throws SourceError STK-COLLECT-FORMAT for what is no text, or markup; STK-COLLECT-MAGIC
 */
export function guessText(path: string, name: string, delimiter?: string): TextGuess {
  const head = headOf(path);
  const text = head.toString('utf8').replace(/^\ufeff/, '');
  refuseNoText(text);
  const start = text.trimStart();
  if (/^<(\?xml|!doctype|html|[a-z][\w:.-]*(\s[^<>]*)?\/?>)/i.test(start)) {
    throw fileRefusal(
      'STK-COLLECT-FORMAT',
      'is XML or HTML; expected text of fields, JSON, Parquet or a workbook',
    );
  }
  const json = guessJson(start);
  if (json) return { format: json };
  const ending = /\.([^./#]+)(\.(gz|zst))?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const fields = ['csv', 'tsv', 'tab'].includes(ending);
  const csv = guessDialect(path, { fields, ...(delimiter === undefined ? {} : { delimiter }) });
  const format = csv.dialect.delimiter === '' ? 'lines' : 'csv';
  const last = /\.([^./#]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (format === 'lines' && binaryEndings.has(last)) {
    throw fileRefusal('STK-COLLECT-MAGIC', `is plain text without fields; expected what .${last} files hold`);
  }
  return { format, csv };
}

/** JSON lines: the first lines are each one object. JSON: the text begins as an object or array of values does. */
function guessJson(start: string): 'json' | 'jsonl' | undefined {
  const lines = start.split(/\r?\n/, 6).filter((line) => line.trim() !== '');
  const objects = lines.filter((line) => /^\s*\{.*\}\s*$/.test(line));
  if (lines.length > 1 && objects.length * 2 > lines.length && /^\{\s*("|\})/.test(start)) return 'jsonl';
  if (/^\{\s*("([^"\\]|\\.)*"\s*:|\})/.test(start)) return 'json';
  if (/^\[\s*(\{|\[|"([^"\\]|\\.)*"\s*[,\]]|-?\d+(\.\d+)?\s*[,\]]|true|false|null|\])/.test(start))
    return 'json';
  return undefined;
}

function refuseNoText(text: string): void {
  // Tabs, line ends and form feeds are text; so are the control characters that some exports separate fields by.
  const controls = text.match(/[\p{Cc}\s\ufffd]/gu)?.length ?? 0;
  const allowed = text.match(allowedControls)?.length ?? 0;
  if ((controls - allowed) * 10 > text.length) {
    throw fileRefusal('STK-COLLECT-FORMAT', 'is no text: a tenth of its characters are control characters');
  }
}

function headOf(path: string): Buffer {
  const bytes = Buffer.alloc(headBytes);
  const file = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, headBytes, 0));
  } finally {
    closeSync(file);
  }
}
