import { catalogTexts, readContents } from '../domain/embed/catalog-texts.ts';
import { embedTexts } from '../domain/embed/embed-texts.ts';
import { nothingDone } from '../domain/store/stage-output.ts';
import type { StageOutput } from '../schemas/stage.ts';
import { durableStep } from './boundary.ts';
import { datasetsNow } from './dedup.ts';
import type { ActivityDeps } from './deps.ts';

/** Embed: vectors of the texts that are new. Without new texts no model is loaded. */
export const createEmbedActivities = (deps: ActivityDeps) => ({
  /** Fails with STK-ENCODER-MISSING and the others of the encoder. */
  embedTexts: durableStep(deps, 'embedTexts', async (scope) => {
    const { store, context, plan } = scope;
    const { embed } = plan.config;
    if (!embed.enabled) return nothingDone('embed', 'switched off in the configuration');
    const { before, datasets } = await datasetsNow(scope);
    const texts = await catalogTexts(store, context, {
      items: datasets['unified.items'] ?? [],
      reviews: datasets['unified.reviews'] ?? [],
      itemText: embed.itemText,
      dataDate: plan.dataDate,
    });
    const contents = await readContents(store, context, texts.datasets['feature.contents'] ?? []);
    if (contents.length === 0) return texts;
    const encoder = await deps.openEncoder();
    try {
      const previous = before['feature.embeddings'] ?? [];
      return together(texts, await embedTexts(store, context, { encoder, texts: contents, previous }));
    } finally {
      await encoder.close();
    }
  }),
});

/** Texts and vectors as one output; shards of another encoder leave the dataset. */
function together(texts: StageOutput, vectors: StageOutput): StageOutput {
  return {
    ...vectors,
    parts: texts.parts + vectors.parts,
    reused: texts.reused + vectors.reused,
    datasets: { ...texts.datasets, ...vectors.datasets },
    whole: ['feature.embeddings'],
  };
}
