import { createHash } from 'node:crypto';
import { catalogEntry, isDatasetOf } from '../../schemas/catalog.ts';
import type { RunRecord, StepRecord } from '../../schemas/run.ts';
import type { LineageWork } from './lineage.ts';
import { inputDataset, type LineageDataset, outputDataset, receivedDataset } from './lineage-datasets.ts';
import { facet, producerOf } from './lineage-facets.ts';

/** Types of a run event that a finished run gives. */
export type RunEventType = 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';

/** One OpenLineage run event, ready to be written as a JSON line. */
export interface RunEvent {
  readonly eventType: RunEventType;
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: Readonly<Record<string, unknown>> };
  readonly job: {
    readonly namespace: string;
    readonly name: string;
    readonly facets: Readonly<Record<string, unknown>>;
  };
  readonly inputs: readonly LineageDataset[];
  readonly outputs: readonly LineageDataset[];
}

/**
 * The lineage of a run as OpenLineage 2-0-2 run events: START and one end for the night and for each of its stages.
 *
 * The night is the parent run; its id is the run record's, a stage's is derived from that and the stage's name, so the same
 * run gives the same events. A stage that began and did not end is FAIL, or ABORT in a cancelled run, and names the error.
 * Of an open run only what happened so far is told. Ordered by time, START before the end of the same instant.
 *
 * Datasets of the store have namespace `stocktake://<project>` and the catalogue's names; received files namespace `file`
 * and their path.
 *
 * Source: https://openlineage.io/spec/2-0-2/OpenLineage.json.
 */
export function openLineage(work: LineageWork): RunEvent[] {
  const { opening, closing } = work.run;
  const night = nightRun(work);
  const events = [
    event(work, 'START', opening.startedAt, night),
    ...stagesOf(work.run).flatMap((stage) => stageEvents(work, stage)),
    ...(closing ? [event(work, endOf(closing.status), closing.endedAt, withError(work, night))] : []),
  ];
  return events
    .map((one, index) => ({ one, index }))
    .sort((a, b) =>
      a.one.eventTime < b.one.eventTime ? -1 : a.one.eventTime > b.one.eventTime ? 1 : a.index - b.index,
    )
    .map(({ one }) => one);
}

/** A stage with the pages of its steps; without pages it began and never ended. */
interface Stage {
  readonly name: string;
  readonly pages: readonly StepRecord[];
  readonly failed: boolean;
}

/** Stages in the order they began, the failing one last where none of its steps ended. */
function stagesOf({ steps, closing }: RunRecord): Stage[] {
  const failing = closing?.status === 'completed' ? undefined : closing?.failedStep;
  const failedStage = failing?.split('/')[0];
  const names = [...new Set(steps.map(({ result }) => result.stage))];
  const all = failedStage !== undefined && !names.includes(failedStage) ? [...names, failedStage] : names;
  return all.map((name) => {
    const pages = steps.filter(({ result }) => result.stage === name);
    return {
      name,
      pages,
      failed: name === failedStage || pages.some(({ result }) => result.decision === 'failed'),
    };
  });
}

type RunParts = Pick<RunEvent, 'run' | 'job' | 'inputs' | 'outputs'>;

function stageEvents(work: LineageWork, stage: Stage): RunEvent[] {
  const { opening, closing, steps } = work.run;
  const began = stage.pages.map(({ startedAt }) => startedAt).sort()[0];
  const ended = stage.pages
    .map(({ endedAt }) => endedAt)
    .sort()
    .at(-1);
  const start =
    began ??
    steps
      .map(({ endedAt }) => endedAt)
      .sort()
      .at(-1) ??
    opening.startedAt;
  const parts = stageRun(work, stage);
  if (stage.failed) {
    const status = closing?.status === 'cancelled' ? 'ABORT' : 'FAIL';
    const end = closing?.endedAt ?? ended ?? start;
    return [
      event(work, 'START', start, { ...parts, outputs: [] }),
      event(work, status, end, withError(work, parts)),
    ];
  }
  return [
    event(work, 'START', start, { ...parts, outputs: [] }),
    event(work, 'COMPLETE', ended ?? start, parts),
  ];
}

function nightRun(work: LineageWork): RunParts {
  return {
    run: { runId: nightId(work.run), facets: { ...nominalTime(work), ...engine(work) } },
    job: job(work, work.run.opening.workflow, 'NIGHT'),
    inputs: [],
    outputs: [],
  };
}

