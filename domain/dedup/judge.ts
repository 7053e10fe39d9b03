import type { ItemCatalogue, ItemProfile } from './item-profiles.ts';
import {
  affinityOf,
  bestCaseOf,
  type Evidence,
  evidenceOf,
  similarityOf,
  type WordCosines,
  type WordFacts,
  wordCosines,
} from './similarity.ts';
import { createAligner, type WordKnowledge } from './word-alignment.ts';
import { type LearningPair, learningPair, learnWordPairs } from './word-pairs.ts';

/** Candidate pairs of two namespaces: item numbers, `left[i]` of the earlier one. */
export interface PairBlock {
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/** A compared pair: similarity (0-1) and what it rests on. */
export interface JudgedPair {
  readonly left: number;
  readonly right: number;
  readonly score: number;
  readonly evidence: Evidence;
}

/** What is needed to compare items of two namespaces. */
export interface Judge {
  /** The candidate pairs whose score is at least `lowest`, in their order. */
  judgeCandidates(lowest: number): Promise<JudgedPair[]>;
  judge(left: number, right: number): JudgedPair;
  /** Share (0-1) of items alike by words that have a likely partner with all the same numbers. */
  readonly steadiness: number;
}

/** Pairs with less affinity teach nothing. */
const leastAffinity = 0.3;
/** Candidates of one item that are learned from, best first. */
const candidatesLearnedFrom = 12;

/**
 * Looks at all candidate pairs of two namespaces once, learns from them which words mean the same and how steady numbers
 * are, and judges pairs by it.
 *
 * Cost: two alignments per candidate pair, about 10 µs each.
 */
export async function createJudge(
  catalogue: ItemCatalogue,
  variantShare: Float64Array,
  block: PairBlock,
  breathe: () => Promise<void>,
): Promise<Judge> {
  const { items } = catalogue;
  const itemOf = (number: number): ItemProfile => items[number] as ItemProfile;
  const facts = {
    ...wordUse(items, itemOf(block.left[0] as number), itemOf(block.right[0] as number)),
    variantShare,
  };
  const { groups, text, trigram } = await lookAtAll(catalogue, block, facts, breathe);
  const steadiness = steadinessOf(groups);
  const teachers = groups.map((group) => group.filter(({ numbers }) => numbers !== 'differ'));
  const learned = await learnWordPairs(teachers, catalogue.vocabulary, facts, breathe);
  const align = createAligner(catalogue, { ...facts, learned });
  const judge = (left: number, right: number, cosines: WordCosines): JudgedPair => {
    const [a, b] = [itemOf(left), itemOf(right)];
    const evidence = evidenceOf(a, b, align(a, b), cosines, catalogue, facts);
    return { left, right, evidence, score: similarityOf(evidence, steadiness) };
  };
  return {
    steadiness,
    judge: (left, right) => judge(left, right, wordCosines(itemOf(left), itemOf(right))),
    async judgeCandidates(lowest) {
      const judged: JudgedPair[] = [];
      for (let place = 0; place < block.left.length; place++) {
        await breathe();
        const [left, right] = [block.left[place] as number, block.right[place] as number];
        const cosines = { textCosine: text[place] as number, trigramCosine: trigram[place] as number };
        if (similarityOf(bestCaseOf(itemOf(left), itemOf(right), cosines), steadiness) < lowest) continue;
        const pair = judge(left, right, cosines);
        if (pair.score >= lowest) judged.push(pair);
      }
      return judged;
    },
  };
}

/** A first look at a candidate pair, before anything is learned. */
type Impression = LearningPair & Pick<Evidence, 'numbers'>;

/** First looks at all candidate pairs: the best of each right item, best first, and every pair's cosines. */
async function lookAtAll(
  catalogue: ItemCatalogue,
  block: PairBlock,
  facts: WordFacts,
  breathe: () => Promise<void>,
): Promise<{ groups: Impression[][]; text: Float64Array; trigram: Float64Array }> {
  const align = createAligner(catalogue, { ...facts, learned: () => 0 });
  const [text, trigram] = [new Float64Array(block.left.length), new Float64Array(block.left.length)];
  const byRight = new Map<number, Impression[]>();
  for (let place = 0; place < block.left.length; place++) {
    await breathe();
    const right = block.right[place] as number;
    const [a, b] = [catalogue.items[block.left[place] as number], catalogue.items[right]] as [
      ItemProfile,
      ItemProfile,
    ];
    const cosines = wordCosines(a, b);
    [text[place], trigram[place]] = [cosines.textCosine, cosines.trigramCosine];
    const alignment = align(a, b);
    const seen = evidenceOf(a, b, alignment, cosines, catalogue, facts);
    const affinity = affinityOf(seen);
    if (affinity < leastAffinity) continue;
    const group = byRight.get(right) ?? [];
    byRight.set(right, group);
    group.push({ numbers: seen.numbers, ...learningPair(affinity, alignment) });
  }
  const ordered = [...byRight].sort(([a], [b]) => a - b).map(([, group]) => group);
  return { groups: ordered.map(bestImpressions), text, trigram };
}

function bestImpressions(group: readonly Impression[]): Impression[] {
  return [...group].sort((a, b) => b.affinity - a.affinity).slice(0, candidatesLearnedFrom);
}

function wordUse(
  items: readonly ItemProfile[],
  left: ItemProfile,
  right: ItemProfile,
): Pick<WordKnowledge, 'usedLeft' | 'usedRight'> {
  const usedIn = (namespace: string): Set<number> =>
    new Set(items.flatMap((item) => (item.namespace === namespace ? [...item.words] : [])));
  const [ofLeft, ofRight] = [usedIn(left.namespace), usedIn(right.namespace)];
  return { usedLeft: (word) => ofLeft.has(word), usedRight: (word) => ofRight.has(word) };
}

/** Numbers are presumed to be steady until enough items tell otherwise. */
const presumed = { agreed: 4, told: 5 };

function steadinessOf(groups: readonly (readonly Impression[])[]): number {
  let [told, agreed] = [0, 0];
  for (const group of groups) {
    const top = group[0]?.affinity ?? 0;
    const likely = group.filter(({ affinity, numbers }) => affinity > top - 0.08 && numbers !== 'none');
    if (top < 0.6 || likely.length === 0) continue;
    told++;
    if (likely.some(({ numbers }) => numbers === 'agree')) agreed++;
  }
  return (agreed + presumed.agreed) / (told + presumed.told);
}
