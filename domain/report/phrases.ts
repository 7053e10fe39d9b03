import type { IntervalDocument, Verdict } from '../../schemas/deploy.ts';
import { countText, durationText, figureText, percentText, sizeText } from './format.ts';
import type { LoopStep } from './loop-model.ts';
import {
  emptyLoop,
  intervalText,
  type LoopSection,
  labelNote,
  metricText,
  verdictSentence,
} from './loop-sentences.ts';
import { assetGrain, assetTold, columnTold, datasetGrain, type Told } from './meanings.ts';
import type {
  ReportAsset,
  ReportChange,
  ReportCheck,
  ReportColumn,
  ReportDataset,
  ReportModel,
  ReportProblem,
  ReportSource,
  ReportStep,
} from './model.ts';
import { reasonText } from './reasons.ts';
import {
  changeSentence,
  checkExpected,
  checkObserved,
  healthReason,
  problemSentence,
  sourceMissing,
  stepReason,
} from './sentences.ts';
import { summaryOf } from './summary.ts';
import type { Language } from './texts.ts';
import { type WordKind, word } from './words.ts';

/** Everything of a model that is put into words or formatted, for the templates. */
export interface ReportPhrases {
  readonly summary: readonly [string, string, string];
  readonly word: (kind: WordKind, value: string) => string;
  readonly change: (change: ReportChange) => string;
  readonly reason: (code: string) => string;
  readonly problem: (problem: ReportProblem) => string;
  readonly expected: (check: ReportCheck) => string;
  readonly observed: (check: ReportCheck) => string;
  readonly healthReason: (source: ReportSource) => string;
  readonly missing: (source: ReportSource) => string;
  readonly asset: (asset: ReportAsset) => Told;
  readonly assetGrain: (asset: ReportAsset) => string;
  readonly column: (asset: ReportAsset, column: ReportColumn) => Told;
  readonly datasetGrain: (dataset: ReportDataset) => string;
  readonly stepReason: (step: ReportStep) => string;
  readonly labelNote: (note: string) => string;
  /** Why there is nothing, and what to do. */
  readonly emptyLoop: (step: LoopStep, section: LoopSection) => string;
  readonly verdict: (verdict: Verdict) => string;
  readonly interval: (interval: IntervalDocument) => string;
  readonly metric: (value: number) => string;
  readonly count: (value: number) => string;
  readonly percent: (share: number) => string;
  readonly duration: (milliseconds: number) => string;
  readonly size: (bytes: number) => string;
  readonly figure: (decimal: string) => string;
}

/** The phrases of a model in one language. */
export function createPhrases(model: ReportModel, language: Language): ReportPhrases {
  return {
    summary: summaryOf(model, language),
    word: (kind, value) => word(kind, value, language),
    change: (change) => changeSentence(change, language),
    reason: (code) => reasonText(code, language),
    problem: (problem) => problemSentence(problem, language),
    expected: (check) => checkExpected(check, language),
    observed: (check) => checkObserved(check, language),
    healthReason: ({ source, rows }) => healthReason(source, rows, model, language),
    missing: (source) => sourceMissing(source, language),
    asset: (asset) => assetTold(asset, language),
    assetGrain: (asset) => assetGrain(asset, language),
    column: (asset, column) => columnTold(asset, column, language),
    datasetGrain: (dataset) => datasetGrain(dataset, language),
    stepReason: (step) => stepReason(step, language),
    labelNote: (note) => labelNote(note, language),
    emptyLoop: (step, section) => emptyLoop(step, section, language),
    verdict: (verdict) => verdictSentence(verdict, language),
    interval: intervalText,
    metric: metricText,
    count: countText,
    percent: percentText,
    duration: durationText,
    size: sizeText,
    figure: figureText,
  };
}
