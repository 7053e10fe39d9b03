import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import {
  type ColumnType,
  isSpelt,
  missingSpellings,
  re2Pattern,
  type Spelling,
  spellings,
} from './column-spellings.ts';
import type { Column, Sandbox } from './sandbox.ts';

/** What a column seems to hold, and how much of it does. */
export interface ColumnGuess {
  readonly name: string;
  readonly type: ColumnType | string;
  /** How its values are written, such as `day-month-year` or `decimal comma`. */
  readonly spelling?: string;
  /** Share of the values, missing ones left out, that fit; 1 where there are none. */
  readonly share: number;
  readonly values: number;
  readonly missing: number;
  /** Values that do not fit: the least and the greatest of them, cut at 40 characters. */
  readonly misfits: readonly string[];
  readonly because: string;
}

/** Cells of a table looked at to find candidates; shares are of all rows. */
const sampleCells = 400_000;
const sampleRows = 2000;
/** Share of a sample that must fit. */
const enough = 0.9;
const columnsAtOnce = 40;
const firstLook = 40;

/**
 * Guesses the types of a parsed table's columns: candidates from rows spread over the table, the choice among them by all rows.
 * So the whole column decides the order of day and month, and the decimal sign. A column that is typed already keeps its type.
 */
export async function guessTypes(
  sandbox: Sandbox,
  path: string,
  columns: readonly Column[],
): Promise<ColumnGuess[]> {
  const own = columns.filter(([name]) => name !== '_file' && name !== '_line');
  const texts = own.filter(([, type]) => type === 'VARCHAR').map(([name]) => name);
  const guesses = new Map<string, ColumnGuess>();
  for (let at = 0; at < texts.length; at += columnsAtOnce) {
    const names = texts.slice(at, at + columnsAtOnce);
    const sample = await sampleOf(sandbox, path, names);
    const candidates = names.map((_, column) => candidatesOf(sample.map((row) => row[column] ?? '')));
    const [counts = []] = await sandbox.texts(countsSql(path, names, candidates));
    for (const guess of guessesOf(names, candidates, counts)) guesses.set(guess.name, guess);
  }
  return own.map(([name, type]) => guesses.get(name) ?? typedColumn(name, type));
}

/** A column of which no more is known than the type its table gives it. */
export function typedColumn(name: string, type: string): ColumnGuess {
  return {
    name,
    type: type.toLowerCase(),
    share: 1,
    values: 0,
    missing: 0,
    misfits: [],
    because: 'typed by its format',
  };
}

async function sampleOf(
  sandbox: Sandbox,
  path: string,
  names: readonly string[],
): Promise<(string | null)[][]> {
  const file = quotedString(path);
  const total = await sandbox.number(`select num_rows from parquet_file_metadata(${file})`);
  const wanted = Math.max(50, Math.min(sampleRows, Math.floor(sampleCells / names.length)));
  const step = Math.max(1, Math.floor(total / wanted));
  return sandbox.texts(
    `select ${names.map((name) => `left(${quotedIdentifier(name)}, 2001)`).join(', ')}
from read_parquet(${file}, file_row_number = true)
where file_row_number % ${step} = 0`,
  );
}

/** The spellings that fit a sample well enough; of several decimal ones and several orders of days all. */
function candidatesOf(values: readonly string[]): Spelling[] {
  const given = values
    .map((value) => value.trim())
    .filter((value) => !missingSpellings.includes(value.toLowerCase()));
  if (given.length === 0) return [];
  const fitting = (texts: readonly string[], spelling: Spelling): number =>
    texts.filter((value) => isSpelt(value, spelling)).length;
  // A few values rule most spellings out; of those left all values of the sample are tried.
  const few = given.slice(0, firstLook);
  const likely = spellings.filter((spelling) => fitting(few, spelling) * 2 >= few.length);
  const counts = new Map(likely.map((spelling) => [spelling, fitting(given, spelling)]));
  const most = Math.max(0, ...counts.values());
  if (most < enough * given.length) return [];
  return likely.filter((spelling) => (counts.get(spelling) ?? 0) >= enough * given.length);
}

