import { type BlockingOptions, type CandidatePairs, findCandidates } from './blocking.ts';
import { clustersWithoutConflict, type Edge } from './clusters.ts';
import { type DecidedPair, type DecidedPairs, readDecidedPairs } from './decided-pairs.ts';
import { type ItemText, profileItems } from './item-profiles.ts';
import { createJudge, type Judge, type JudgedPair, type PairBlock } from './judge.ts';
import { findVariantWords } from './variant-words.ts';

/** A judged pair of two namespaces, left < right by item number. */
export interface ComparedPair extends JudgedPair {
  /** Whether it reaches the threshold and each is the other's best in its namespace, or a person accepted it. */
  readonly isMatch: boolean;
  /** Name of the decision that accepted or rejected it; null where nobody did. */
  readonly decision: string | null;
}

/** Which items are one. */
export interface Resolution {
  /** Matches, decided pairs, and compared pairs with a score of at least `shownFrom`, ordered by (left, right). */
  readonly pairs: readonly ComparedPair[];
  /** Item number → smallest item number of its cluster; it has one item of a namespace at most unless a person accepted more. */
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
  /** What people decided, without contradictions, no pair twice. Default: nothing. */
  readonly decided?: readonly DecidedPair[];
}

/** Pairs below this score are not shown. */
export const shownFrom = 0.25;

/**
 * Resolves items across namespaces: blocking, then evidence for each candidate pair, then clusters.
 *
 * Between two namespaces a match is the mutual best, so one-to-one. What words mean the same, which words tell variants
 * apart and how far numbers can be trusted is learned from the items themselves. Decisions win over all of it: rejected
 * pairs are taken out before the best is sought, accepted ones count whatever their score. Deterministic for items in a given order.
 *
 * @param items ordered by (namespace, item id), no (namespace, item id) twice
 */
export async function resolveItems(items: readonly ItemText[], options: ResolveOptions): Promise<Resolution> {
  const catalogue = await profileItems(items, options.breathe);
  const groups = groupsOf(items);
  const decided = readDecidedPairs(groups, options.decided ?? []);
  const candidates = await findCandidates(catalogue, options.breathe, options);
  const variants = await findVariantWords(catalogue, options.breathe);
  const pairs: ComparedPair[] = [];
  const judges = new Map<string, Judge>();
  for (const [key, block] of blocksOf(candidates, groups)) {
    const judge = await createJudge(catalogue, variants, block, options.breathe);
    judges.set(key, judge);
    const judged = await judge.judgeCandidates(Math.min(options.threshold, shownFrom));
    pairs.push(...markMatches(judged, options.threshold, decided));
  }
  for (const [key, edges] of byBlock(decided.edges, groups)) {
    const judge =
      judges.get(key) ?? (await createJudge(catalogue, variants, blockOf(edges), options.breathe));
    for (const { left, right, action, decision } of edges)
      pairs.push({ ...judge.judge(left, right), isMatch: action === 'accept', decision });
  }
  const matches: Edge[] = pairs.filter(({ isMatch }) => isMatch);
  return {
    pairs: pairs
      .filter(({ score, isMatch, decision }) => isMatch || decision !== null || score >= shownFrom)
      .sort(byNumbers),
    clusters: clustersWithoutConflict(groups, matches, decided.edges),
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
  const pairs = Array.from(left, (one, place) => ({ left: one, right: right[place] as number }));
  return new Map([...byBlock(pairs, groups)].map(([key, list]) => [key, blockOf(list)]));
}

type Numbers = { readonly left: number; readonly right: number };

function byBlock<Pair extends Numbers>(pairs: readonly Pair[], groups: Int32Array): Map<string, Pair[]> {
  return Map.groupBy(pairs, ({ left, right }) => blockKey(groups, left, right));
}

function blockOf(pairs: readonly Numbers[]): PairBlock {
  return {
    left: Int32Array.from(pairs, ({ left }) => left),
    right: Int32Array.from(pairs, ({ right }) => right),
  };
}

function blockKey(groups: Int32Array, left: number, right: number): string {
  return `${groups[left]} ${groups[right]}`;
}

/** Marks the pairs that reach the threshold and are the best of both their items; decided ones are left out. */
function markMatches(
  judged: readonly JudgedPair[],
  threshold: number,
  decided: DecidedPairs,
): ComparedPair[] {
  const own = new Set(decided.edges.map(({ left, right }) => `${left} ${right}`));
  const ordered = judged
    .filter(({ left, right }) => !own.has(`${left} ${right}`))
    .sort((a, b) => b.score - a.score || byNumbers(a, b));
  const seen = new Set<number>();
  return ordered.map((pair) => {
    if (decided.isSettled(pair.left, pair.right)) return { ...pair, isMatch: false, decision: null };
    const isBest = !seen.has(pair.left) && !seen.has(pair.right);
    seen.add(pair.left).add(pair.right);
    return { ...pair, isMatch: isBest && pair.score >= threshold, decision: null };
  });
}

function byNumbers(a: Numbers, b: Numbers): number {
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
