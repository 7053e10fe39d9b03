import type { Row, Warehouse } from '../warehouse/warehouse.ts';
import {
  dependencySql,
  dictionarySql,
  formsSql,
  letterCasesSql,
  splitKeysSql,
  textMarksSql,
} from './irregularities-sql.ts';
import type { ProfiledColumn } from './profile-sql.ts';

/**
 * What is irregular about a column.
 *
 * outer blanks: whitespace before or behind a value · control characters: among them the replacement character of a wrong
 * encoding · not ASCII: in a column that otherwise is (at most 5 % of its rows) · letter cases: values that occur in several
 * · decimal point: whole numbers written `17850.0`, in a column of nothing else · other forms: values written otherwise than
 * at least 80 % of the column, digits and letters told apart · several values: of another column, where its values otherwise
 * tell that column's (95 % of the rows).
 */
export type IrregularityKind =
  | 'outer blanks'
  | 'control characters'
  | 'not ASCII'
  | 'letter cases'
  | 'decimal point'
  | 'other forms'
  | 'several values';

/** One irregularity of a column. Counts are exact and of values as received; empty texts are no values. */
export interface Irregularity {
  readonly column: string;
  readonly kind: IrregularityKind;
  /** Rows concerned: of letter cases and several values those that differ from the commonest. */
  readonly rows: number;
  /** Distinct values concerned: of letter cases and several values those that occur in several ways. */
  readonly values: number;
  /** What was expected: the usual form, or the other column. Empty where the kind says it all. */
  readonly expected: string;
  /** Forms, spellings or values, the fullest first. */
  readonly examples: readonly IrregularExample[];
}

/** A form, spelling or value with its rows; `values`: how many values are of the form, or occur beside the value. */
export interface IrregularExample {
  readonly value: string;
  readonly rows: number;
  readonly values: number;
}

/** What was found, and how many pairs of columns were left out of the search for those that tell each other. */
export interface Irregularities {
  readonly found: readonly Irregularity[];
  readonly skippedPairs: number;
}

/** What is looked at. */
export interface IrregularityWork {
  /** Names the work in errors. */
  readonly step: string;
  readonly relation: string;
  readonly columns: readonly ProfiledColumn[];
  /** Whether a column may tell another: times and amounts do so by chance only. Default: every column. */
  readonly mayTell?: (column: string) => boolean;
}

const limits = { forms: 100, classes: 60, pairs: 120, examples: 10 };
/** Share of the rows from which a form is the usual one, up to which other characters are rare, and a column tells another. */
const shares = { form: 0.8, foreign: 0.05, agree: 0.95, gain: 0.9 };

/**
 * Looks through every value of the columns. No rule names a value: each compares the values of a column with each other.
 *
 * Reads the relation once per column and once per pair of columns that may tell each other; about 5 s for 8 columns of
 * 541 909 rows on 2 cores. Equal at any thread count.
 */
export async function findIrregularities(
  warehouse: Warehouse,
  work: IrregularityWork,
): Promise<Irregularities> {
  const found: Irregularity[] = [];
  const looked: LookedColumn[] = [];
  for (const [index, column] of work.columns.entries()) {
    const dictionary = `values_${index}`;
    await warehouse.run(
      work.step,
      `create or replace temp table ${dictionary} as ${dictionarySql(work.relation, column)}`,
    );
    const [marks = {}] = await warehouse.rows(work.step, textMarksSql(dictionary));
    const facts = { rows: Number(marks.rows), values: Number(marks.values), most: Number(marks.most) };
    looked.push({ ...facts, column });
    if (facts.values > 0 && column.storedType === 'VARCHAR') {
      found.push(
        ...markedTexts(column.column, marks),
        ...(await writtenTexts(warehouse, work, column.column, dictionary)),
      );
    }
    await warehouse.run(work.step, `drop table ${dictionary}`);
  }
  const { mayTell = () => true } = work;
  const pairs = likelyPairs(looked).filter(([from]) => mayTell(from.column.column));
  for (const pair of pairs.slice(0, limits.pairs))
    found.push(...(await severalValues(warehouse, work, pair)));
  return { found: inOrder(found, work.columns), skippedPairs: Math.max(0, pairs.length - limits.pairs) };
}

interface LookedColumn {
  readonly column: ProfiledColumn;
  /** Rows with a value, distinct values, and rows of the commonest one. */
  readonly rows: number;
  readonly values: number;
  readonly most: number;
}

