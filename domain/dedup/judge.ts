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
import { createAligner } from './word-alignment.ts';
import {
  type LearnedWords,
  type LearningPair,
  learnedLikeness,
  learningPair,
  learnWordPairs,
} from './word-pairs.ts';

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

/** What was learned of two namespaces, in a form that can be kept. */
export interface BlockKnowledge {
  /** Share (0-1) of items alike by words that have a likely partner with all the same numbers. */
  readonly steadiness: number;
  readonly learned: LearnedWords;
  /** Ids of the words that items of the left and of the right namespace use, ascending. */
  readonly usedLeft: readonly number[];
  readonly usedRight: readonly number[];
}

/** What is needed to compare items of two namespaces. */
export interface Judge {
  /**
   * The candidate pairs in their order, null where the score is below `lowest`.
   *
   * @param known what is known of a pair without comparing: undefined for nothing
   */
  judgeCandidates(lowest: number, known?: KnownPairs): Promise<JudgedBlock>;
  judge(left: number, right: number): JudgedPair;
  readonly knowledge: BlockKnowledge;
}

/** Judgements of an earlier night by item numbers; null for a score below the lowest, undefined for none. */
export type KnownPairs = (left: number, right: number) => JudgedPair | null | undefined;

/** Judgements of a block's pairs, and how many were compared for them. */
export interface JudgedBlock {
  readonly judged: readonly (JudgedPair | null)[];
  readonly compared: number;
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
  const use = wordUse(items, itemOf(block.left[0] as number), itemOf(block.right[0] as number));
  const facts = wordFacts(use, variantShare);
  const { groups, text, trigram } = await lookAtAll(catalogue, block, facts, breathe);
  const teachers = groups.map((group) => group.filter(({ numbers }) => numbers !== 'differ'));
  const learned = await learnWordPairs(teachers, catalogue.vocabulary, facts, breathe);
  const knowledge = { steadiness: steadinessOf(groups), learned, ...use };
  const cosinesAt = (place: number): WordCosines => {
    return { textCosine: text[place] as number, trigramCosine: trigram[place] as number };
  };
  return judgeWith(catalogue, variantShare, knowledge, block, breathe, cosinesAt);
}

/** Judges the candidate pairs of two namespaces by what was learned of these earlier. */
export function recallJudge(
  catalogue: ItemCatalogue,
  variantShare: Float64Array,
  block: PairBlock,
  breathe: () => Promise<void>,
  knowledge: BlockKnowledge,
): Judge {
  return judgeWith(catalogue, variantShare, knowledge, block, breathe);
}

function judgeWith(
  catalogue: ItemCatalogue,
  variantShare: Float64Array,
  knowledge: BlockKnowledge,
  block: PairBlock,
  breathe: () => Promise<void>,
  cosinesAt?: (place: number) => WordCosines,
): Judge {
  const itemOf = (number: number): ItemProfile => catalogue.items[number] as ItemProfile;
  const { steadiness, learned } = knowledge;
  const facts = wordFacts(knowledge, variantShare);
  const align = createAligner(catalogue, { ...facts, learned: learnedLikeness(learned) });
  const judge = (left: number, right: number, cosines: WordCosines): JudgedPair => {
    const [a, b] = [itemOf(left), itemOf(right)];
    const evidence = evidenceOf(a, b, align(a, b), cosines, catalogue, facts);
    return { left, right, evidence, score: similarityOf(evidence, steadiness) };
  };
  const judgeAt = (place: number, lowest: number): JudgedPair | null => {
    const [left, right] = [block.left[place] as number, block.right[place] as number];
    const cosines = cosinesAt?.(place) ?? wordCosines(itemOf(left), itemOf(right));
    if (similarityOf(bestCaseOf(itemOf(left), itemOf(right), cosines), steadiness) < lowest) return null;
    const pair = judge(left, right, cosines);
    return pair.score >= lowest ? pair : null;
  };
  return {
    knowledge,
    judge: (left, right) => judge(left, right, wordCosines(itemOf(left), itemOf(right))),
    async judgeCandidates(lowest, known) {
      const judged: (JudgedPair | null)[] = [];
      let compared = 0;
      for (let place = 0; place < block.left.length; place++) {
        await breathe();
        const found = known?.(block.left[place] as number, block.right[place] as number);
        if (found === undefined) compared++;
        judged.push(found === undefined ? judgeAt(place, lowest) : found);
      }
      return { judged, compared };
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
): Pick<BlockKnowledge, 'usedLeft' | 'usedRight'> {
  const usedIn = (namespace: string): number[] => {
    const used = new Set(items.flatMap((item) => (item.namespace === namespace ? [...item.words] : [])));
    return [...used].sort((a, b) => a - b);
  };
  return { usedLeft: usedIn(left.namespace), usedRight: usedIn(right.namespace) };
}

function wordFacts(
  use: Pick<BlockKnowledge, 'usedLeft' | 'usedRight'>,
  variantShare: Float64Array,
): WordFacts {
  const [ofLeft, ofRight] = [new Set(use.usedLeft), new Set(use.usedRight)];
  return { usedLeft: (word) => ofLeft.has(word), usedRight: (word) => ofRight.has(word), variantShare };
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
