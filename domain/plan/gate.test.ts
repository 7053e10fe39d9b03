import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultGateRules, type GateInput, judgeCandidate } from './gate.ts';

const interval = (mean: number, low: number, high: number) => ({ mean, low, high });
const base: GateInput = {
  candidate: { version: 'v2', metrics: { 'ndcg@10': 0.06 } },
  trainedThrough: '2026-01-07',
  window: { from: '2026-01-08', to: '2026-01-14', users: 200, events: 900 },
  popularity: { metrics: { 'ndcg@10': 0.02 }, difference: interval(0.04, 0.03, 0.05) },
  rules: { ...defaultGateRules, minUsers: 50, tolerance: 0.002 },
};
const against = (mean: number, low: number, high: number): GateInput => ({
  ...base,
  champion: { version: 'v1', metrics: { 'ndcg@10': 0.06 - mean }, difference: interval(mean, low, high) },
});

describe('the first night', () => {
  it('promotes what is better than popularity', () => {
    const outcome = judgeCandidate(base);
    expect(outcome).toMatchObject({ decision: 'promoted', ground: 'first' });
    expect(outcome.why).toContain('0.0600');
    expect(outcome.why).toContain('[+0.0300, +0.0500]');
  });

  it('promotes popularity itself: a cheap model that is as good serves', () => {
    const popularity = { metrics: { 'ndcg@10': 0.06 }, difference: interval(0, 0, 0) };
    expect(judgeCandidate({ ...base, popularity }).decision).toBe('promoted');
  });

  it('rejects what is worse than popularity', () => {
    const popularity = { metrics: { 'ndcg@10': 0.08 }, difference: interval(-0.02, -0.03, -0.01) };
    expect(judgeCandidate({ ...base, popularity })).toMatchObject({
      decision: 'rejected',
      ground: 'worse-than-popularity',
    });
  });

  it('decides nothing with too few users', () => {
    const outcome = judgeCandidate({ ...base, window: { ...base.window, users: 49 } });
    expect(outcome).toMatchObject({ decision: 'undecided', ground: 'too-few-users' });
    expect(outcome.why).toContain('49 users, 50 are needed');
  });
});

describe('the newest day', () => {
  const usual = interval(0.05, 0.03, 0.07);
  it.each([
    [
      'refuses a day on which the lead is gone',
      { users: 80, newest: interval(0, -0.01, 0.01), usual },
      'rejected',
    ],
    ['lets a weaker day pass', { users: 80, newest: interval(0.02, 0.001, 0.04), usual }, 'promoted'],
    ['says nothing with few users', { users: 19, newest: interval(0, -0.01, 0.01), usual }, 'promoted'],
    [
      'says nothing where there was no lead before',
      { users: 80, newest: interval(0, 0, 0), usual: interval(0.01, -0.01, 0.03) },
      'promoted',
    ],
  ] as const)('%s', (_, newestDay, decision) => {
    const outcome = judgeCandidate({ ...against(0, 0, 0), newestDay });
    expect(outcome.decision).toBe(decision);
    if (decision === 'rejected') expect(outcome).toMatchObject({ ground: 'newest-day' });
  });
});

