import { type BlockingOptions, type CandidatePairs, findCandidates } from './blocking.ts';
import { clustersWithoutConflict, type Edge } from './clusters.ts';
import { type ItemText, profileItems } from './item-profiles.ts';
import { createJudge, type Judge, type JudgedPair, type PairBlock } from './judge.ts';
import { findVariantWords } from './variant-words.ts';

/** A judged pair of two namespaces, left < right by item number. */
export interface ComparedPair extends JudgedPair {
  /** Whether it reaches the threshold and each is the other's best in its namespace. */
  readonly isMatch: boolean;
}

/** Which items are one. */
export interface Resolution {
  /** Matches, and compared pairs with a score of at least `shownFrom`, ordered by (left, right). */
  readonly pairs: readonly ComparedPair[];
  /** Item number → smallest item number of its cluster; a cluster has one item of a namespace at most. */
  readonly clusters: Int32Array;
  readonly blocking: BlockingFacts;
}

/** How much blocking saved and lost. */
export interface BlockingFacts {
  readonly candidates: number;
  readonly possible: number;
  /** 1 - candidates / possible. */
  readonly reductionRatio: number;
  /** Items of a sample compared with all others, the matches found there, and how many of them were candidates. */
  readonly sampled: number;
  readonly sampledMatches: number;
  readonly pairCompleteness: number;
}

/** What decides beside the items. */
export interface ResolveOptions extends BlockingOptions {
  /** Similarity (0-1) from which a pair can be a match. */
  readonly threshold: number;
  /** Awaited every few milliseconds of computing, so that other work of the process goes on. */
  readonly breathe: () => Promise<void>;
}

/** Pairs below this score are not shown. */
export const shownFrom = 0.25;

/**
 * Resolves items across namespaces: blocking, then evidence for each candidate pair, then clusters.
 *
 * Between two namespaces a match is the mutual best, so one-to-one. What words mean the same, which words tell variants
 * apart and how far numbers can be trusted is learned from the items themselves. Deterministic for items in a given order.
 *
 * @param items ordered by (namespace, item id), no (namespace, item id) twice
 */
export async function resolveItems(items: readonly ItemText[], options: ResolveOptions): Promise<Resolution> {
  const catalogue = await profileItems(items, options.breathe);
  const groups = groupsOf(items);
  const candidates = await findCandidates(catalogue, options.breathe, options);
  const variants = await findVariantWords(catalogue, options.breathe);
  const pairs: ComparedPair[] = [];
  const judges = new Map<string, Judge>();
  for (const [key, block] of blocksOf(candidates, groups)) {
    const judge = await createJudge(catalogue, variants, block, options.breathe);
    judges.set(key, judge);
    const judged = await judge.judgeCandidates(Math.min(options.threshold, shownFrom));
    pairs.push(...markMatches(judged, options.threshold));
  }
  const matches: Edge[] = pairs.filter(({ isMatch }) => isMatch);
  return {
    pairs: pairs.filter(({ score, isMatch }) => isMatch || score >= shownFrom).sort(byNumbers),
    clusters: clustersWithoutConflict(groups, matches),
    blocking: {
      candidates: candidates.left.length,
      possible: candidates.possible,
      reductionRatio: candidates.possible > 0 ? 1 - candidates.left.length / candidates.possible : 0,
      ...(await sampleCompleteness(judges, groups, candidates, options)),
    },
  };
}

/** Candidate pairs by namespace pair, in the order of the pairs. */
function blocksOf({ left, right }: CandidatePairs, groups: Int32Array): Map<string, PairBlock> {
  const lists = new Map<string, { left: number[]; right: number[] }>();
  for (let place = 0; place < left.length; place++) {
    const [a, b] = [left[place] as number, right[place] as number];
    const key = blockKey(groups, a, b);
    const list = lists.get(key) ?? { left: [], right: [] };
    lists.set(key, list);
    list.left.push(a);
    list.right.push(b);
  }
  return new Map(
    [...lists].map(([key, list]) => [
      key,
      { left: Int32Array.from(list.left), right: Int32Array.from(list.right) },
    ]),
  );
}

function blockKey(groups: Int32Array, left: number, right: number): string {
  return `${groups[left]} ${groups[right]}`;
}

/** Marks the pairs that reach the threshold and are the best of both their items. */
function markMatches(judged: readonly JudgedPair[], threshold: number): ComparedPair[] {
  const ordered = [...judged].sort((a, b) => b.score - a.score || byNumbers(a, b));
  const seen = new Set<number>();
  return ordered.map((pair) => {
    const isBest = !seen.has(pair.left) && !seen.has(pair.right);
    seen.add(pair.left).add(pair.right);
    return { ...pair, isMatch: isBest && pair.score >= threshold };
  });
}

function byNumbers(a: { left: number; right: number }, b: { left: number; right: number }): number {
  return a.left - b.left || a.right - b.right;
}

function groupsOf(items: readonly ItemText[]): Int32Array {
  const names = [...new Set(items.map(({ namespace }) => namespace))];
  return Int32Array.from(items, ({ namespace }) => names.indexOf(namespace));
}

const sampleComparisons = 30_000;

/** Compares some items, evenly spread, with all of the other namespaces: matches that are no candidates were lost. */
async function sampleCompleteness(
  judges: ReadonlyMap<string, Judge>,
  groups: Int32Array,
  candidates: CandidatePairs,
  { threshold, breathe }: ResolveOptions,
): Promise<Pick<BlockingFacts, 'sampled' | 'sampledMatches' | 'pairCompleteness'>> {
  const total = groups.length;
  const step = Math.max(1, Math.ceil((total * total) / sampleComparisons));
  const kept = new Set<number>();
  for (let place = 0; place < candidates.left.length; place++) {
    kept.add((candidates.left[place] as number) * total + (candidates.right[place] as number));
  }
  let [sampled, matches, found] = [0, 0, 0];
  for (let item = 0; item < total; item += step) {
    sampled++;
    let best: { score: number; key: number } | undefined;
    for (let other = 0; other < total; other++) {
      const [left, right] = [Math.min(item, other), Math.max(item, other)];
      const judge = groups[left] === groups[right] ? undefined : judges.get(blockKey(groups, left, right));
      const score = judge?.judge(left, right).score ?? 0;
      if (score >= threshold && score > (best?.score ?? 0)) best = { score, key: left * total + right };
      await breathe();
    }
    if (!best) continue;
    matches++;
    if (kept.has(best.key)) found++;
  }
  return { sampled, sampledMatches: matches, pairCompleteness: matches > 0 ? found / matches : 1 };
}