/** Most texts are longer than any spelling of no value: they are not looked at further. */
const isMissing = (name: string): string => {
  const value = quotedIdentifier(name);
  const words = missingSpellings.map(quotedString).join(', ');
  return `case when ${value} is null then true when length(${value}) > 20 then false else lower(trim(${value}, ${blanks})) in (${words}) end`;
};
const blanks = "' ' || chr(9) || chr(10) || chr(13)";
const matches = (name: string, pattern: string): string =>
  `regexp_full_match(${quotedIdentifier(name)}, ${quotedString(`\\s*(?:${pattern})\\s*`)}, 'i')`;

/** One row: for each column rows, missing ones, ids, and for each candidate how many fit and the extremes of what does not. */
function countsSql(
  path: string,
  names: readonly string[],
  candidates: readonly (readonly Spelling[])[],
): string {
  const values = names.flatMap((name, column) => [
    'count(*)',
    `count(*) filter (where ${isMissing(name)})`,
    candidates[column]?.some(mayBeIds)
      ? `count(*) filter (where ${matches(name, '0[0-9]+|[0-9]{16,}')})`
      : '0',
    ...(candidates[column] ?? []).flatMap((spelling) => {
      const fits = matches(name, re2Pattern(spelling));
      const misfit = `filter (where not ${isMissing(name)} and not ${fits})`;
      return [
        `count(*) filter (where not ${isMissing(name)} and ${fits})`,
        `left(min(${quotedIdentifier(name)}) ${misfit}, 40)`,
        `left(max(${quotedIdentifier(name)}) ${misfit}, 40)`,
      ];
    }),
  ]);
  return `select ${values.join(',\n  ')} from read_parquet(${quotedString(path)})`;
}

function guessesOf(
  names: readonly string[],
  candidates: readonly (readonly Spelling[])[],
  counts: readonly (string | null)[],
): ColumnGuess[] {
  let at = 0;
  return names.map((name, column) => {
    const [rows, missing, ids] = counts.slice(at, at + 3).map(Number) as [number, number, number];
    at += 3;
    const fitting = (candidates[column] ?? []).map((spelling) => {
      const [fit, least, greatest] = counts.slice(at, at + 3);
      at += 3;
      return {
        spelling,
        fit: Number(fit),
        misfits: [...new Set([least, greatest].flatMap((text) => text ?? []))],
      };
    });
    const values = rows - missing;
    const common = { name, values, missing };
    const best = fitting.reduce(
      (one, other) => (other.fit > one.fit ? other : one),
      fitting[0] ?? noSpelling,
    );
    const { spelling, fit, misfits } = best;
    if (spelling === undefined) return untyped(common);
    const share = values === 0 ? 1 : fit / values;
    const rest = { ...common, share, misfits };
    if (mayBeIds(spelling) && ids > 0) {
      return { ...rest, type: 'id', because: `${ids} values have leading zeros or more than fifteen digits` };
    }
    const rival = fitting.find(
      (other) => other !== best && isOtherOrder(other.spelling, spelling) && other.fit === fit,
    );
    const because = rival
      ? `all values fit ${rival.spelling.name} too: nothing in the column decides`
      : `${fit} of ${values} values`;
    return { ...rest, type: spelling.type, spelling: spelling.name, because };
  });
}

const mayBeIds = ({ type }: Spelling): boolean => type === 'integer' || type === 'boolean';

interface Fitting {
  readonly spelling?: Spelling;
  readonly fit: number;
  readonly misfits: readonly string[];
}

const noSpelling: Fitting = { fit: 0, misfits: [] };

function untyped(common: Pick<ColumnGuess, 'name' | 'values' | 'missing'>): ColumnGuess {
  return common.values === 0
    ? { ...common, type: 'empty', share: 1, misfits: [], because: 'no value' }
    : {
        ...common,
        type: 'text',
        share: 1,
        misfits: [],
        because: 'no spelling of a type fits nine in ten values',
      };
}

/** Whether two spellings read the same texts as other values: day and month, or point and comma, swapped. */
function isOtherOrder(one: Spelling, other: Spelling): boolean {
  const pair = [one.name, other.name].sort().join(' / ');
  return (
    one.type === other.type &&
    ['day-month-year / month-day-year', 'decimal comma / decimal point'].includes(pair)
  );
}
