import { InputError } from '../runtime/errors.ts';
import { simpleRule } from './directional-knn.ts';
import type { EvaluationCase, MetricName } from './evaluate-model.ts';
import type { EvaluationDocument, EvaluationOptions } from './evaluation-document.ts';
import { asymmetricFamily, directionalFamily } from './families.ts';
import { type Interactions, interactionsOf } from './interactions.ts';
import { createNumbering, type LineFile } from './line-file.ts';
import { bestOf, candidatesOn, measure } from './measured-models.ts';
import { cosineKnn } from './order-free-knn.ts';
import { popularity } from './popularity.ts';

const metrics: readonly MetricName[] = ['hr@5', 'hr@10', 'ndcg@5', 'ndcg@10'];

/** The parts of a leave-one-out evaluation. */
export interface LeaveOneOut {
  /** All but each user's last two items. */
  readonly train: Interactions;
  /** All but each user's last item. */
  readonly trainAndValidation: Interactions;
  /** Find the last but one item from those before it. */
  readonly validation: readonly EvaluationCase[];
  /** Find the last item from those before it. */
  readonly test: readonly EvaluationCase[];
  readonly data: Readonly<Record<string, number>>;
}

/**
 * Splits sequences by leaving each user's last item for the test and the one before it for validation.
 *
 * Users with fewer than three items are learned from and not evaluated. An item the user has had before cannot be found
 * (the history is removed from the ranking), so such a user is left out of the cases and counted.
 *
 * @throws InputError STK-EVALUATE-SHORT when no user can be evaluated
 */
export function leaveOneOut(file: LineFile, name: string): LeaveOneOut {
  const items = createNumbering();
  const sequences = [...file.sequences.values()].map((ids) => ids.map((id) => items.of(id)));
  const long = sequences.filter((sequence) => sequence.length >= 3);
  const [validation, test] = [casesOf(long, 2), casesOf(long, 1)];
  if (test.length === 0 || validation.length === 0) {
    throw new InputError(
      `No user of ${name} can be evaluated: of ${sequences.length} users ${long.length} have three items or more, none of them with new items at the end; leave-one-out needs one item each to learn from, to validate and to test on`,
      { code: 'STK-EVALUATE-SHORT', details: { name, users: sequences.length, long: long.length } },
    );
  }
  const cut = (last: number): Interactions =>
    interactionsOf(
      items.size,
      sequences.map((sequence) => (sequence.length >= 3 ? sequence.slice(0, -last) : sequence)),
    );
  const data = {
    users: sequences.length,
    items: items.size,
    events: sequences.reduce((sum, sequence) => sum + sequence.length, 0),
    evaluatedUsers: test.length,
    shortUsers: sequences.length - long.length,
    repeatedTargets: long.length - test.length,
    repeatedUserLines: file.repeatedUsers,
  };
  return { train: cut(2), trainAndValidation: cut(1), validation, test, data };
}

/**
 * Leave-one-out figures of the tuned directional kNN and its baselines, learned from the train part only and from train
 * and validation item together.
 *
 * Parameters are searched on the validation items only; the history of a test user includes the validation item.
 */
export function evaluateSequence(
  parts: LeaveOneOut,
  name: string,
  options: EvaluationOptions,
): EvaluationDocument {
  const fixed = [popularity(), cosineKnn(), simpleRule()];
  const part = { train: parts.train, cases: parts.validation, metric: 'ndcg@10' } as const;
  const families = [directionalFamily, asymmetricFamily];
  const { candidates, searchSeconds } = candidatesOn([part], fixed, families, options);
  const models = (['train', 'train+validation'] as const).flatMap((trainedOn) => {
    const train = trainedOn === 'train' ? parts.train : parts.trainAndValidation;
    return candidates.map(
      (candidate) => measure(candidate, trainedOn, train, parts.test, metrics, options).figures,
    );
  });
  return {
    task: 'sequence',
    protocol:
      'leave one out: last item tested, the one before validated; full ranking, history removed, ties at expected rank; parameters searched on the validation items only',
    data: { file: name, ...parts.data },
    seed: options.seed,
    searchSeconds,
    models,
    chosen: bestOf(candidates).recommender.name,
  };
}

function casesOf(sequences: readonly (readonly number[])[], fromEnd: number): EvaluationCase[] {
  return sequences.flatMap((sequence) => {
    const at = sequence.length - fromEnd;
    const history = sequence.slice(0, at);
    const target = sequence[at] as number;
    return history.includes(target) ? [] : [{ history, wanted: [target] }];
  });
}
