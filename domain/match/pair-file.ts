import { readFile } from 'node:fs/promises';
import { InputError, messageOf, systemErrorCode } from '../runtime/errors.ts';
import { isPairTable, readPairTable } from './pair-file-table.ts';
import { type LabelledPair, readLabel } from './pair-label.ts';

/** Labelled pairs as they stand in a file. */
export interface PairFile {
  readonly path: string;
  /** Columns of either side, in the order in which they first occur. */
  readonly columns: readonly string[];
  readonly pairs: readonly LabelledPair[];
}

/**
 * Reads labelled pairs: a table with a header (columns `left_x`, `right_x` and `label`, commas or tabs), or lines
 * `COL name VAL … COL price VAL …⇥COL … VAL …⇥label`. What it is shows in the first line.
 *
 * @throws InputError STK-MATCH-FILE when it cannot be read, STK-MATCH-EMPTY without pairs, STK-MATCH-FORMAT and
 * STK-MATCH-LABEL with the line, STK-MATCH-ONE-CLASS when all labels are alike
 */
export async function readPairFile(path: string): Promise<PairFile> {
  const text = await readText(path);
  const firstLine = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  if (text.trim() === '') {
    throw new InputError(`${path} is empty; give a file of labelled pairs`, { code: 'STK-MATCH-EMPTY' });
  }
  const isTable = isPairTable(firstLine, path);
  const pairs = isTable ? await readPairTable(path, firstLine) : readPairLines(text, path);
  if (pairs.length === 0) {
    throw new InputError(`${path} has a header and no pairs; give a file of labelled pairs`, {
      code: 'STK-MATCH-EMPTY',
    });
  }
  const matches = pairs.filter(({ isMatch }) => isMatch).length;
  if (matches === 0 || matches === pairs.length) {
    throw new InputError(
      `${path} has ${pairs.length} pairs, all with label ${matches === 0 ? 0 : 1}; pairs of both labels are needed`,
      { code: 'STK-MATCH-ONE-CLASS' },
    );
  }
  const columns = new Set(pairs.flatMap(({ left, right }) => [...left.keys(), ...right.keys()]));
  return { path, columns: [...columns], pairs };
}

async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    const isMissing = systemErrorCode(cause) === 'ENOENT';
    throw new InputError(
      `${path}: ${isMissing ? 'there is no such file' : `it cannot be read (${messageOf(cause)})`}; give the path of a file of labelled pairs in UTF-8`,
      { code: 'STK-MATCH-FILE', cause },
    );
  }
}

function readPairLines(text: string, path: string): LabelledPair[] {
  const pairs: LabelledPair[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const fields = line.split('\t');
    const [left, right, label] = fields;
    if (fields.length !== 3 || left === undefined || right === undefined || label === undefined) {
      throw new InputError(
        `${path}:${index + 1} has ${fields.length} fields divided by tabs; left record, right record and label are expected`,
        { code: 'STK-MATCH-FORMAT', details: { line: index + 1 } },
      );
    }
    pairs.push({
      left: readRecord(left),
      right: readRecord(right),
      isMatch: readLabel(label, path, index + 1),
    });
  }
  return pairs;
}

/** `COL name VAL value …` as columns; a text without these words is one column `text`. */
function readRecord(text: string): ReadonlyMap<string, string> {
  const record = new Map<string, string>();
  const marks = [...text.matchAll(/(?:^|\s)COL\s+(\S+)\s+VAL(?=\s|$)/g)];
  if (marks.length === 0) return record.set('text', text.trim());
  for (const [at, mark] of marks.entries()) {
    const value = text.slice(mark.index + mark[0].length, marks[at + 1]?.index ?? text.length).trim();
    const name = mark[1] ?? '';
    const known = record.get(name);
    record.set(name, known ? `${known} ${value}` : value);
  }
  return record;
}
