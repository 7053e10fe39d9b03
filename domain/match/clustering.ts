/** Pairs that may belong together: log-odds above 0 speak for it. */
export interface ScoredPairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly scores: Float32Array;
}

/** Most members of each side that are compared when two clusters may become one. */
const mostMembers = 6;

/**
 * Joins records to clusters by average linkage: pairs are taken best first (ties: in their order), and the two clusters they lie in
 * become one when the mean log-odds between their members is above 0. So one weak bridge joins nothing, and members that contradict
 * each other (two model numbers) hold clusters apart.
 *
 * Of larger clusters the first six members of each side are compared, in the order they joined.
 *
 * @param judge log-odds of any two records
 * @returns per record the lowest record of its cluster
 */
export function clusterByAverage(
  records: number,
  pairs: ScoredPairs,
  judge: (left: number, right: number) => number,
): Int32Array {
  const order = bestFirst(pairs.scores);
  const root = Int32Array.from({ length: records }, (_, record) => record);
  const next = new Int32Array(records).fill(-1);
  const last = root.slice();
  const sizes = new Int32Array(records).fill(1);
  for (const place of order) {
    const [a, b] = [
      findRoot(root, pairs.left[place] as number),
      findRoot(root, pairs.right[place] as number),
    ];
    if (a === b) continue;
    const isPair = sizes[a] === 1 && sizes[b] === 1;
    if (!isPair && meanBetween(a, b, next, judge) <= 0) continue;
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    root[high] = low;
    next[last[low] as number] = high;
    last[low] = last[high] as number;
    sizes[low] = (sizes[low] as number) + (sizes[high] as number);
  }
  return Int32Array.from({ length: records }, (_, record) => findRoot(root, record));
}

function meanBetween(
  a: number,
  b: number,
  next: Int32Array,
  judge: (left: number, right: number) => number,
): number {
  let [sum, count] = [0, 0];
  let left = a;
  for (let i = 0; i < mostMembers && left >= 0; i++, left = next[left] as number) {
    let right = b;
    for (let j = 0; j < mostMembers && right >= 0; j++, right = next[right] as number) {
      sum += judge(left, right);
      count++;
    }
  }
  return sum / count;
}

/** Places of the scores above 0, highest first; ties in their order. */
function bestFirst(scores: Float32Array): Int32Array {
  let count = 0;
  for (const score of scores) if (score > 0) count++;
  const places = new Int32Array(count);
  let end = 0;
  scores.forEach((score, place) => {
    if (score > 0) places[end++] = place;
  });
  return places.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}

/** The root of a record's tree, halving the path on the way. Source: Tarjan and van Leeuwen 1984. */
function findRoot(root: Int32Array, record: number): number {
  let at = record;
  while (root[at] !== at) {
    root[at] = root[root[at] as number] as number;
    at = root[at] as number;
  }
  return at;
}
