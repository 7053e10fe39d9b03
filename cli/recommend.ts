import { CliError } from '../domain/runtime/errors.ts';
import { type LiveContext, recommendLive, similarLive } from '../domain/serve/live.ts';
import { positiveFeedback } from '../domain/serve/positive-feedback.ts';
import type { ServedModel } from '../domain/serve/served-model.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { openReading, type Reading } from './session.ts';

/** What both commands take. */
export interface ListOptions {
  readonly count: number;
}

/** `stocktake recommend`: what the model in service would show a user now, with reasons. */
export async function recommend(
  user: string,
  { count }: ListOptions,
  globals: GlobalOptions,
): Promise<number> {
  return withModel(globals, async ({ out }, model, context) => {
    const request = { user, n: count, offset: 0, categories: [], reasons: true };
    const answer = await recommendLive(model, context, request);
    if (globals.json) {
      out.json({ user, model: model.version, ...answer });
      return 0;
    }
    if (answer.source === 'popular') out.note(`Nothing is known of ${user}: what most users like`);
    out.data(
      table(answer.items, [
        { title: 'item', value: ({ item }) => item },
        { title: 'title', value: ({ title }) => title },
        { title: 'score', value: ({ score }) => score.toFixed(3), align: 'right' },
        {
          title: 'because of',
          value: ({ reasons }) =>
            reasons
              .map(({ kind, item, title, share }) =>
                kind === 'popular' ? 'popular' : `${title || item} (${Math.round(100 * share)} %)`,
              )
              .join(', '),
        },
      ]),
    );
    return 0;
  });
}

/** `stocktake similar`: items most like one. */
export async function similar(item: string, { count }: ListOptions, globals: GlobalOptions): Promise<number> {
  return withModel(globals, async ({ out }, model, context) => {
    const found = await similarLive(model, context, item, { n: count, offset: 0, categories: [] });
    if (globals.json) {
      out.json({ item, model: model.version, items: found });
      return 0;
    }
    out.data(
      table(found, [
        { title: 'item', value: (row) => row.item },
        { title: 'title', value: (row) => row.title },
        { title: 'score', value: (row) => row.score.toFixed(3), align: 'right' },
      ]),
    );
    return 0;
  });
}

/** Loads the model in service for some work. @throws CliError STK-SERVE-NO-MODEL (exit 1) */
export async function withModel(
  globals: GlobalOptions,
  work: (reading: Reading, model: ServedModel, context: LiveContext) => Promise<number>,
): Promise<number> {
  const reading = await openReading(globals);
  const { servingTarget } = await import('../workers/load-served-model.ts');
  const target = await servingTarget({ store: reading.store })();
  if (!target) {
    throw new CliError('No model serves yet; train one with: stocktake run', {
      code: 'STK-SERVE-NO-MODEL',
      exitCode: 1,
    });
  }
  const { openFeedback } = await import('../workers/serve.ts');
  const feedback = openFeedback(reading.store.dir);
  try {
    return await work(reading, await target.load(), { feedback, isPositive: positiveFeedback([]) });
  } finally {
    await feedback.close();
  }
}
