import { openStream } from '../math/random.ts';
import { InputError } from '../runtime/errors.ts';
import { simpleRule } from './directional-knn.ts';
import type { EvaluationCase, MetricName } from './evaluate-model.ts';
import type { EvaluationDocument, EvaluationOptions } from './evaluation-document.ts';
import { asymmetricFamily, directionalFamily, rp3Family } from './families.ts';
import { type Interactions, interactionsOf } from './interactions.ts';
import { createNumbering, type LineFile, type Numbering } from './line-file.ts';
import { bestOf, candidatesOn, measure } from './measured-models.ts';
import { cosineKnn } from './order-free-knn.ts';
import { popularity } from './popularity.ts';

const metrics: readonly MetricName[] = ['recall@20', 'ndcg@20'];

/** Share of a user's training items held out for validation. */
const validationShare = 0.2;

/** Users looked at per trial at most; drawn once, seeded. */
const mostValidationUsers = 10_000;

/** The parts of a ranking evaluation. */
export interface RankingParts {
  readonly train: Interactions;
  /** `train` without the items held out for validation. */
  readonly fitted: Interactions;
  readonly validation: readonly EvaluationCase[];
  readonly test: readonly EvaluationCase[];
  readonly data: Readonly<Record<string, number>>;
}

/**
 * Prepares a train and a test file: a fifth of each user's training items (two or more) is held out for validation.
 *
 * Items of the test file alone are in the ranking and count as wanted. A test user without training items is not
 * evaluated, and an item the user has in train is no test item; both are counted. Repeated items count once.
 *
 * @throws InputError STK-EVALUATE-NO-OVERLAP when no test user can be evaluated, STK-EVALUATE-SHORT when no user has two
 * training items
 */
export function rankingParts(train: LineFile, test: LineFile, seed: number): RankingParts {
  const items = createNumbering();
  const users = [...train.sequences].map(([user, ids]) => ({ user, items: distinct(ids, items) }));
  const byUser = new Map(users.map(({ user, items: list }) => [user, list]));
  const { cases, counts } = testCases(test, byUser, items);
  if (cases.length === 0) {
    throw new InputError(
      `No user of the test file can be evaluated: ${counts.unknownTestUsers} of ${test.sequences.size} users are not in the train file, the others have nothing new to find; the two files must name users and items alike`,
      { code: 'STK-EVALUATE-NO-OVERLAP', details: counts },
    );
  }
  const split = users.map(({ items: list }, user) => holdOut(list, seed, user));
  const held = split.filter(({ wanted }) => wanted.length > 0);
  if (held.length === 0) {
    throw new InputError('No user of the train file has two items; nothing can be held out for validation', {
      code: 'STK-EVALUATE-SHORT',
      details: { users: users.length },
    });
  }
  const sequences = users.map((user) => user.items);
  return {
    train: interactionsOf(items.size, sequences),
    fitted: interactionsOf(
      items.size,
      split.map(({ history }) => history),
    ),
    validation: sample(held, mostValidationUsers, seed),
    test: cases,
    data: {
      users: users.length,
      items: items.size,
      events: sequences.reduce((sum, list) => sum + list.length, 0),
      evaluatedUsers: cases.length,
      repeatedUserLines: train.repeatedUsers + test.repeatedUsers,
      ...counts,
    },
  };
}

/** Figures of every model on the test file, learned from the whole train file with the settings found on validation. */
export function evaluateRanking(
  parts: RankingParts,
  names: { readonly train: string; readonly test: string },
  options: EvaluationOptions,
): EvaluationDocument {
  const fixed = [popularity(), cosineKnn(), simpleRule()];
  const families = [asymmetricFamily, rp3Family, directionalFamily];
  const part = { train: parts.fitted, cases: parts.validation, metric: 'ndcg@20' } as const;
  const { candidates, searchSeconds } = candidatesOn([part], fixed, families, options);
  return {
    task: 'ranking',
    protocol:
      'full ranking, training items removed, ties at expected rank; parameters searched on a fifth of each user’s training items, then learned from the whole train file',
    data: { ...names, ...parts.data },
    seed: options.seed,
    searchSeconds,
    models: candidates.map(
      (candidate) =>
        measure(candidate, 'train+validation', parts.train, parts.test, metrics, options).figures,
    ),
    chosen: bestOf(candidates).recommender.name,
  };
}

function testCases(
  test: LineFile,
  byUser: ReadonlyMap<string, readonly number[]>,
  items: Numbering,
): { readonly cases: EvaluationCase[]; readonly counts: Record<string, number> } {
  const known = items.size;
  const counts = {
    unknownTestUsers: 0,
    testUsersWithoutNewItems: 0,
    testItemsSeenInTrain: 0,
    unknownTestItems: 0,
  };
  const cases: EvaluationCase[] = [];
  for (const [user, ids] of test.sequences) {
    const history = byUser.get(user);
    if (!history || history.length === 0) {
      counts.unknownTestUsers++;
      continue;
    }
    const seen = new Set(history);
    const all = distinct(ids, items);
    const wanted = all.filter((item) => !seen.has(item));
    counts.testItemsSeenInTrain += all.length - wanted.length;
    counts.unknownTestItems += wanted.filter((item) => item >= known).length;
    if (wanted.length === 0) counts.testUsersWithoutNewItems++;
    else cases.push({ history, wanted });
  }
  return { cases, counts };
}

function distinct(ids: readonly string[], items: Numbering): number[] {
  return [...new Set(ids.map((id) => items.of(id)))];
}

/** Draws a fifth of a list, at least one item, where two are left or more. */
function holdOut(list: readonly number[], seed: number, user: number): EvaluationCase {
  if (list.length < 2) return { history: list, wanted: [] };
  const count = Math.max(1, Math.floor(list.length * validationShare));
  const places = shuffledPlaces(list.length, seed, 'hold out', user).slice(0, count);
  const held = new Set(places);
  return {
    history: list.filter((_, at) => !held.has(at)),
    wanted: list.filter((_, at) => held.has(at)),
  };
}

function sample<Value>(list: readonly Value[], most: number, seed: number): Value[] {
  if (list.length <= most) return [...list];
  const places = shuffledPlaces(list.length, seed, 'validation users', 0)
    .slice(0, most)
    .sort((a, b) => a - b);
  return places.map((at) => list[at] as Value);
}

/** 0 … length - 1 in random order (Fisher and Yates). */
function shuffledPlaces(length: number, seed: number, label: string, part: number): number[] {
  const random = openStream(seed, label, part);
  const places = Array.from({ length }, (_, at) => at);
  for (let at = length - 1; at > 0; at--) {
    const other = random.between(0, at);
    [places[at], places[other]] = [places[other] as number, places[at] as number];
  }
  return places;
}
