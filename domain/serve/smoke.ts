import { setImmediate } from 'node:timers/promises';
import { ModelError } from '../runtime/errors.ts';
import type { Admission, Ranked, ServedModel } from './served-model.ts';

const everything: Admission = { categories: [], without: [], withheld: new Set() };

/**
 * Asks a freshly loaded model what a user will ask it: popular items, a recommendation for someone with a history, similar
 * items. Deterministic, a few milliseconds; the event loop turns between the questions, so that requests are answered meanwhile.
 *
 * @throws ModelError STK-SERVE-SMOKE when an answer is empty, not in order, or holds an unknown item or a score that is no number
 */
export async function smokeTest(model: ServedModel): Promise<void> {
  const popular = model.popular(10, everything);
  if (popular.length === 0) throw failed(model, 'it has no item to offer');
  assertSound(model, popular, 'popular items');
  await setImmediate();
  const history = popular.slice(0, 3).map(({ item }) => item);
  const known = model.recommend(history, 10, everything);
  assertSound(model, known, 'a recommendation');
  for (const item of history) {
    await setImmediate();
    assertSound(model, model.similar(item, 10, everything), 'similar items');
  }
}

function assertSound(model: ServedModel, ranked: readonly Ranked[], what: string): void {
  for (const [at, { item, score }] of ranked.entries()) {
    if (model.idOf(item) === '') throw failed(model, `${what} hold an unknown item ${item}`);
    if (!Number.isFinite(score)) throw failed(model, `${what} hold a score that is no number`);
    if (score > (ranked[at - 1]?.score ?? Number.POSITIVE_INFINITY))
      throw failed(model, `${what} are not in order`);
  }
}

function failed({ version, name }: ServedModel, why: string): ModelError {
  return new ModelError(
    `Model ${version} (${name}) failed its smoke request: ${why}; the model in service stays. Train anew with 'stocktake run --force'`,
    { code: 'STK-SERVE-SMOKE', details: { version } },
  );
}
