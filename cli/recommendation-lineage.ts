import { goldenValues, userEvents } from '../domain/catalog/recommendation-lineage.ts';
import { createSliceAncestry } from '../domain/catalog/slice-ancestry.ts';
import { rowRanges, trainingData } from '../domain/catalog/training-data.ts';
import { findVersion, readRegistry } from '../domain/deploy/registry.ts';
import { modelDataset } from '../domain/recommend/train.ts';
import type { Explanation } from '../domain/serve/explain-live.ts';
import { slicesOf } from '../domain/store/datasets.ts';
import type { GlobalOptions } from './options.ts';
import { currentSnapshot, readTable, withWarehouse } from './read-table.ts';
import { withModel } from './recommend.ts';
import { documentOf, printTrace, type Trace } from './recommendation-trace.ts';
import type { Reading } from './session.ts';

/** Flags of `stocktake lineage recommendation`. */
export interface RecommendationLineageOptions {
  readonly item?: string;
  readonly personal?: boolean;
}

const hidden = '(personal)';

/**
 * `stocktake lineage recommendation <user>`: where the first item of a user's list (or the item named) comes from: the model
 * in service, the slices and received files it learned from, the item's values and the user's events, each with file and row.
 *
 * Values of columns that the inventory calls personal, and of those nobody judged, are hidden unless asked for.
 */
export async function recommendationLineage(
  user: string,
  options: RecommendationLineageOptions,
  globals: GlobalOptions,
): Promise<number> {
  const { explainLive } = await import('../domain/serve/explain-live.ts');
  return withModel(globals, async (reading, model, context) => {
    const explanation = await explainLive(model, context, user, options.item);
    const trace = await traceOf(reading, model.version, user, explanation);
    const shown = options.personal ? trace : await withoutPersonal(reading, trace);
    if (globals.json) reading.out.json(documentOf(shown));
    else printTrace(reading.out, shown);
    return 0;
  });
}

async function traceOf(
  { project, store }: Reading,
  model: string,
  user: string,
  explanation: Explanation,
): Promise<Trace> {
  const snapshot = await currentSnapshot(store);
  const version = findVersion(await readRegistry(store, snapshot), model);
  const ancestry = createSliceAncestry(store);
  const training = await trainingData(store, ancestry, version.document.trainedBy);
  const [newest] = await slicesOf(store.objects, snapshot, modelDataset);
  const history = newest?.manifest ?? training.manifest;
  const known =
    history.sha256 === training.manifest.sha256 ? training : await trainingData(store, ancestry, history);
  const { namespacesOf } = await import('../activities/loop-inputs.ts');
  return withWarehouse(async (warehouse) => ({
    user,
    explanation,
    snapshot,
    version,
    training,
    files: await rowRanges(store, warehouse, training),
    history,
    golden: await goldenValues(store, warehouse, snapshot, explanation.item),
    events: await userEvents(store, warehouse, known, {
      user,
      items: explanation.reasons.map(({ item }) => item),
      kinds: project.config.recommend.kinds,
      namespaces: namespacesOf(project.config),
      dataDate: snapshot.dataDate,
    }),
  }));
}

async function withoutPersonal({ store }: Reading, trace: Trace): Promise<Trace> {
  const judged = await readTable(
    store,
    trace.snapshot,
    'inventory.columns',
    (relation) => `select "column" from ${relation} where asset = $asset and not personal order by "column"`,
    { asset: 'unified.items' },
  );
  const open = new Set(judged.map(({ column }) => String(column)));
  return {
    ...trace,
    golden: trace.golden.map((one) => (open.has(one.column) ? one : { ...one, value: hidden })),
  };
}
