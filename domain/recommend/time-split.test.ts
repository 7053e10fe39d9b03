import { expect, it } from 'vitest';
import { openStream } from '../math/random.ts';
import type { TimedEvents } from './split.ts';
import { evaluateTimeSplit, type TimeSplitEvaluation, type TimeSplitOptions } from './time-split.ts';

const options: TimeSplitOptions = {
  seed: 1,
  trials: 3,
  budgetSeconds: Number.POSITIVE_INFINITY,
  now: () => 0,
};

/** Users walk through the items of their own quarter in order, one a day, from different starts. */
function shop(days = 12, users = 120): TimedEvents {
  const items = 80;
  const rows = Array.from({ length: users * days }, (_, at) => {
    const [user, day] = [Math.floor(at / days), at % days];
    return [user, (user % 4) * 20 + ((Math.floor(user / 4) + day) % 20), day] as const;
  });
  return {
    users,
    items,
    userOf: Int32Array.from(rows, ([user]) => user),
    itemOf: Int32Array.from(rows, ([, item]) => item),
    dayOf: Float64Array.from(rows, ([, , day]) => day),
  };
}

function evaluated(events: TimedEvents, changes: Partial<TimeSplitOptions> = {}): TimeSplitEvaluation {
  const result = evaluateTimeSplit(events, { ...options, ...changes });
  if (result.outcome !== 'evaluated') throw new Error(result.outcome);
  return result;
}

it('chooses a model that is better than popularity beyond its interval', () => {
  const { chosen, differences, models, recommender } = evaluated(shop());
  const gain = differences.find(({ against, metric }) => against === 'popularity' && metric === 'ndcg@10');
  expect(gain?.low).toBeGreaterThan(0.3);
  expect(recommender.name).toBe(chosen);
  expect(models.find(({ name }) => name === chosen)?.metrics['hr@10']).toBeGreaterThan(0.95);
});

it('finds nothing to gain where the users’ events are shuffled', () => {
  const events = shop();
  const random = openStream(3, 'shuffle');
  const userOf = Int32Array.from(events.userOf, () => random.between(0, events.users - 1));
  const { differences } = evaluated({ ...events, userOf });
  const gain = differences.find(({ against, metric }) => against === 'popularity' && metric === 'ndcg@10');
  expect(Math.abs(gain?.mean ?? 0)).toBeLessThan(0.05);
  expect(gain?.low ?? 0).toBeLessThanOrEqual(0);
});

it('gives the same result again', () => {
  const { recommender: _, ...first } = evaluated(shop());
  const { recommender: __, ...second } = evaluated(shop());
  expect(second).toEqual(first);
});

it('uses vectors and labels where there are any', () => {
  const values = new Float32Array(80 * 4);
  for (let item = 0; item < 80; item++) values[item * 4 + Math.floor(item / 20)] = 1;
  const rows = {
    offsets: Int32Array.from({ length: 81 }, (_, at) => at),
    columns: Int32Array.from({ length: 80 }, (_, item) => Math.floor(item / 20)),
    values: new Float32Array(80).fill(1),
  };
  const { models, hybrid } = evaluated(shop(), { vectors: { dim: 4, values }, labels: { labels: 4, rows } });
  const floor = models.find(({ name }) => name === 'popularity')?.metrics['hr@10'] ?? 1;
  for (const name of ['content', 'label-match']) {
    expect(models.find((model) => model.name === name)?.metrics['hr@10']).toBeGreaterThan(2 * floor);
  }
  // Recency popularity stands too far below the best to be mixed in.
  expect(hybrid?.weights).toHaveLength(6);
});

it('has an outcome where nothing can be measured', () => {
  const events = shop();
  expect(evaluateTimeSplit({ ...events, dayOf: new Float64Array(events.dayOf.length) }, options)).toEqual({
    outcome: 'too-few-days',
    days: 1,
  });
  const strangers = { ...events, userOf: Int32Array.from(events.dayOf, (day) => day) };
  expect(evaluateTimeSplit(strangers, options)).toEqual({ outcome: 'no-returning-users', days: 12 });
});

it('leaves a dear method out that stands far behind on a few users, and says so', () => {
  const events = shop(12, 400);
  const values = new Float32Array(80 * 4);
  for (let item = 0; item < 80; item++) values[item * 4 + ((item * 7) % 4)] = 1;
  const phrases: string[] = [];
  const { models, chosen } = evaluated(events, {
    vectors: { dim: 4, values },
    onProgress: (phrase: string) => phrases.push(phrase),
  });
  expect(phrases.join('\n')).toContain('content is left out');
  expect(models.map(({ name }) => name)).not.toContain('content');
  expect(chosen).not.toBe('content');
});
