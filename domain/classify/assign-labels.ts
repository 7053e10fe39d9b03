import { join } from 'node:path';
import type { StageOutput } from '../../schemas/stage.ts';
import type { Progress } from '../runtime/progress.ts';
import type { StageContext } from '../runtime/stage.ts';
import { upTo } from '../store/datasets.ts';
import { nothingDone, wholeOutput } from '../store/stage-output.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { runSteps } from '../warehouse/steps.ts';
import { findOrMake, type WholeParts } from '../warehouse/whole.ts';
import type { Workspace } from '../warehouse/workspace.ts';
import { createLabelFiles } from './label-files.ts';
import { givenItemsSql, loadLabelTables, readItems, readReviews } from './label-tables.ts';
import { type LabelRequest, labelInThread, type PlainOutcome } from './label-thread.ts';
import { userLabelsSql, userLabelVersion } from './label-users.ts';
import type { LabelWork } from './label-work.ts';

/** Raise it when the same inputs would give other labels. */
export const labelsVersion = 1;

const stage = 'classify';

/**
 * Labels items (category), reviews (sentiment) and users (interests, habits), as of the data date.
 *
 * Writes `label.items`, `label.reviews`, `label.users`: one label a row with kind, confidence and the version of what gave it;
 * and `evaluation.labels`: held-out figures, per label and in all, the most frequent label beside them.
 */
export async function assignLabels(
  store: Store,
  context: StageContext,
  work: LabelWork,
): Promise<StageOutput> {
  const past = {
    ...work,
    events: upTo(work.events, work.dataDate),
    reviews: upTo(work.reviews, work.dataDate),
  };
  const inputs = [
    ...[past.items, past.reviews, past.events],
    ...[past.clusters, past.userClusters ?? [], past.vectorSlices],
  ].flat();
  if (inputs.length === 0) return nothingDone(stage, 'there is nothing to label yet');
  const done = await findOrMake(
    store,
    context,
    {
      stage,
      step: 'label',
      version: labelsVersion,
      dataset: 'label',
      config: { dataDate: work.dataDate, namespaces: work.namespaces, userLabelVersion },
      inputs: inputs.map(({ manifest }) => manifest.sha256),
    },
    (workspace, progress) => make(store, context, workspace, past, progress),
  );
  return wholeOutput(
    done.stored,
    {
      'label.items': 'items',
      'label.reviews': 'reviews',
      'label.users': 'users',
      'evaluation.labels': 'evaluation',
    },
    { reused: done.reused, why: String(done.stored.manifest.facts.summary) },
  );
}

async function make(
  store: Store,
  context: StageContext,
  { warehouse, dir }: Workspace,
  work: LabelWork,
  progress: Progress,
): Promise<WholeParts> {
  await loadLabelTables(store, warehouse, work);
  const items = await readItems(warehouse);
  const reviews = await readReviews(warehouse);
  const label = async (request: LabelRequest): Promise<PlainOutcome> => {
    progress({ labelling: request.task, things: request.things.length });
    return labelInThread(request, context.signal, () => progress({ labelling: request.task }));
  };
  const { seed } = work;
  const itemVectors = await work.vectorsOf(
    'item',
    items.map(({ itemId }) => itemId),
  );
  const itemOutcome = await label({ task: 'items', things: items, vectors: itemVectors, seed });
  const reviewVectors = await work.vectorsOf(
    'review',
    reviews.map(({ reviewId }) => reviewId),
  );
  const reviewOutcome = await label({ task: 'reviews', things: reviews, vectors: reviewVectors, seed });
  const write = createLabelFiles(warehouse, dir);
  const itemRows = await write.labels('items', 'item_id', 'category', itemOutcome.rows, givenItemsSql);
  await runSteps(warehouse, [
    {
      table: 'item_labels',
      sql: `select item_id, label, confidence from ${readParquetSql([itemRows.path])}`,
    },
  ]);
  const parts = {
    items: itemRows,
    reviews: await write.labels(
      'reviews',
      'review_id',
      'sentiment',
      reviewOutcome.rows,
      'select null::varchar as id, null::varchar as label where false',
    ),
    users: await writeParquet(
      warehouse,
      'label_users',
      userLabelsSql({ dataDate: work.dataDate }),
      join(dir, 'users.parquet'),
    ),
    evaluation: await write.figures([
      ['category', itemOutcome],
      ['sentiment', reviewOutcome],
    ]),
    ...(await write.models([
      ['category', itemOutcome],
      ['sentiment', reviewOutcome],
    ])),
  };
  const summary = `${said('category', itemOutcome)}; ${said('sentiment', reviewOutcome)}`;
  return {
    files: parts,
    ledger: [],
    facts: { summary, category: factsOf(itemOutcome), sentiment: factsOf(reviewOutcome) },
  };
}

function said(task: string, outcome: PlainOutcome): string {
  if (outcome.kind === 'skipped') return `${task}: ${outcome.message}`;
  const { heldOut, majority, recipe } = outcome;
  return `${task}: ${recipe}, held-out accuracy ${heldOut.accuracy.toFixed(3)} (most frequent label ${majority.accuracy.toFixed(3)})`;
}

function factsOf(outcome: PlainOutcome): Record<string, unknown> {
  if (outcome.kind === 'skipped') return { skipped: outcome.reason };
  const { recipe, modelVersion, tried, unknown, rareLabels } = outcome;
  return { recipe, modelVersion, tried, unknown, rareLabels: rareLabels.length };
}
