import type { ItemRef, MatchKind, NamedMatchDecision } from '../../schemas/match-decision.ts';

/** A decision about two items that counts: `a` before `b` by (namespace, item id). */
export interface Verdict {
  readonly action: 'accept' | 'reject';
  readonly a: ItemRef;
  readonly b: ItemRef;
  /** Name of the decision. */
  readonly decision: string;
}

/** A decision that does not count because newer ones say otherwise. */
export interface Overruled extends Verdict {
  /** `taken-back` by an undo · `repeated` by a newer decision about the same items · `contradicted` through other items. */
  readonly how: 'taken-back' | 'repeated' | 'contradicted';
}

/** What people's decisions come to. */
export interface Verdicts {
  /** By (a, b); never contradictory, also through other items. */
  readonly valid: readonly Verdict[];
  readonly overruled: readonly Overruled[];
}

/**
 * What decisions come to, the newest first: an undo removes an earlier decision, of two decisions about the same items the
 * newer counts, and one that contradicts newer ones through other items does not count (`a = b` and `b = c`, so not `a ≠ c`).
 * Deterministic for decisions in the order in which they were made.
 */
export function verdictsOf(decisions: readonly NamedMatchDecision[]): Verdicts {
  const valid: Verdict[] = [];
  const overruled: Overruled[] = [];
  const undone = new Set<string>();
  const seen = new Set<string>();
  const things = createThings();
  for (const { id, decision } of [...decisions].reverse()) {
    const isUndone = undone.has(id);
    if (decision.action === 'undo') {
      if (!isUndone) undone.add(decision.decision);
      continue;
    }
    const [a, b] =
      keyOfItem(decision.a) < keyOfItem(decision.b) ? [decision.a, decision.b] : [decision.b, decision.a];
    const verdict: Verdict = { action: decision.action, a, b, decision: id };
    const key = pairKey(a, b);
    if (isUndone) overruled.push({ ...verdict, how: 'taken-back' });
    else if (seen.has(key)) overruled.push({ ...verdict, how: 'repeated' });
    else if (!things.take(verdict)) overruled.push({ ...verdict, how: 'contradicted' });
    else valid.push(verdict);
    if (!isUndone) seen.add(key);
  }
  return { valid: valid.sort((x, y) => (pairKey(x.a, x.b) < pairKey(y.a, y.b) ? -1 : 1)), overruled };
}

/** The decisions about items, or about users; what takes decisions back is in both. */
export function decisionsAbout(
  kind: MatchKind,
  decisions: readonly NamedMatchDecision[],
): NamedMatchDecision[] {
  return decisions.filter(({ decision }) => decision.action === 'undo' || (decision.kind ?? 'item') === kind);
}

/** One text per item, in the order of (namespace, item id). */
export function keyOfItem({ namespace, itemId }: ItemRef): string {
  return `${namespace}\u0000${itemId}`;
}

/** One text per pair of items given in order. */
export function pairKey(a: ItemRef, b: ItemRef): string {
  return `${keyOfItem(a)}\u0001${keyOfItem(b)}`;
}

/** What decisions add to a key: nothing where none counts, so that nights without decisions keep theirs. */
export function verdictsKey(verdicts: readonly Verdict[] | undefined): {
  readonly verdicts?: readonly Verdict[];
} {
  return verdicts && verdicts.length > 0 ? { verdicts } : {};
}

/** Things made of accepted items, and which of them are known to be two. */
function createThings() {
  const parents = new Map<string, string>();
  const rejected: [string, string][] = [];
  const rootOf = (item: string): string => {
    let at = item;
    for (let up = parents.get(at); up !== undefined; up = parents.get(at)) at = up;
    return at;
  };
  return {
    /** Takes a verdict in unless those taken before say otherwise. */
    take({ action, a, b }: Verdict): boolean {
      const [left, right] = [rootOf(keyOfItem(a)), rootOf(keyOfItem(b))];
      if (action === 'reject') {
        if (left === right) return false;
        rejected.push([left, right]);
        return true;
      }
      const isRejected = rejected.some(([x, y]) => {
        const [one, other] = [rootOf(x), rootOf(y)];
        return (one === left && other === right) || (one === right && other === left);
      });
      if (isRejected) return false;
      if (left !== right) parents.set(right, left);
      return true;
    },
  };
}
