import type { Parameters } from './recommender.ts';

/** One model's row of an evaluation. */
export interface ModelFigures {
  readonly name: string;
  /** What it learned from, where a task reports several: `train` or `train+validation`. */
  readonly trainedOn: 'train' | 'train+validation';
  readonly metrics: Readonly<Record<string, number>>;
  /** 95 % bootstrap interval over users, by metric. */
  readonly intervals: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** Figure on the validation part, by which was chosen. */
  readonly validation?: number;
  /** Settings tried; 0 where nothing is tuned. */
  readonly trials: number;
  readonly parameters: Parameters;
  /** Fitting and ranking, without the search. */
  readonly seconds: number;
}

/** Result of `evaluate`: one document, whatever the task. */
export interface EvaluationDocument {
  readonly task: 'ranking' | 'sequence';
  /** How it was measured, in words. */
  readonly protocol: string;
  /** Counts of the data: users, items, events, and who was left out. */
  readonly data: Readonly<Record<string, number | string>>;
  readonly seed: number;
  readonly searchSeconds: number;
  readonly models: readonly ModelFigures[];
  /** The model chosen on the validation part. */
  readonly chosen: string;
}

/** Limits and listeners of an evaluation. */
export interface EvaluationOptions {
  readonly seed: number;
  /** Seconds for all searches together. */
  readonly budgetSeconds: number;
  /** Most trials per family. */
  readonly trials: number;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Told what goes on, in a short phrase. */
  readonly onProgress?: (phrase: string) => void;
}
