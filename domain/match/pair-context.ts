/** Which records the pairs join. */
export interface PairEnds {
  readonly lefts: Int32Array;
  readonly rights: Int32Array;
}

/** Values written per pair and score by `writeContext`. */
export const contextNames = ['aboveLeft', 'aboveRight', 'rankLeft', 'rankRight'] as const;

/** Whether a feature tells of a pair's standing among others, not of the pair alone. */
export function isContextFeature(name: string): boolean {
  return contextNames.some((context) => name.endsWith(` ${context}`));
}

/**
 * How a pair's score stands among the pairs of its left record, and of its right one: above the best pair with another record
 * (the score itself where there is none), and how many other records are above.
 *
 * Looks at scores only, never at labels. A pair that is given twice is no rival of itself.
 *
 * @param scores [pairs]; NaN counts as 0
 * @param into row-major [pairs, width]; four values per pair are written from column `at`
 */
export function writeContext(
  { lefts, rights }: PairEnds,
  scores: ArrayLike<number>,
  into: Float32Array,
  width: number,
  at: number,
): void {
  for (const [side, [ends, others]] of [
    [lefts, rights],
    [rights, lefts],
  ].entries() as Iterable<[number, [Int32Array, Int32Array]]>) {
    for (const group of groupsOf(ends)) {
      const rivals = new Map<number, number>();
      for (const pair of group) rivals.set(others[pair] as number, scores[pair] || 0);
      const ordered = [...rivals.values()].sort((a, b) => b - a);
      for (const pair of group) {
        const score = scores[pair] || 0;
        const rank = ordered.indexOf(score);
        const best = rank === 0 ? (ordered[1] ?? 0) : (ordered[0] as number);
        into[pair * width + at + side] = score - best;
        into[pair * width + at + 2 + side] = rank;
      }
    }
  }
}

/** Pairs of each record that has any. */
function groupsOf(ends: Int32Array): number[][] {
  const groups = new Map<number, number[]>();
  for (let pair = 0; pair < ends.length; pair++) {
    const record = ends[pair] as number;
    const group = groups.get(record);
    if (group) group.push(pair);
    else groups.set(record, [pair]);
  }
  return [...groups.values()];
}
