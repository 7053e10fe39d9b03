import { createInts } from './title-ints.ts';
import { tokenizeTitle } from './title-tokens.ts';

/** The terms of many records; record r has `terms[offsets[r] .. offsets[r + 1])`. */
export interface TermTable {
  readonly records: number;
  /** [records + 1] */
  readonly offsets: Int32Array;
  /** Ids into `vocabulary`, ascending and distinct within a record. */
  readonly terms: Int32Array;
  readonly vocabulary: readonly string[];
  /** [vocabulary] Records that hold the term. */
  readonly frequency: Int32Array;
}

/**
 * Takes the texts of records apart into terms, spelled one way throughout.
 *
 * What some records write in one and others apart (`64gb`, `64 gb`; `rki5151aw`, `rki 5151 aw`; `freestanding`, `free standing`) is
 * brought to the form that the table itself prefers: neighbours are joined where their joined form occurs at least a quarter as often
 * as they stand apart, and a joined form that is rarer than that is taken apart. No list of units or makers is needed.
 *
 * @param texts per record its columns; neighbours of two columns are never joined
 */
export function buildTerms(texts: Iterable<readonly string[]>): TermTable {
  const raw = readTokens(texts);
  const { join, split } = spellings(raw);
  const { ends, vocabulary } = raw;
  const offsets = new Int32Array(ends.length + 1);
  const terms = createInts();
  const frequency = new Int32Array(vocabulary.length);
  const own: number[] = [];
  let from = 0;
  for (let record = 0; record < ends.length; record++) {
    const to = ends[record] as number;
    own.length = 0;
    for (let at = from; at < to; ) {
      const { token, length } = join(at, to);
      const parts = split.get(token);
      if (parts) own.push(...parts);
      else if (token !== gap) own.push(token);
      at += length;
    }
    own.sort((a, b) => a - b);
    own.forEach((term, place) => {
      if (term === own[place - 1]) return;
      terms.push(term);
      frequency[term] = (frequency[term] as number) + 1;
    });
    offsets[record + 1] = terms.length();
    from = to;
  }
  return { records: ends.length, offsets, terms: terms.done(), vocabulary, frequency };
}

/** The token between two columns. */
const gap = 0;

interface RawTokens {
  readonly vocabulary: string[];
  readonly ids: ReadonlyMap<string, number>;
  readonly counts: readonly number[];
  /** All tokens, one record behind the other. */
  readonly tokens: Int32Array;
  /** Where each record ends. */
  readonly ends: Int32Array;
}

function readTokens(texts: Iterable<readonly string[]>): RawTokens {
  const vocabulary = [''];
  const ids = new Map<string, number>();
  const counts = [0];
  const tokens = createInts();
  const ends = createInts();
  for (const columns of texts) {
    columns.forEach((text, column) => {
      if (column > 0) tokens.push(gap);
      for (const token of tokenizeTitle(text)) {
        let id = ids.get(token);
        if (id === undefined) {
          id = vocabulary.push(token) - 1;
          ids.set(token, id);
          counts.push(0);
        }
        counts[id] = (counts[id] as number) + 1;
        tokens.push(id);
      }
    });
    ends.push(tokens.length());
  }
  return { vocabulary, ids, counts, tokens: tokens.done(), ends: ends.done() };
}

/** A joined form is kept where it occurs at least this share as often as its parts stand side by side. */
const leastShareJoined = 0.25;
/** Longer words are whole already. */
const longestJoined = 24;

/** Decides for each run of two or three neighbours whether it is written in one or apart. */
function spellings(raw: RawTokens) {
  const joinedAt = createJoiner(raw);
  const apart = countApart(raw, joinedAt);
  const split = new Map<number, readonly number[]>();
  for (const [joined, forms] of apart) {
    const [form] = [...forms.values()].sort((a, b) => b.count - a.count);
    if (form && (raw.counts[joined] as number) < leastShareJoined * form.count) split.set(joined, form.parts);
  }
  /** What stands at a place once neighbours are joined, and how many tokens it takes. */
  const join = (at: number, to: number): { token: number; length: number } => {
    for (let length = Math.min(3, to - at); length > 1; length--) {
      const token = joinedAt(at, length);
      if (token >= 0 && !split.has(token)) return { token, length };
    }
    return { token: raw.tokens[at] as number, length: 1 };
  };
  return { join, split };
}

/** The token that is written as the `length` tokens from a place on in one; -1 where there is none. */
type Joiner = (at: number, length: number) => number;

function createJoiner({ vocabulary, ids, tokens }: RawTokens): Joiner {
  return (at, length) => {
    let text = '';
    for (let place = at; place < at + length; place++) {
      const token = tokens[place] as number;
      if (token === gap) return -1;
      text += vocabulary[token];
    }
    return text.length > longestJoined ? -1 : (ids.get(text) ?? -1);
  };
}

/** By joined token: in which parts it is written apart, and how often. */
function countApart({ tokens, ends }: RawTokens, joinedAt: Joiner) {
  const apart = new Map<number, Map<string, { count: number; parts: readonly number[] }>>();
  let from = 0;
  for (const to of ends) {
    for (let at = from; at + 1 < to; at++) {
      for (let length = 2; length <= 3 && at + length <= to; length++) {
        const joined = joinedAt(at, length);
        if (joined < 0) continue;
        const parts = Array.from(tokens.subarray(at, at + length));
        const forms = apart.get(joined) ?? new Map<string, { count: number; parts: readonly number[] }>();
        apart.set(joined, forms);
        const form = forms.get(parts.join()) ?? { count: 0, parts };
        forms.set(parts.join(), form);
        form.count++;
      }
    }
    from = to;
  }
  return apart;
}
