import { type BlockingOptions, type CandidatePairs, findCandidates } from './blocking.ts';
import { clustersWithoutConflict, type Edge } from './clusters.ts';
import { type DecidedPair, type DecidedPairs, readDecidedPairs } from './decided-pairs.ts';
import { type ItemText, profileItems } from './item-profiles.ts';
import { createJudge, type Judge, type JudgedPair, type PairBlock, recallJudge } from './judge.ts';
import {
  type Completeness,
  type Judgement,
  knownPairs,
  type MatchMemory,
  rememberItems,
} from './match-memory.ts';
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
  /** Candidate pairs compared; of all others the memory knew. */
  readonly compared: number;
  /** What the next night can start from. */
  readonly memory: MatchMemory;
}

/**
 * How much blocking saved and lost: of a sample of items compared with all others, the matches found there and how many of
 * them were candidates. A night that starts from a memory tells what was measured when its words were learned.
 */
export interface BlockingFacts extends Completeness {
  readonly candidates: number;
  readonly possible: number;
  /** 1 - candidates / possible. */
  readonly reductionRatio: number;
}

/** What decides beside the items. */
export interface ResolveOptions extends BlockingOptions {
  /** Similarity (0-1) from which a pair can be a match. */
  readonly threshold: number;
  /** Awaited every few milliseconds of computing, so that other work of the process goes on. */
  readonly breathe: () => Promise<void>;
  /** What people decided, without contradictions, no pair twice. Default: nothing. */
  readonly decided?: readonly DecidedPair[];
  /** What an earlier night left, of the same namespaces and with the same lowest score kept. Default: learn anew. */
  readonly memory?: MatchMemory;
}

/** Pairs below this score are not shown. */
export const shownFrom = 0.25;

/** Scores below this are not kept. */
export function lowestKept(threshold: number): number {
  return Math.min(threshold, shownFrom);
}

/**
 * Resolves items across namespaces: blocking, then evidence for each candidate pair, then clusters.
 *
 * Between two namespaces a match is the mutual best, so one-to-one. What words mean the same, which words tell variants
 * apart and how far numbers can be trusted is learned from the items themselves. Decisions win over all of it: rejected
 * pairs are taken out before the best is sought, accepted ones count whatever their score. Deterministic for items in a given order.
 *
 * With a memory nothing is learned: words keep their weights, and only candidate pairs with a new or changed item (or that
 * were no candidates before) are compared; the result is that of comparing all of them by the memory's measure.
 *
 * @param items ordered by (namespace, item id), no (namespace, item id) twice
 */
export async function resolveItems(items: readonly ItemText[], options: ResolveOptions): Promise<Resolution> {
  const { breathe, threshold, memory } = options;
  const catalogue = await profileItems(items, breathe, memory?.words);
  const groups = groupsOf(items);
  const decided = readDecidedPairs(groups, options.decided ?? []);
  const candidates = await findCandidates(catalogue, breathe, options);
  const variants = memory
    ? Float64Array.from(catalogue.vocabulary, (_, word) => memory.variantShare[word] ?? 0)
    : await findVariantWords(catalogue, breathe);
  const remembered = rememberItems(items, memory);
  const known = memory && knownPairs(memory, remembered);
  const pairs: ComparedPair[] = [];
  const judges = new Map<string, Judge>();
  const judgements = new Map<number, Judgement>();
  let compared = 0;
  const blocks = blocksOf(candidates, groups);
  for (const [key, block] of blocks) {
    const held = memory?.blocks.get(blockName(items, block));
    const judge = held
      ? recallJudge(catalogue, variants, block, breathe, held)
      : await createJudge(catalogue, variants, block, breathe);
    judges.set(key, judge);
    const found = await judge.judgeCandidates(lowestKept(threshold), held && known);
    compared += found.compared;
    keepJudgements(judgements, block, found.judged, items.length);
    const judged = found.judged.filter((pair) => pair !== null);
    pairs.push(...markMatches(judged, threshold, decided));
  }
  for (const [key, edges] of Map.groupBy(decided.edges, ({ left, right }) => blockKey(groups, left, right))) {
    const judge = judges.get(key) ?? (await createJudge(catalogue, variants, blockOf(edges), breathe));
    for (const { left, right, action, decision } of edges)
      pairs.push({ ...judge.judge(left, right), isMatch: action === 'accept', decision });
  }
  const matches: Edge[] = pairs.filter(({ isMatch }) => isMatch);
  const completeness =
    memory?.completeness ?? (await sampleCompleteness(judges, groups, candidates, options));
  return {
    pairs: pairs
      .filter(({ score, isMatch, decision }) => isMatch || decision !== null || score >= shownFrom)
      .sort(byNumbers),
    clusters: clustersWithoutConflict(groups, matches, decided.edges),
    blocking: {
      candidates: candidates.left.length,
      possible: candidates.possible,
      reductionRatio: candidates.possible > 0 ? 1 - candidates.left.length / candidates.possible : 0,
      ...completeness,
    },
    compared,
    memory: {
      words: catalogue,
      variantShare: variants,
      blocks: knowledgeOf(items, blocks, judges, memory),
      items: remembered,
      judgements,
      lowest: lowestKept(threshold),
      learnedItems: memory?.learnedItems ?? items.length,
      completeness,
    },
  };
}

function keepJudgements(
  kept: Map<number, Judgement>,
  block: PairBlock,
  judged: readonly (JudgedPair | null)[],
  items: number,
): void {
  for (const [place, pair] of judged.entries()) {
    const key = (block.left[place] as number) * items + (block.right[place] as number);
    kept.set(key, pair && { score: pair.score, evidence: pair.evidence });
  }
}

/** What is known of the namespaces' words: what a memory held, and what was learned beside it. */
function knowledgeOf(
  items: readonly ItemText[],
  blocks: ReadonlyMap<string, PairBlock>,
  judges: ReadonlyMap<string, Judge>,
  memory: MatchMemory | undefined,
): MatchMemory['blocks'] {
  const own = [...blocks].flatMap(([key, block]) => {
    const judge = judges.get(key);
    return judge ? [[blockName(items, block), judge.knowledge] as const] : [];
  });
  return new Map([...(memory?.blocks ?? []), ...own]);
}

/** The two namespaces of a block. */
function blockName(items: readonly ItemText[], { left, right }: PairBlock): string {
  return `${items[left[0] as number]?.namespace} ${items[right[0] as number]?.namespace}`;
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

type Numbers = { readonly left: number; readonly right: number };

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
  const undecided =
    own.size === 0 ? [...judged] : judged.filter(({ left, right }) => !own.has(`${left} ${right}`));
  const ordered = undecided.sort((a, b) => b.score - a.score || byNumbers(a, b));
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
): Promise<Completeness> {
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