function stageRun(work: LineageWork, stage: Stage): RunParts {
  const made = madeBy(work, stage.name);
  const results = stage.pages.map(({ result }) => result);
  const sum = (pick: (result: (typeof results)[number]) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  return {
    run: {
      runId: derivedId(work.run.opening.record, stage.name),
      facets: {
        ...nominalTime(work),
        ...engine(work),
        parent: facet(work, 'ParentRunFacet', {
          run: { runId: nightId(work.run) },
          job: { namespace: work.project, name: work.run.opening.workflow },
        }),
        stocktake_stage: facet(work, 'RunFacet', {
          decisions: [...new Set(results.map(({ decision }) => decision))].sort(),
          rowsIn: sum(({ rowsIn }) => rowsIn),
          rowsOut: sum(({ rowsOut }) => rowsOut),
          rejected: sum(({ rejected }) => rejected),
          parts: sum(({ parts }) => parts),
          reusedParts: sum(({ reusedParts }) => reusedParts),
        }),
      },
    },
    job: job(work, `${work.run.opening.workflow}.${stage.name}`, 'STAGE'),
    inputs: inputsOf(work, stage.name, [...made.keys()]),
    outputs: [...made].map(([dataset, slices]) => outputDataset(work, dataset, slices)),
  };
}

/** Datasets a stage made, in order of name, with the slices of all its steps. */
function madeBy(
  work: LineageWork,
  stage: string,
): Map<string, LineageWork['made'][number]['datasets'][string]> {
  const steps = new Set(
    work.run.steps.filter(({ result }) => result.stage === stage).map(({ result }) => result.step),
  );
  const found = new Map<string, LineageWork['made'][number]['datasets'][string]>();
  for (const { step, datasets } of work.made) {
    if (!steps.has(step)) continue;
    for (const [dataset, slices] of Object.entries(datasets))
      found.set(dataset, [...(found.get(dataset) ?? []), ...slices]);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a stage reads: received files (collect), else the datasets its own are made from, as the catalogue says. */
function inputsOf(work: LineageWork, stage: string, made: readonly string[]): LineageDataset[] {
  if (stage === 'collect') return work.received.map((file) => receivedDataset(work, file));
  const patterns = made.flatMap((dataset) => catalogEntry(dataset)?.reads ?? []);
  const stages = [...new Set(work.run.steps.map(({ result }) => result.stage))];
  const before = stages.filter((name) => name !== stage).flatMap((name) => [...madeBy(work, name).keys()]);
  const read = [...new Set(before)]
    .filter((dataset) => patterns.some((pattern) => isDatasetOf(pattern, dataset)))
    .filter((dataset) => !made.includes(dataset))
    .sort();
  return read.map((dataset) => inputDataset(work, dataset, stage === 'inventory'));
}

function event(work: LineageWork, eventType: RunEventType, eventTime: string, parts: RunParts): RunEvent {
  return {
    eventType,
    eventTime,
    producer: producerOf(work),
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    ...parts,
  };
}

function endOf(status: 'completed' | 'failed' | 'cancelled'): RunEventType {
  return ({ completed: 'COMPLETE', failed: 'FAIL', cancelled: 'ABORT' } as const)[status];
}

function withError(work: LineageWork, parts: RunParts): RunParts {
  const { closing } = work.run;
  if (!closing || closing.status === 'completed') return parts;
  const message = [closing.errorCode, closing.message].filter(Boolean).join(': ') || closing.status;
  const errorMessage = facet(work, 'ErrorMessageRunFacet', { message, programmingLanguage: 'TypeScript' });
  return { ...parts, run: { ...parts.run, facets: { ...parts.run.facets, errorMessage } } };
}

function nominalTime(work: LineageWork): Record<string, unknown> {
  return {
    nominalTime: facet(work, 'NominalTimeRunFacet', {
      nominalStartTime: work.nominal.start,
      nominalEndTime: work.nominal.end,
    }),
  };
}

function engine(work: LineageWork): Record<string, unknown> {
  const { engines, codeVersion } = work.run.opening;
  return {
    processing_engine: facet(work, 'ProcessingEngineRunFacet', {
      name: 'DuckDB',
      version: engines.duckdb ?? 'unknown',
      openlineageAdapterVersion: codeVersion,
    }),
  };
}

function job(work: LineageWork, name: string, jobType: string): RunEvent['job'] {
  return {
    namespace: work.project,
    name,
    facets: {
      jobType: facet(work, 'JobTypeJobFacet', {
        processingType: 'BATCH',
        integration: 'STOCKTAKE',
        jobType,
      }),
    },
  };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function nightId({ opening }: RunRecord): string {
  return uuid.test(opening.record) ? opening.record : derivedId(opening.record, 'night');
}

/** A UUID of version 5 (RFC 9562) in the URL name space: equal for equal names. */
function derivedId(record: string, name: string): string {
  const space = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');
  const hash = createHash('sha1').update(space).update(`stocktake:${record}/${name}`).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.subarray(0, 16).toString('hex');
  return [8, 12, 16, 20, 32].map((end, index, ends) => hex.slice(ends[index - 1] ?? 0, end)).join('-');
}
