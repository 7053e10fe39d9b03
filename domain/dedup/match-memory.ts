import { sha256 } from '../runtime/hashing.ts';
import type { HeldWords, ItemText } from './item-profiles.ts';
import type { BlockKnowledge, JudgedPair, KnownPairs } from './judge.ts';
import { keyOfItem } from './match-decisions.ts';

/** An item as a night knew it. */
export interface RememberedItem {
  /** Hash of everything matching reads of it. */
  readonly hash: string;
  /** The hash it had when the words were learned; null for an item that came later. */
  readonly learned: string | null;
}

/** What blocking lost, measured when the words were learned. */
export interface Completeness {
  readonly sampled: number;
  readonly sampledMatches: number;
  readonly pairCompleteness: number;
}

/** A judgement without its items; null for a score below `lowest`. */
export type Judgement = Pick<JudgedPair, 'score' | 'evidence'> | null;

/**
 * What a night of matching leaves for the next: everything learned and every judgement made, so that only pairs with a new
 * or changed item are compared again, by the same measure. Decisions of people leave no trace in it.
 */
export interface MatchMemory {
  readonly words: HeldWords;
  /** Word id → how much it tells variants apart; shorter than the vocabulary where words came later. */
  readonly variantShare: Float64Array;
  /** By both namespaces, `left right`. */
  readonly blocks: ReadonlyMap<string, BlockKnowledge>;
  /** By `keyOfItem`, in the order of the items' numbers. */
  readonly items: ReadonlyMap<string, RememberedItem>;
  /** By left number x items + right number. */
  readonly judgements: ReadonlyMap<number, Judgement>;
  /** Scores below this were not kept. */
  readonly lowest: number;
  /** Items there were when the words were learned. */
  readonly learnedItems: number;
  readonly completeness: Completeness;
}

/** Hash of what matching reads of an item. */
export function hashOfText({ title, description, brand, price }: ItemText): string {
  return sha256(JSON.stringify([title, description, brand, price])).slice(0, 16);
}

/** The items of tonight as the next night remembers them. */
export function rememberItems(items: readonly ItemText[], before?: MatchMemory): Map<string, RememberedItem> {
  return new Map(
    items.map((item) => {
      const [key, hash] = [keyOfItem(item), hashOfText(item)];
      return [key, { hash, learned: before ? (before.items.get(key)?.learned ?? null) : hash }];
    }),
  );
}

/** Share of the learned items that are other ones by now: changed, gone, or come since. 0 and up. */
export function driftOf(items: ReadonlyMap<string, RememberedItem>, learnedItems: number): number {
  let [changed, there] = [0, 0];
  for (const { hash, learned } of items.values()) {
    if (learned !== hash) changed++;
    if (learned !== null) there++;
  }
  return (changed + learnedItems - there) / Math.max(1, learnedItems);
}

/** What is known of pairs of tonight's items without comparing them: nothing where one of them is new or changed. */
export function knownPairs(memory: MatchMemory, items: ReadonlyMap<string, RememberedItem>): KnownPairs {
  const places = new Map([...memory.items.keys()].map((key, place) => [key, place]));
  const old = Int32Array.from(items, ([key, { hash }]) =>
    memory.items.get(key)?.hash === hash ? (places.get(key) ?? -1) : -1,
  );
  return (left, right) => {
    const [a, b] = [old[left] as number, old[right] as number];
    if (a < 0 || b < 0) return undefined;
    const found = memory.judgements.get(a * memory.items.size + b);
    return found && { left, right, ...found };
  };
}
