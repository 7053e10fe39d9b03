import { type SparseRows, transpose } from '../math/csr.ts';
import { createTopK } from '../math/top-k.ts';

/** Pairs worth comparing: `left[i] < right[i]`, no pair twice, ordered by the record that found it. */
export interface CandidatePairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Cosine of the keys both have, weighted by squared rarity; 0-1. Keys too common to be read are not counted. */
  readonly likeness: Float32Array;
}

/** How blocking chooses. */
export interface BlockingOptions {
  /** Best candidates kept per record. Default: `defaultCandidates`. */
  readonly candidates?: number;
  /** Places of the index read for one record, rarest keys first. Default: `defaultReads`. */
  readonly mostReads?: number;
  /** [keys] How steady each key is, 0-1; its weight is multiplied by it. Default: all alike. */
  readonly steadiness?: Float32Array;
}

/**
 * Candidates kept per record where nothing else is said: 0.57 % of the records, which leaves out about 99 % of all pairs, at least 5 and at most 215, and ten
 * million in all.
 */
export function defaultCandidates(records: number): number {
  const lean = Math.min(215, Math.floor(0.0057 * records), Math.floor(10_000_000 / Math.max(1, records)));
  return Math.max(5, lean);
}

/** Places of the index read for one record where nothing else is said: 1.5 thousand million in all, 1,500 to 40,000 each. */
export function defaultReads(records: number): number {
  return Math.min(40_000, Math.max(1500, Math.floor(1_500_000_000 / Math.max(1, records))));
}

/**
 * Finds the pairs worth comparing of all pairs of a table: records that share rare keys.
 *
 * Inverted index in typed arrays. Each record reads the records of its keys, rarest first, within a budget; the shared keys' squared
 * rarity (inverse document frequency), times steadiness, over both norms ranks them, and the best are kept (ties: the lower number). A pair is a
 * candidate when either side keeps it.
 *
 * Cost: at most `mostReads` additions per record, so linear in the records. Memory: 4 bytes per key of a record, 8 per kept candidate.
 */
export function findCandidates(
  keys: SparseRows,
  keyCount: number,
  options: BlockingOptions = {},
): CandidatePairs {
  const records = keys.offsets.length - 1;
  const { candidates = defaultCandidates(records), mostReads = defaultReads(records) } = options;
  const lists = transpose(keys, keyCount);
  const weights = weightsOf(lists, records, options.steadiness);
  const norms = normsOf(keys, weights);
  const best = new Int32Array(records * candidates);
  const values = new Float32Array(records * candidates);
  const counts = new Int32Array(records);
  const shared = new Float32Array(records);
  const touched = new Int32Array(records);
  const heap = createTopK(candidates);
  for (let record = 0; record < records; record++) {
    const count = addShared({ keys, lists, weights, mostReads }, record, shared, touched);
    const norm = norms[record] as number;
    for (let at = 0; at < count; at++) {
      const other = touched[at] as number;
      if (other !== record) heap.offer(other, (shared[other] as number) / ((norms[other] as number) * norm));
      shared[other] = 0;
    }
    const from = record * candidates;
    counts[record] = heap.drain(
      best.subarray(from, from + candidates),
      values.subarray(from, from + candidates),
      0,
    );
  }
  return mergeSides(best, values, counts, candidates);
}

/** Squared inverse document frequency of each key, times its steadiness. */
function weightsOf(lists: SparseRows, records: number, steadiness: Float32Array | undefined): Float32Array {
  const weights = new Float32Array(lists.offsets.length - 1);
  for (let key = 0; key < weights.length; key++) {
    const length = (lists.offsets[key + 1] as number) - (lists.offsets[key] as number);
    weights[key] = (Math.log((1 + records) / (1 + length)) + 0.1) ** 2 * (steadiness?.[key] ?? 1);
  }
  return weights;
}

function normsOf(keys: SparseRows, weights: Float32Array): Float32Array {
  const norms = new Float32Array(keys.offsets.length - 1);
  for (let record = 0; record < norms.length; record++) {
    let sum = 0;
    for (let at = keys.offsets[record] as number; at < (keys.offsets[record + 1] as number); at++) {
      sum += weights[keys.columns[at] as number] as number;
    }
    norms[record] = Math.sqrt(sum);
  }
  return norms;
}

interface KeyIndex {
  readonly keys: SparseRows;
  /** Records of each key. */
  readonly lists: SparseRows;
  readonly weights: Float32Array;
  readonly mostReads: number;
}

/** Adds up what others share with a record; returns how many were touched. A key that would exceed the budget ends the reading. */
function addShared(
  { keys, lists, weights, mostReads }: KeyIndex,
  record: number,
  shared: Float32Array,
  touched: Int32Array,
): number {
  const own = keys.columns.slice(keys.offsets[record] as number, keys.offsets[record + 1] as number);
  own.sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b);
  let [count, reads] = [0, 0];
  for (const key of own) {
    const [from, end] = [lists.offsets[key] as number, lists.offsets[key + 1] as number];
    reads += end - from;
    if (reads > mostReads) break;
    const weight = weights[key] as number;
    for (let at = from; at < end; at++) {
      const other = lists.columns[at] as number;
      const sum = shared[other] as number;
      if (sum === 0) touched[count++] = other;
      shared[other] = sum + weight;
    }
  }
  return count;
}

/** Each pair once, whoever keeps it. */
function mergeSides(
  best: Int32Array,
  values: Float32Array,
  counts: Int32Array,
  candidates: number,
): CandidatePairs {
  const keeps = (record: number, other: number): boolean => {
    const from = record * candidates;
    for (let at = from; at < from + (counts[record] as number); at++) if (best[at] === other) return true;
    return false;
  };
  const total = counts.reduce((sum, count) => sum + count, 0);
  const [left, right, likeness] = [new Int32Array(total), new Int32Array(total), new Float32Array(total)];
  let end = 0;
  for (let record = 0; record < counts.length; record++) {
    for (let at = record * candidates; at < record * candidates + (counts[record] as number); at++) {
      const other = best[at] as number;
      if (other < record && keeps(other, record)) continue;
      left[end] = Math.min(record, other);
      right[end] = Math.max(record, other);
      likeness[end++] = values[at] as number;
    }
  }
  return { left: left.slice(0, end), right: right.slice(0, end), likeness: likeness.slice(0, end) };
}
