import { expect, it } from 'vitest';
import { type SearchLimits, type Space, searchParameters } from './search.ts';

const space: Space<'x' | 'y'> = {
  x: { kind: 'uniform', low: 0, high: 1 },
  y: { kind: 'log', low: 1, high: 1000 },
};
const start = { x: 0, y: 1 };
const peak = ({ x, y }: { x: number; y: number }): number => -Math.abs(x - 0.3) - Math.abs(Math.log10(y) - 2);
const limits: SearchLimits = { seed: 1, trials: 60, budgetSeconds: Number.POSITIVE_INFINITY, now: () => 0 };

it('tries the start first and stays within the ranges', () => {
  const { trials } = searchParameters('s', space, [start], peak, limits);
  expect(trials).toHaveLength(60);
  expect(trials[0]?.parameters).toEqual(start);
  for (const { parameters } of trials) {
    expect(parameters.x).toBeGreaterThanOrEqual(0);
    expect(parameters.x).toBeLessThanOrEqual(1);
    expect(parameters.y).toBeGreaterThanOrEqual(1);
    expect(parameters.y).toBeLessThanOrEqual(1000);
  }
});

it('comes near a peak it was not told of', () => {
  expect(searchParameters('s', space, [start], peak, limits).best.value).toBeGreaterThan(-0.2);
});

it('gives the same trials for the same number of them, whatever the clock says', () => {
  let clock = 0;
  const all = searchParameters('s', space, [start], peak, limits);
  const cut = searchParameters('s', space, [start], peak, {
    ...limits,
    budgetSeconds: 10,
    now: () => {
      clock += 1000;
      return clock;
    },
  });
  expect(cut.trials.length).toBeGreaterThan(3);
  expect(cut.trials.length).toBeLessThan(15);
  expect(cut.trials).toEqual(all.trials.slice(0, cut.trials.length));
  const again = searchParameters('s', space, [start], peak, { ...limits, trials: cut.trials.length });
  expect(again.best).toEqual(cut.best);
});

it('tries the start even where there is no time', () => {
  const { trials, best } = searchParameters('s', space, [start], peak, { ...limits, budgetSeconds: 0 });
  expect([trials.length, best.parameters]).toEqual([1, start]);
});

it('gives other trials for another seed', () => {
  const draw = (seed: number) => searchParameters('s', space, [start], peak, { ...limits, seed }).trials[1];
  expect(draw(1)).not.toEqual(draw(2));
});