function markedTexts(column: string, marks: Row): Irregularity[] {
  const of = (kind: IrregularityKind, name: string): Irregularity => ({
    column,
    kind,
    rows: Number(marks[`${name}_rows`]),
    values: Number(marks[`${name}_values`]),
    expected: '',
    examples: [],
  });
  const rows = Number(marks.rows);
  const foreign = of('not ASCII', 'foreign');
  const decimal = of('decimal point', 'decimal');
  return [
    of('outer blanks', 'blank'),
    of('control characters', 'control'),
    ...(foreign.rows <= shares.foreign * rows ? [foreign] : []),
    ...(decimal.rows === rows && decimal.values > 1 ? [decimal] : []),
  ].filter((one) => one.rows > 0);
}

async function writtenTexts(
  warehouse: Warehouse,
  { step }: IrregularityWork,
  column: string,
  dictionary: string,
): Promise<Irregularity[]> {
  const cases = (await warehouse.rows(step, letterCasesSql(dictionary))).map((row) =>
    example(row, row.spelling),
  );
  const forms = await warehouse.rows(step, formsSql(dictionary));
  const letterCases: Irregularity = {
    column,
    kind: 'letter cases',
    rows: sumOf(cases),
    values: cases.length,
    expected: '',
    examples: cases.slice(0, limits.examples),
  };
  return [...(cases.length > 0 ? [letterCases] : []), ...otherForms(column, forms)];
}

function otherForms(column: string, forms: readonly Row[]): Irregularity[] {
  const byClass = new Map<string, number>();
  for (const row of forms)
    byClass.set(String(row.class), (byClass.get(String(row.class)) ?? 0) + Number(row.rows));
  const all = [...byClass.values()].reduce((sum, rows) => sum + rows, 0);
  const usual = [...byClass].find(([name, rows]) => name.includes('9') && rows >= shares.form * all)?.[0];
  if (usual === undefined || byClass.size < 2 || byClass.size > limits.classes) return [];
  const others = forms
    .filter((row) => String(row.class) !== usual)
    .map((row) => example(row, Number(row.values) === 1 ? row.value : row.form));
  return [
    {
      column,
      kind: 'other forms',
      rows: sumOf(others),
      values: others.reduce((sum, { values }) => sum + values, 0),
      expected: usual,
      examples: others.slice(0, limits.forms),
    },
  ];
}

/** Pairs of columns of which the first may tell the second: it repeats its values, and has not far fewer of them. */
function likelyPairs(columns: readonly LookedColumn[]): [from: LookedColumn, to: LookedColumn][] {
  return columns.flatMap((from) =>
    columns
      .filter((to) => to !== from && to.values > 1)
      .filter((to) => from.values > 1 && from.values * 2 <= from.rows && to.values <= 2 * from.values)
      .map((to): [LookedColumn, LookedColumn] => [from, to]),
  );
}

async function severalValues(
  warehouse: Warehouse,
  { step, relation }: IrregularityWork,
  [from, to]: [LookedColumn, LookedColumn],
): Promise<Irregularity[]> {
  const [row = {}] = await warehouse.rows(step, dependencySql(relation, from.column, to.column));
  const rows = Number(row.rows);
  const split = Number(row.split);
  if (rows === 0 || split === 0) return [];
  const agreeing = Number(row.agreeing);
  const share = agreeing / rows;
  // A column that is nearly constant is told by nothing: what counts is how far the key does better than its commonest value.
  const base = to.most / to.rows;
  if (share < shares.agree || share - base < shares.gain * (1 - base)) return [];
  const keys = await warehouse.rows(step, splitKeysSql(relation, from.column, to.column, limits.examples));
  return [
    {
      column: from.column.column,
      kind: 'several values',
      rows: rows - agreeing,
      values: split,
      expected: to.column.column,
      examples: keys.map((key) => example(key, key.value)),
    },
  ];
}

function example(row: Row, value: unknown): IrregularExample {
  return { value: String(value), rows: Number(row.rows), values: Number(row.values ?? 1) };
}

function sumOf(examples: readonly IrregularExample[]): number {
  return examples.reduce((sum, { rows }) => sum + rows, 0);
}

function inOrder(found: readonly Irregularity[], columns: readonly ProfiledColumn[]): Irregularity[] {
  const place = new Map(columns.map(({ column }, index) => [column, index]));
  return found
    .map((one, index) => ({ one, order: [place.get(one.column) ?? 0, index] as const }))
    .sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1])
    .map(({ one }) => one);
}
