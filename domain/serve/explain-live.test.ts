import { describe, expect, it } from 'vitest';
import { explainLive } from './explain-live.ts';
import type { Feedback } from './feedback-store.ts';
import type { LiveContext } from './live.ts';
import { coOccurrenceModel } from './model-fixture.ts';

const model = coOccurrenceModel({
  ann: ['lamp', 'bulb'],
  ben: ['lamp', 'bulb', 'shade'],
  cid: ['bulb', 'shade', 'vase'],
});

function context(...feedback: Feedback[]): LiveContext {
  return {
    feedback: {
      feedbackOf: async (user) => feedback.filter((one) => one.user === user),
      withheld: async () => new Set(),
    },
    isPositive: () => true,
  };
}

describe('explainLive', () => {
  it('explains the first of the list by all of the history that speaks for it', async () => {
    const told = await explainLive(model, context(), 'ann', undefined);
    expect(told).toMatchObject({ item: 'shade', title: 'Title of shade', rank: 1, source: 'model' });
    expect(told.reasons.map(({ item }) => item).sort()).toEqual(['bulb', 'lamp']);
    expect(told.reasons.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it('explains an item the list does not hold, without a place', async () => {
    const told = await explainLive(model, context(), 'ann', 'lamp');
    expect(told).toMatchObject({ item: 'lamp', source: 'model' });
    expect([told.rank, told.score]).toEqual([undefined, undefined]);
  });

  it('counts what came in by HTTP, and tells it', async () => {
    const sent = {
      type: 'view',
      user: 'new',
      item: 'shade',
      value: 1,
      timestamp: '2026-10-11T00:00:00.000Z',
    };
    const told = await explainLive(model, context(sent), 'new', 'vase');
    expect(told.reasons.map(({ item }) => item)).toEqual(['shade']);
    expect(told.feedback).toEqual([sent]);
  });

  it('gives no reason of an unknown user’s own', async () => {
    expect(await explainLive(model, context(), 'nobody', undefined)).toMatchObject({
      item: 'bulb',
      rank: 1,
      source: 'popular',
      reasons: [],
    });
  });

  it('refuses an item the model does not know', async () => {
    await expect(explainLive(model, context(), 'ann', 'boat')).rejects.toMatchObject({
      code: 'STK-SERVE-ITEM-UNKNOWN',
    });
  });
});
