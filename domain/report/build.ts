import { catalogEntry } from '../../schemas/catalog.ts';
import type { StepRecord } from '../../schemas/run.ts';
import type { StageContext } from '../runtime/stage.ts';
import type { Store } from '../store/store.ts';
import { withWorkspace } from '../warehouse/workspace.ts';
import { headlineOf, sortProblems, sumLedger } from './headline.ts';
import type { ReportLoop } from './loop-model.ts';
import type { ReportDataset, ReportModel, ReportStep } from './model.ts';
import { readAssets, readChanges, readChecks, readSources } from './read-inventory.ts';
import { readLabels, readOrigin, readText } from './read-loop.ts';
import { readQuarantine } from './read-quarantine.ts';
import { readLearned } from './read-registry.ts';
import { readRepairs } from './read-repairs.ts';
import { createReader, type Reader } from './reader.ts';
import { readSamples } from './sample.ts';
import type { ReportWork } from './work.ts';

/**
 * Reads what a run made and turns it into the report's model: counts, sentences and places, never row content of rejected
 * or personal data.
 */
export async function buildReport(
  store: Store,
  context: StageContext,
  work: ReportWork,
): Promise<ReportModel> {
  return withWorkspace(
    store,
    context,
    ({ warehouse }) => readModel(createReader(store, warehouse, work.datasets), store, work),
    () => context.heartbeat({ report: 'reading' }),
  );
}

async function readModel(read: Reader, store: Store, work: ReportWork): Promise<ReportModel> {
  const { opening, plan } = work;
  const [changes, checks] = [await readChanges(read), await readChecks(read)];
  const quarantine = await readQuarantine(read, work);
  const problems = sortProblems(work, quarantine);
  return {
    shape: 'stocktake.report/1',
    project: plan.config.project,
    workflow: plan.workflow,
    dataDate: plan.dataDate,
    from: plan.from,
    trigger: plan.trigger,
    record: opening.record,
    baseSnapshot: plan.baseSnapshot,
    headline: headlineOf(work, { checks, changes, quarantine, problems }),
    changes,
    sources: await readSources(read, work),
    assets: await readAssets(read),
    checks,
    quarantine,
    repairs: await readRepairs(read, work),
    problems,
    ledger: sumLedger(work.ledger),
    datasets: datasetRows(work.datasets),
    volume: volumeOf(work.datasets),
    steps: work.steps.map(stepOf),
    loop: await readLoop(read, store, work),
    reproduction: {
      configHash: opening.configHash,
      codeVersion: opening.codeVersion,
      engines: opening.engines,
      threads: opening.threads,
      seed: opening.seed,
      plan: opening.plan.sha256,
    },
  };
}

async function readLoop(read: Reader, store: Store, work: ReportWork): Promise<ReportLoop> {
  const samples = await readSamples(read, work);
  return {
    text: await readText(read, work),
    labels: await readLabels(read, work),
    learned: await readLearned(read, store, work),
    samples,
    origin: await readOrigin(read, samples),
  };
}

function datasetRows(datasets: ReportWork['datasets']): ReportDataset[] {
  return Object.entries(datasets)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([dataset, slices]) => {
      const entry = catalogEntry(dataset);
      return {
        dataset,
        stage: entry?.stage ?? '',
        reads: entry?.reads ?? [],
        grain: entry?.grain ?? '',
        slices: slices.length,
        rows: slices.reduce((total, slice) => total + slice.rows, 0),
        bytes: slices.reduce((total, slice) => total + slice.bytes, 0),
      };
    });
}

function volumeOf(datasets: ReportWork['datasets']): ReportModel['volume'] {
  return Object.entries(datasets)
    .filter(([dataset, slices]) => dataset.startsWith('raw.') && slices.length > 1)
    .map(([dataset, slices]) => ({
      source: dataset.slice('raw.'.length),
      points: slices.map((slice): [string, number] => [slice.slice, slice.rows]),
    }));
}

function stepOf({ result }: StepRecord): ReportStep {
  const { step, stage, decision, why, parts, reusedParts, rowsIn, rowsOut, rejected, cost } = result;
  return { step, stage, decision, why, parts, reusedParts, rowsIn, rowsOut, rejected, ...cost };
}
