import { expect, it } from 'vitest';
import { coOccurrenceModel } from './model-fixture.ts';
import { smokeTest } from './smoke.ts';

const model = coOccurrenceModel({ ann: ['a', 'b'], bob: ['b', 'c'] });

it('lets the event loop turn between its questions', async () => {
  let turn = 0;
  let isDone = false;
  const countTurns = (): void => {
    turn++;
    if (!isDone) setImmediate(countTurns);
  };
  countTurns();
  const asked: number[] = [];
  const note = <Arguments extends unknown[], Answer>(ask: (...given: Arguments) => Answer) => {
    return (...given: Arguments): Answer => {
      asked.push(turn);
      return ask(...given);
    };
  };
  await smokeTest({
    ...model,
    popular: note(model.popular),
    recommend: note(model.recommend),
    similar: note(model.similar),
  });
  isDone = true;
  expect(asked).toHaveLength(5);
  expect(new Set(asked).size).toBe(5);
});

it('refuses a model whose scores are no numbers', async () => {
  const broken = { ...model, recommend: () => [{ item: 0, score: Number.NaN }] };
  await expect(smokeTest(broken)).rejects.toMatchObject({ code: 'STK-SERVE-SMOKE' });
});
