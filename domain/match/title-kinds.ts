import type { TermTable } from './title-terms.ts';

/** What a term is: a word, a bare number, a code (letters and digits in one, or six digits and more), or a quantity. */
export interface TermKinds {
  /** [vocabulary] 0 word, 1 bare number, 2 code, 3 and more: a quantity, one number per unit. */
  readonly kindOf: Int32Array;
  readonly kinds: number;
}

export const wordKind = 0;
export const numberKind = 1;
export const codeKind = 2;

/** A number of at least this many digits names a thing (telephone, article or post code) and does not count it. */
const shortestIdentifier = 6;
/** A run of letters is a unit when it follows at least this many different numbers. */
const leastNumbersOfUnit = 4;

/**
 * Tells the kinds of terms apart. Units are learned from the table: what stands behind several different numbers (`gb`, `cm`, `rpm`).
 */
export function termKinds(vocabulary: readonly string[]): TermKinds {
  const numbersOfUnit = new Map<string, number>();
  const unitOf = (term: string): string =>
    /^\p{N}[\p{N}.]*(?<unit>\p{L}{1,6})$/u.exec(term)?.groups?.unit ?? '';
  for (const term of vocabulary) {
    const unit = unitOf(term);
    if (unit !== '') numbersOfUnit.set(unit, (numbersOfUnit.get(unit) ?? 0) + 1);
  }
  const kinds = new Map<string, number>();
  const kindOf = Int32Array.from(vocabulary, (term) => {
    if (!/\p{N}/u.test(term)) return wordKind;
    if (!/\p{L}/u.test(term)) return term.length < shortestIdentifier ? numberKind : codeKind;
    const unit = unitOf(term);
    if ((numbersOfUnit.get(unit) ?? 0) < leastNumbersOfUnit) return codeKind;
    const kind = kinds.get(unit) ?? 3 + kinds.size;
    kinds.set(unit, kind);
    return kind;
  });
  return { kindOf, kinds: 3 + kinds.size };
}

/** A code that more records have does not name one thing. */
const mostRecordsOfName = 20;
const shortestName = 5;

/** Tells which terms name one thing: codes of five signs and more that at most twenty records have. */
export function namesThings(
  { vocabulary, frequency }: Pick<TermTable, 'vocabulary' | 'frequency'>,
  { kindOf }: TermKinds,
): (term: number) => boolean {
  const isName = Uint8Array.from(vocabulary, (text, term) =>
    kindOf[term] === codeKind &&
    text.length >= shortestName &&
    (frequency[term] as number) <= mostRecordsOfName
      ? 1
      : 0,
  );
  return (term) => isName[term] === 1;
}
