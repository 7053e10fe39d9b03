import type { SparseRows } from '../math/csr.ts';
import { createInts } from './title-ints.ts';
import type { TermTable } from './title-terms.ts';

/** Blocking keys of records: rows of key numbers, distinct within a row. */
export interface BlockingKeys extends SparseRows {
  readonly keys: number;
}

/**
 * The keys by which records may find each other: their terms, the beginnings of long words, and for model numbers (letters and
 * digits in one) their longer beginnings and each run of letters with the digits that follow it.
 *
 * Keys of one record only are left out.
 */
export function blockingKeys(table: TermTable): BlockingKeys {
  const derived = deriveKeys(table.vocabulary);
  const counts = new Int32Array(derived.keys);
  const seen = new Int32Array(derived.keys).fill(-1);
  const each = (record: number, visit: (key: number) => void): void => {
    for (let at = table.offsets[record] as number; at < (table.offsets[record + 1] as number); at++) {
      const term = table.terms[at] as number;
      for (
        let place = derived.offsets[term] as number;
        place < (derived.offsets[term + 1] as number);
        place++
      ) {
        visit(derived.columns[place] as number);
      }
    }
  };
  for (let record = 0; record < table.records; record++) {
    each(record, (key) => {
      if (seen[key] === record) return;
      seen[key] = record;
      counts[key] = (counts[key] as number) + 1;
    });
  }
  seen.fill(-1);
  const columns = createInts();
  const offsets = new Int32Array(table.records + 1);
  for (let record = 0; record < table.records; record++) {
    each(record, (key) => {
      if (seen[key] === record || (counts[key] as number) < 2) return;
      seen[key] = record;
      columns.push(key);
    });
    offsets[record + 1] = columns.length();
  }
  return { keys: derived.keys, offsets, columns: columns.done() };
}

/** Keys of every term: rows by term number. */
function deriveKeys(vocabulary: readonly string[]): BlockingKeys {
  const ids = new Map<string, number>();
  const columns = createInts();
  const offsets = new Int32Array(vocabulary.length + 1);
  vocabulary.forEach((term, place) => {
    for (const text of keysOfTerm(term)) {
      const id = ids.get(text) ?? ids.size;
      ids.set(text, id);
      columns.push(id);
    }
    offsets[place + 1] = columns.length();
  });
  return { keys: ids.size, offsets, columns: columns.done() };
}

const wordPrefix = 4;
const shortestCode = 5;

/** The texts under which a term can be found; beginnings end in `…`. */
export function keysOfTerm(term: string): Set<string> {
  const keys = new Set([term]);
  if (term.length < shortestCode) return keys;
  if (!/\p{N}/u.test(term)) {
    if (term.length > wordPrefix + 1) keys.add(`${term.slice(0, wordPrefix)}…`);
    return keys;
  }
  if (/^[\p{N}.]+$/u.test(term)) return keys;
  for (let length = shortestCode; length < term.length; length++) keys.add(term.slice(0, length));
  for (const [run] of term.matchAll(/\p{L}+\p{N}+/gu)) if (run.length >= wordPrefix) keys.add(run);
  for (const [digits] of term.matchAll(/\p{N}{4,}/gu)) keys.add(digits);
  return keys;
}