describe('against a champion', () => {
  it.each([
    ['a lower bound above 0', against(0.01, 0.001, 0.02), 'promoted', 'better'],
    ['the very same lists', against(0, 0, 0), 'promoted', 'as-good'],
    ['a lower bound within the tolerance', against(0.001, -0.0019, 0.004), 'promoted', 'as-good'],
    ['a lower bound at the tolerance', against(0.001, -0.002, 0.004), 'undecided', 'unclear'],
    ['a wide interval around a gain', against(0.01, -0.02, 0.04), 'undecided', 'unclear'],
    ['a wide interval around a loss', against(-0.01, -0.03, 0.01), 'rejected', 'worse'],
    ['an interval below 0, however near', against(-0.0005, -0.001, -0.0001), 'rejected', 'worse'],
  ] as const)('%s: %#', (_, input, decision, ground) => {
    expect(judgeCandidate(input)).toMatchObject({ decision, ground });
  });

  it('too few users keep the champion and say so', () => {
    const outcome = judgeCandidate({ ...against(0.1, 0.09, 0.11), window: { ...base.window, users: 3 } });
    expect(outcome).toMatchObject({ decision: 'undecided', ground: 'too-few-users' });
    expect(outcome.why).toContain('v1 stays');
  });

  it('a model that was registered already changes nothing, even a better one', () => {
    const outcome = judgeCandidate({ ...against(0.1, 0.09, 0.11), sameAs: 'v1' });
    expect(outcome).toMatchObject({ decision: 'unchanged', ground: 'same-model' });
  });

  it('training events inside the window reject, however good the figures', () => {
    const input = { ...against(0.1, 0.09, 0.11), trainedThrough: '2026-01-08' };
    expect(judgeCandidate(input)).toMatchObject({ decision: 'rejected', ground: 'leak' });
  });

  const late = (answers: number, share: number, usual: number): GateInput => ({
    ...against(0, 0, 0),
    lateAnswers: { answers, share, usual },
  });
  it.each([
    ['answers that files of the window date before it reject', late(400, 0.4, 0.004), 'rejected'],
    ['feeds that are always late pass', late(400, 0.4, 0.35), 'promoted'],
    ['a few late answers pass', late(400, 0.05, 0.004), 'promoted'],
    ['few answers say nothing', late(99, 0.9, 0), 'promoted'],
  ] as const)('%s', (_, input, decision) => {
    const outcome = judgeCandidate(input);
    expect(outcome.decision).toBe(decision);
    if (decision === 'rejected') {
      expect(outcome.ground).toBe('late-answers');
      expect(outcome.why).toContain('40.0 % of the 400 answers');
    }
  });

  it('a gain beyond belief is held back as a suspected leak', () => {
    const input = {
      ...base,
      champion: { version: 'v1', metrics: { 'ndcg@10': 0.01 }, difference: interval(0.05, 0.04, 0.06) },
    };
    expect(judgeCandidate(input)).toMatchObject({ decision: 'rejected', ground: 'implausible' });
  });

  it('popularity being better rejects even what beats the champion', () => {
    const popularity = { metrics: { 'ndcg@10': 0.08 }, difference: interval(-0.02, -0.03, -0.01) };
    expect(judgeCandidate({ ...against(0.01, 0.005, 0.02), popularity }).ground).toBe(
      'worse-than-popularity',
    );
  });
});

describe('in general', () => {
  const figures = fc
    .array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 3, maxLength: 3 })
    .map((values) => {
      const [low = 0, mean = 0, high = 0] = values.sort((a, b) => a - b);
      return interval(mean, low, high);
    });

  it('nothing whose lower bound lies below minus the tolerance is ever promoted', () => {
    fc.assert(
      fc.property(figures, ({ mean, low, high }) => {
        const { decision } = judgeCandidate(against(mean, low, high));
        if (decision === 'promoted') expect(low).toBeGreaterThan(-base.rules.tolerance);
      }),
    );
  });

  it('moving the whole interval up never takes a promotion back', () => {
    fc.assert(
      fc.property(figures, fc.double({ min: 0, max: 0.02, noNaN: true }), ({ mean, low, high }, up) => {
        const promoted = (by: number): boolean => {
          const outcome = judgeCandidate({
            ...base,
            rules: { ...base.rules, maxGain: 1e9 },
            champion: {
              version: 'v1',
              metrics: { 'ndcg@10': 0.06 },
              difference: interval(mean + by, low + by, high + by),
            },
          });
          return outcome.decision === 'promoted';
        };
        if (promoted(0) && high > 0) expect(promoted(up)).toBe(true);
      }),
    );
  });
});
