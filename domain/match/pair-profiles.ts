import type { PairColumns } from './pair-columns.ts';
import { numberOf } from './pair-columns.ts';
import { foldPairText, squash, tokenizePairText } from './pair-tokens.ts';

/** Records of both sides, values in order of one list of columns; an empty text is a missing value. */
export interface PairRecords {
  readonly columns: readonly string[];
  readonly left: readonly (readonly string[])[];
  readonly right: readonly (readonly string[])[];
}

/** Distinct entries of a text by number, rising, with sums over their rarity. */
export interface Bag {
  readonly ids: Int32Array;
  /** Root of the sum of squared rarities. */
  norm: number;
  /** Sum of rarities. */
  sum: number;
}

/** A text of a record, ready to be compared. */
export interface TextView {
  readonly isEmpty: boolean;
  readonly squashed: string;
  readonly words: Bag;
  readonly grams: Bag;
  /** Words in the order of the text, as numbers, and the runs they stand in. */
  readonly order: Int32Array;
  readonly runs: readonly string[];
  readonly codes: readonly string[];
  readonly numbers: readonly string[];
  readonly measures: readonly { readonly unit: string; readonly number: string }[];
}

/** A record, ready to be compared. */
export interface RecordProfile {
  /** All its texts as one. */
  readonly whole: TextView;
  /** The main column's text; all texts where it is missing. */
  readonly main: TextView;
  /** Per text column; none for number columns. */
  readonly texts: readonly (TextView | undefined)[];
  /** Per column, NaN where it is no number or missing. */
  readonly numbers: readonly number[];
}

/** Both sides' profiles over shared numbers of words and character 3-grams. */
export interface ProfiledRecords {
  readonly left: readonly RecordProfile[];
  readonly right: readonly RecordProfile[];
  readonly words: readonly string[];
  /** Rarity of each word: log of records over records with it; and the rarity of a word of one record. */
  readonly wordRarity: Float32Array;
  readonly gramRarity: Float32Array;
  readonly highestRarity: number;
}

/**
 * Prepares records once, so that their pairs can be compared fast. Rarity comes from all texts; no labels are seen.
 *
 * Of a text the first 4,000 UTF-16 units and 40 model numbers and measures count, so that one huge value does not hold up its pairs.
 */
export function profileRecords(records: PairRecords, { columns, main }: PairColumns): ProfiledRecords {
  const words = createNumbering();
  const grams = createNumbering();
  const view = (text: string): TextView => viewOf(text, words, grams);
  const profile = (record: readonly string[]): RecordProfile => {
    const texts = columns.map(({ kind }, at) => (kind === 'number' ? undefined : view(record[at] ?? '')));
    const isAlone = columns.length === 1;
    const whole = isAlone ? (texts[0] as TextView) : view(record.filter((value) => value !== '').join(' '));
    const title = texts[main] as TextView;
    return {
      whole,
      main: title.isEmpty ? whole : title,
      texts,
      numbers: columns.map(({ kind }, at) => (kind === 'number' ? numberOf(record[at] ?? '') : Number.NaN)),
    };
  };
  const left = records.left.map(profile);
  const right = records.right.map(profile);
  const all = [...left, ...right];
  const wordRarity = rarityOf(all, words.size(), ({ words: bag }) => bag);
  const gramRarity = rarityOf(all, grams.size(), ({ grams: bag }) => bag);
  for (const { whole, main: title, texts } of all) {
    for (const text of new Set([whole, title, ...texts])) {
      if (text) weigh(text.words, wordRarity);
      if (text) weigh(text.grams, gramRarity);
    }
  }
  return {
    left,
    right,
    words: words.names(),
    wordRarity,
    gramRarity,
    highestRarity: Math.log(all.length + 1),
  };
}

/** UTF-16 units of a text that are looked at; and its model numbers and measures: what lies behind says little and costs much. */
const mostSigns = 4000;
const mostCodes = 40;

interface Numbering {
  of(name: string): number;
  size(): number;
  names(): readonly string[];
}

function createNumbering(): Numbering {
  const numbers = new Map<string, number>();
  return {
    of(name) {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, numbers.size);
      return numbers.size - 1;
    },
    size: () => numbers.size,
    names: () => [...numbers.keys()],
  };
}

function viewOf(whole: string, words: Numbering, grams: Numbering): TextView {
  const text = whole.slice(0, mostSigns);
  const tokens = tokenizePairText(text);
  const order = Int32Array.from(tokens.words, (word) => words.of(word));
  return {
    isEmpty: tokens.squashed === '',
    squashed: tokens.squashed,
    words: { ids: Int32Array.from(order).sort(), norm: 0, sum: 0 },
    grams: { ids: gramsOf(text, grams), norm: 0, sum: 0 },
    order,
    runs: tokens.runs,
    codes: tokens.codes.slice(0, mostCodes),
    numbers: tokens.numbers,
    measures: tokens.measures.slice(0, mostCodes),
  };
}

/** Character 3-grams of each run of signs, a space before and behind. */
function gramsOf(text: string, grams: Numbering): Int32Array {
  const ids = new Set<number>();
  for (const run of foldPairText(text).split(/\s+/u)) {
    const padded = ` ${squash(run)} `;
    for (let at = 0; at + 3 <= padded.length; at++) ids.add(grams.of(padded.slice(at, at + 3)));
  }
  return Int32Array.from(ids).sort();
}

function rarityOf(
  profiles: readonly RecordProfile[],
  size: number,
  bagOf: (view: TextView) => Bag,
): Float32Array {
  const counts = new Int32Array(size);
  for (const { whole } of profiles)
    for (const id of bagOf(whole).ids) counts[id] = (counts[id] as number) + 1;
  return Float32Array.from(counts, (count) => Math.log((profiles.length + 1) / Math.max(1, count)));
}

function weigh(bag: Bag, rarity: Float32Array): void {
  let [squares, sum] = [0, 0];
  for (const id of bag.ids) {
    const weight = rarity[id] as number;
    squares += weight * weight;
    sum += weight;
  }
  bag.norm = Math.sqrt(squares);
  bag.sum = sum;
}
