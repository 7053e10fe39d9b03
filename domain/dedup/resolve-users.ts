import { clustersWithoutConflict, type Edge } from './clusters.ts';
import type { DecidedPair } from './decided-pairs.ts';
import { findUserPairs, type UserBlockingOptions, type UserPairs } from './user-blocking.ts';
import { type LearnedUserMatches, learnUserMatches } from './user-learning.ts';
import { birthDates, createUserComparer, isForbidden, type UserComparer } from './user-levels.ts';
import type { UserTable } from './user-table.ts';

/** A compared pair of users, left < right by user number. */
export interface UserPair {
  readonly left: number;
  readonly right: number;
  /** Probability that they are one, 0-1. */
  readonly score: number;
  /** As `levelIn` takes it apart. */
  readonly outcome: number;
  /** Whether both are in one cluster by it: the score reaches the threshold and nothing forbids it, or a person accepted it. */
  readonly isMatch: boolean;
  readonly decision: string | null;
}

/** Which users are one. */
export interface UserResolution {
  /** Matches, decided pairs, and pairs with a score of at least `shownFrom`, by (left, right). */
  readonly pairs: readonly UserPair[];
  /** User number → smallest user number of the cluster. */
  readonly clusters: Int32Array;
  readonly candidates: number;
  readonly learned: LearnedUserMatches['learned'];
}

/** What decides beside the users. */
export interface ResolveUsersOptions extends UserBlockingOptions {
  /** Probability from which two users are one. */
  readonly threshold: number;
  /** What people decided, without contradictions, no pair twice. Default: nothing. */
  readonly decided?: readonly DecidedPair[];
}

/** Pairs below this probability are not shown. */
const shownFrom = 0.05;

/**
 * Resolves users across systems: blocking, levels of likeness per field, Fellegi-Sunter by EM, clusters.
 *
 * Nothing is learned from labels unless there are decisions; these count as labelled pairs, and win over everything. Two users
 * of one system are one only by a decision (or with `withinSystem`), and two with contradicting birth dates likewise, also
 * through others. Deterministic for users in a given order.
 */
export async function resolveUsers(table: UserTable, options: ResolveUsersOptions): Promise<UserResolution> {
  const { threshold, decided = [], withinSystem = false } = options;
  const found = await findUserPairs(table, options);
  const comparer = createUserComparer(table);
  const outcomes = await compareAll(found, comparer, options.breathe);
  const isDecided = decidedAmong(table, decided);
  const open = {
    outcomes,
    ruleOf: found.rule,
    isOpen: (place: number) => !isDecided(found.left[place] as number, found.right[place] as number),
  };
  const said = decided.map(({ left, right, action }) => ({
    outcome: comparer.outcomeOf(left, right),
    action,
  }));
  const { probabilityOf, learned } = learnUserMatches(open, said);
  const edges: Edge[] = [];
  for (const [place, outcome] of outcomes.entries()) {
    const [left, right] = [found.left[place] as number, found.right[place] as number];
    const score = probabilityOf(outcome, found.rule[place]);
    if (score >= threshold && !isForbidden(outcome) && !isDecided(left, right))
      edges.push({ left, right, score });
  }
  const groups = withinSystem ? table.systems.map((_, user) => user) : table.systems;
  const clusters = clustersWithoutConflict(groups, edges, decided, birthDates(table));
  const isMatch = ({ left, right }: Edge): boolean => clusters[left] === clusters[right];
  const pairs: UserPair[] = [];
  for (const [place, outcome] of outcomes.entries()) {
    const [left, right] = [found.left[place] as number, found.right[place] as number];
    const score = probabilityOf(outcome, found.rule[place]);
    if (score < shownFrom || isDecided(left, right)) continue;
    const edge = { left, right, score };
    const matches = score >= threshold && !isForbidden(outcome) && isMatch(edge);
    pairs.push({ ...edge, outcome, isMatch: matches, decision: null });
  }
  for (const { left, right, action, decision } of decided) {
    const outcome = comparer.outcomeOf(left, right);
    const score = probabilityOf(outcome);
    pairs.push({ left, right, score, outcome, isMatch: action === 'accept', decision });
  }
  return {
    pairs: pairs.sort((a, b) => a.left - b.left || a.right - b.right),
    clusters,
    candidates: outcomes.length,
    learned,
  };
}

async function compareAll(
  { left, right }: UserPairs,
  comparer: UserComparer,
  breathe: () => Promise<void>,
): Promise<Int32Array> {
  const outcomes = new Int32Array(left.length);
  for (let place = 0; place < outcomes.length; place++) {
    outcomes[place] = comparer.outcomeOf(left[place] as number, right[place] as number);
    if (place % pairsPerBreath === 0) await breathe();
  }
  return outcomes;
}

const pairsPerBreath = 4096;

function decidedAmong({ users }: UserTable, decided: readonly DecidedPair[]) {
  const own = new Set(decided.map(({ left, right }) => left * users + right));
  return (left: number, right: number): boolean => own.size > 0 && own.has(left * users + right);
}
