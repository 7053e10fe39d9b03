/** How a column is compared. */
export interface PairColumn {
  readonly name: string;
  /** `prose` is text of more than twelve words on average. */
  readonly kind: 'text' | 'prose' | 'number';
}

/** What is compared of records: their columns, and the one that names them. */
export interface PairColumns {
  readonly columns: readonly PairColumn[];
  /** Place of the column whose values tell records apart best: a title or name. */
  readonly main: number;
}

/** Share of a column's values that must be numbers. */
const numberShare = 0.8;

/** Words of a text, on average, above which it is prose. */
const proseWords = 12;

/**
 * Decides how each column is compared by looking at its values; names say nothing.
 *
 * A column whose values are numbers to 80 % is one of numbers. The main column is the text column with the highest product
 * of the share of records that have a value, the share of distinct values and the share of values with several words;
 * equal products: the first. Where no column is text, the first counts as text.
 *
 * @param records values in order of `names`, empty where there is none; both sides together
 */
export function describePairColumns(
  names: readonly string[],
  records: readonly (readonly string[])[],
): PairColumns {
  const facts = names.map((_, at) => factsOf(records.map((record) => record[at] ?? '')));
  const isNumber = facts.map((fact) => fact.isNumber);
  if (!isNumber.includes(false)) isNumber[0] = false;
  let main = isNumber.indexOf(false);
  for (const [at, { weight }] of facts.entries()) {
    if (!isNumber[at] && weight > (facts[main]?.weight ?? 0)) main = at;
  }
  const kindOf = (at: number): PairColumn['kind'] => {
    if (isNumber[at]) return 'number';
    return at !== main && (facts[at]?.words ?? 0) > proseWords ? 'prose' : 'text';
  };
  return { columns: names.map((name, at) => ({ name, kind: kindOf(at) })), main };
}

/**
 * The number a value is, NaN where it is none: a currency or a unit may stand by it (`$ 12.99`, `7.2 %`, `330 ml`), commas
 * before three digits divide thousands; minutes and seconds (`3:45`) become seconds.
 */
export function numberOf(value: string): number {
  const text = value.trim();
  const clock = /^(\d{1,3}):([0-5]\d)$/.exec(text);
  if (clock) return 60 * Number(clock[1]) + Number(clock[2]);
  const found = amountPattern.exec(text);
  return found?.[1] === undefined ? Number.NaN : Number(found[1].replaceAll(',', ''));
}

/** A currency sign or a short word apart, the number, a sign or a short unit. */
const amountPattern =
  /^(?:[\p{Sc}#~<>=]\s*|\p{L}{1,4}\.?\s+)?([-+]?(?:\d[\d,]*(?:\.\d+)?|\.\d+))\s*(?:[\p{Sc}%°'"′″]|\p{L}{1,4}\.?)?$/u;

interface ColumnFacts {
  readonly isNumber: boolean;
  readonly weight: number;
  /** On average. */
  readonly words: number;
}

function factsOf(values: readonly string[]): ColumnFacts {
  const known = values.filter((value) => value.trim() !== '');
  const numbers = known.filter((value) => !Number.isNaN(numberOf(value))).length;
  const several = known.filter((value) => /\S\s+\S/.test(value.trim())).length;
  const words = known.reduce((sum, value) => sum + value.trim().split(/\s+/).length, 0);
  const distinct = new Set(known).size;
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return {
    isNumber: known.length > 0 && numbers >= numberShare * known.length,
    weight:
      share(known.length, values.length) *
      share(distinct, known.length) *
      (0.1 + share(several, known.length)),
    words: share(words, known.length),
  };
}
