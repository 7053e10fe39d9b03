import type { ArtifactRef, DatasetSlice, ManifestRef, Snapshot } from '../../schemas/artifact.ts';
import type {
  EvaluationWindow,
  GateRules,
  IntervalDocument,
  LateAnswers,
  ModelVersion,
  Verdict,
} from '../../schemas/deploy.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { judgeCandidate, type NewestDay } from '../plan/gate.ts';
import type { StageContext } from '../runtime/stage.ts';
import type { Store } from '../store/store.ts';
import { modelHashOf, putVerdict, putVersion } from './documents.ts';
import {
  championAlias,
  type Registry,
  readRegistry,
  verdictsDataset,
  versionNumber,
  versionSlice,
  versionsDataset,
} from './registry.ts';

/** A trained model that wants to serve. */
export interface Candidate {
  /** Name of the method. */
  readonly name: string;
  /** Files by role; together they are the model. */
  readonly files: Readonly<Record<string, readonly ArtifactRef[]>>;
  /** The manifest of the training. */
  readonly trainedBy: ManifestRef;
}

/** How candidate, champion and popularity did on the same users of the same window. */
export interface Evaluation {
  readonly window: EvaluationWindow;
  /** Date of the newest event the judged candidate was trained on; empty where unknown. */
  readonly trainedThrough: string;
  readonly candidate: Readonly<Record<string, number>>;
  readonly popularity: {
    readonly metrics: Readonly<Record<string, number>>;
    /** Candidate − popularity. */
    readonly difference: IntervalDocument;
  };
  /** Absent where no model serves; candidate − champion. */
  readonly champion?: {
    readonly metrics: Readonly<Record<string, number>>;
    readonly difference: IntervalDocument;
  };
  readonly newestDay?: NewestDay;
  readonly lateAnswers?: LateAnswers;
}

/** What the deploy stage works on. */
export interface DeployWork {
  /** The snapshot the run stands on. */
  readonly base: Snapshot | undefined;
  readonly dataDate: string;
  readonly candidate: Candidate;
  readonly evaluation: Evaluation;
  readonly rules: GateRules;
}

/** What the deploy stage leaves: datasets to publish, the alias to move in `facts.aliases`, and the verdict. */
export interface Deployed {
  readonly output: StageOutput;
  readonly verdict: Verdict;
}

/**
 * Registers a candidate and judges it against the model in service; the verdict is written whatever it says.
 *
 * Only a promotion moves the alias, and only with the next snapshot. A model that is registered already gets no new version. The
 * version number follows from the base snapshot, so equal runs give equal documents.
 */
export async function deployCandidate(
  store: Store,
  context: StageContext,
  work: DeployWork,
): Promise<Deployed> {
  await context.failpoint('before');
  const registry = await readRegistry(store, work.base);
  const modelHash = modelHashOf(work.candidate.files);
  const same = registry.versions.find(({ document }) => document.modelHash === modelHash)?.document;
  const document = same ?? newVersion(registry, work, modelHash);
  const verdict = verdictOf(registry, work, document, same !== undefined);
  const datasets: Record<string, DatasetSlice[]> = {};
  if (!same) datasets[versionsDataset] = [await putVersion(store, document)];
  await context.failpoint('mid');
  const written = same !== undefined && verdictIsThere(registry, work.dataDate, document.version);
  if (!written) {
    const slice = `${work.dataDate}.${versionSlice(document.version)}`;
    datasets[verdictsDataset] = [await putVerdict(store, slice, verdict, work.candidate.trainedBy)];
  }
  const { decision, ground, why, version, champion } = verdict;
  context.log.info('candidate judged', { decision, ground, version, champion });
  await context.failpoint('after-effect');
  return { output: outputOf(datasets, verdict, same !== undefined, why), verdict };
}

function newVersion(registry: Registry, work: DeployWork, modelHash: string): ModelVersion {
  const numbers = registry.versions.map(({ document }) => versionNumber(document.version));
  return {
    format: 1,
    version: `v${Math.max(0, ...numbers) + 1}`,
    name: work.candidate.name,
    modelHash,
    dataDate: work.dataDate,
    metrics: { ...work.evaluation.candidate },
    files: Object.fromEntries(Object.entries(work.candidate.files).map(([role, refs]) => [role, [...refs]])),
    trainedBy: work.candidate.trainedBy,
  };
}

function verdictOf(registry: Registry, work: DeployWork, document: ModelVersion, isSame: boolean): Verdict {
  const { evaluation, rules } = work;
  const { champion } = registry;
  const compared = champion === undefined ? undefined : evaluation.champion;
  const outcome = judgeCandidate({
    candidate: { version: document.version, metrics: evaluation.candidate },
    trainedThrough: evaluation.trainedThrough,
    window: evaluation.window,
    popularity: evaluation.popularity,
    rules,
    ...(evaluation.newestDay ? { newestDay: evaluation.newestDay } : {}),
    ...(evaluation.lateAnswers ? { lateAnswers: evaluation.lateAnswers } : {}),
    ...(isSame ? { sameAs: document.version } : {}),
    ...(champion === undefined ? {} : { champion: { version: champion, ...(compared ?? unknownChampion) } }),
  });
  return {
    format: 1,
    dataDate: work.dataDate,
    version: document.version,
    champion: champion ?? '',
    ...outcome,
    rules,
    window: evaluation.window,
    metrics: {
      candidate: { ...evaluation.candidate },
      champion: { ...compared?.metrics },
      popularity: { ...evaluation.popularity.metrics },
    },
    againstChampion: compared?.difference ?? null,
    againstPopularity: evaluation.popularity.difference,
    newestDay: evaluation.newestDay ?? null,
    ...(evaluation.lateAnswers ? { lateAnswers: evaluation.lateAnswers } : {}),
  };
}

/** A champion that was not scored on the window decides nothing: the interval is as wide as can be. */
const unknownChampion = { metrics: {}, difference: { mean: 0, low: -1, high: 1 } };

function verdictIsThere(registry: Registry, dataDate: string, version: string): boolean {
  return registry.versions.some(
    ({ document, verdicts }) =>
      document.version === version && verdicts.some((verdict) => verdict.dataDate === dataDate),
  );
}

function outputOf(
  datasets: Record<string, DatasetSlice[]>,
  { decision, ground, version, champion }: Verdict,
  reused: boolean,
  why: string,
): StageOutput {
  const aliases = decision === 'promoted' ? { [championAlias]: version } : {};
  return {
    format: 1,
    stage: 'deploy',
    parts: 1,
    reused: reused ? 1 : 0,
    datasets,
    ledger: [],
    problems: [],
    facts: { decision, ground, version, champion, aliases },
    why,
  };
}
