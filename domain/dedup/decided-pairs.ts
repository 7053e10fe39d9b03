import type { ItemRef } from '../../schemas/match-decision.ts';
import { connectedComponents, type DecidedEdge } from './clusters.ts';
import { keyOfItem, type Verdict } from './match-decisions.ts';

/** What people's decisions mean for pairs of items (their numbers), also through other items. */
export interface DecidedPairs {
  readonly edges: readonly DecidedPair[];
  /** Whether the matcher has nothing to say: the two are decided, or one of them has its partner in the other's namespace. */
  isSettled(left: number, right: number): boolean;
}

/** A decision about two items: left < right by item number. */
export interface DecidedPair extends DecidedEdge {
  /** Name of the decision. */
  readonly decision: string;
}

/**
 * Reads decisions: accepted items are one thing, so what is said of one holds for the others, and a thing has one item of
 * a namespace unless a person says otherwise.
 *
 * @param groups number of each item's namespace
 */
export function readDecidedPairs(groups: Int32Array, edges: readonly DecidedPair[]): DecidedPairs {
  if (edges.length === 0) return { edges, isSettled: () => false };
  const things = connectedComponents(
    groups.length,
    edges.filter(({ action }) => action === 'accept'),
  );
  const thing = (item: number): number => things[item] as number;
  const joined = new Map<number, Set<number>>();
  const foes = new Set<string>();
  for (const { left, right, action } of edges) {
    if (action === 'reject') {
      foes.add(`${thing(left)} ${thing(right)}`).add(`${thing(right)} ${thing(left)}`);
      continue;
    }
    const namespaces = joined.get(thing(left)) ?? new Set();
    joined.set(thing(left), namespaces.add(groups[left] as number).add(groups[right] as number));
  }
  const hasPartner = (item: number, other: number): boolean =>
    joined.get(thing(item))?.has(groups[other] as number) ?? false;
  return {
    edges,
    isSettled: (left, right) =>
      hasPartner(left, right) || hasPartner(right, left) || foes.has(`${thing(left)} ${thing(right)}`),
  };
}

/** Decisions by item numbers. */
export interface DecidedItems {
  readonly pairs: readonly DecidedPair[];
  /** Decisions about items that no source delivers. */
  readonly unknown: number;
}

/** Finds the decided items among those there are, by their places in the list. */
export function decidedItems(texts: readonly ItemRef[], verdicts: readonly Verdict[]): DecidedItems {
  const wanted = new Set(verdicts.flatMap(({ a, b }) => [keyOfItem(a), keyOfItem(b)]));
  const numbers = new Map<string, number>();
  if (wanted.size > 0)
    for (const [number, text] of texts.entries()) {
      const key = keyOfItem(text);
      if (wanted.has(key)) numbers.set(key, number);
    }
  const pairs = verdicts.flatMap(({ a, b, action, decision }) => {
    const [x, y] = [numbers.get(keyOfItem(a)), numbers.get(keyOfItem(b))];
    if (x === undefined || y === undefined || x === y) return [];
    return [{ left: Math.min(x, y), right: Math.max(x, y), action, decision }];
  });
  return { pairs, unknown: verdicts.length - pairs.length };
}
