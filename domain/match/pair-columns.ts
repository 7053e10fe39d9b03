/** How a column is compared. */
export interface PairColumn {
  readonly name: string;
  readonly kind: 'text' | 'number';
}

/** What is compared of records: their columns, and the one that names them. */
export interface PairColumns {
  readonly columns: readonly PairColumn[];
  /** Place of the column whose values tell records apart best: a title or name. */
  readonly main: number;
}

/** Share of a column's values that must be numbers. */
const numberShare = 0.8;

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
  const kinds = facts.map(({ isNumber }) => isNumber);
  if (!kinds.includes(false)) kinds[0] = false;
  let main = kinds.indexOf(false);
  for (const [at, { weight }] of facts.entries()) {
    if (!kinds[at] && weight > (facts[main]?.weight ?? 0)) main = at;
  }
  return { columns: names.map((name, at) => ({ name, kind: kinds[at] ? 'number' : 'text' })), main };
}

/**
 * The number a value is, NaN where it is none: up to four signs before and behind (`$ 12.99`, `7.2 %`, `330 ml`), commas
 * before three digits divide thousands; minutes and seconds (`3:45`) become seconds.
 */
export function numberOf(value: string): number {
  const text = value.trim();
  const clock = /^(\d{1,3}):([0-5]\d)$/.exec(text);
  if (clock) return 60 * Number(clock[1]) + Number(clock[2]);
  const found = /^[^\d.+-]{0,4}([-+]?\d[\d,]*(?:\.\d+)?|[-+]?\.\d+)\s*[^\d.,:/-]{0,4}$/.exec(text);
  return found?.[1] === undefined ? Number.NaN : Number(found[1].replaceAll(',', ''));
}

function factsOf(values: readonly string[]): { readonly isNumber: boolean; readonly weight: number } {
  const known = values.filter((value) => value.trim() !== '');
  const numbers = known.filter((value) => !Number.isNaN(numberOf(value))).length;
  const several = known.filter((value) => /\S\s+\S/.test(value.trim())).length;
  const distinct = new Set(known).size;
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return {
    isNumber: known.length > 0 && numbers >= numberShare * known.length,
    weight:
      share(known.length, values.length) *
      share(distinct, known.length) *
      (0.1 + share(several, known.length)),
  };
}
