import { expect, it } from 'vitest';
import { splitByTime, type TimedEvents } from './split.ts';

function eventsOf(rows: readonly (readonly [user: number, item: number, day: number])[]): TimedEvents {
  return {
    users: 3,
    items: 6,
    userOf: Int32Array.from(rows, ([user]) => user),
    itemOf: Int32Array.from(rows, ([, item]) => item),
    dayOf: Float64Array.from(rows, ([, , day]) => day),
  };
}

it('puts the last dates into the test, those before into validation, and learns from the rest', () => {
  const split = splitByTime(
    eventsOf([
      [0, 4, 12.5],
      [0, 0, 10.25],
      [0, 1, 10.5],
      [0, 2, 11.9],
      [1, 0, 10.1],
      [1, 0, 12.1],
      [2, 5, 12.2],
    ]),
  );
  if (split.outcome !== 'split') throw new Error(split.outcome);
  expect([split.days, split.validation.fromDay, split.test.fromDay]).toEqual([3, 11, 12]);
  expect([...split.train.itemOf]).toEqual([0, 1, 0]);
  expect([...split.trainAndValidation.itemOf]).toEqual([0, 1, 2, 0]);
  expect(split.validation.cases).toEqual([{ history: [0, 1], wanted: [2] }]);
  expect(split.test).toEqual({
    fromDay: 12,
    cases: [{ history: [0, 1, 2], wanted: [4] }],
    usersWithoutHistory: 1,
    usersWithNothingNew: 1,
    coldItems: 1,
  });
});

it('never divides a date', () => {
  const rows = Array.from(
    { length: 50 },
    (_, at) => [at % 3, at % 6, Math.floor(at / 10) + (at % 10) / 10] as const,
  );
  const split = splitByTime(eventsOf(rows), { validation: 0.3, test: 0.3 });
  if (split.outcome !== 'split') throw new Error(split.outcome);
  expect(split.train.itemOf.length % 10).toBe(0);
  expect(split.trainAndValidation.itemOf.length % 10).toBe(0);
});

it('has an outcome for events that all have one time', () => {
  expect(
    splitByTime(
      eventsOf([
        [0, 1, 7],
        [1, 2, 7],
      ]),
    ),
  ).toEqual({ outcome: 'too-few-days', days: 1 });
  expect(splitByTime(eventsOf([]))).toEqual({ outcome: 'too-few-days', days: 0 });
});

it('leaves every window a date however large the shares are', () => {
  const rows = [0, 1, 2].map((day) => [0, day, day] as const);
  const split = splitByTime(eventsOf(rows), { validation: 0.9, test: 0.9 });
  if (split.outcome !== 'split') throw new Error(split.outcome);
  expect([split.validation.fromDay, split.test.fromDay]).toEqual([1, 2]);
});

it('has windows before the validation window to confirm on, each with the days before it alone', () => {
  const rows = Array.from({ length: 40 }, (_, at) => [at % 3, at, Math.floor(at / 2)] as const);
  const split = splitByTime({ ...eventsOf(rows), items: 40 });
  if (split.outcome !== 'split') throw new Error(split.outcome);
  expect([split.validation.fromDay, split.test.fromDay]).toEqual([14, 16]);
  expect(split.earlier.map(({ window }) => window.fromDay)).toEqual([12, 10]);
  for (const { train, window } of split.earlier) {
    expect(Math.max(...(train.dayOf ?? []))).toBe(window.fromDay - 1);
  }
});
