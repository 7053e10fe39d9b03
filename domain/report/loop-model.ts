import type { Verdict } from '../../schemas/deploy.ts';
import type { SampleRecommendations } from './sample-model.ts';

/** What a step of the loop did in this run. */
export interface LoopStep {
  /** As the run record has it; `absent` where the run has no such step. */
  readonly decision: string;
  /** The step's own evidence, in English; other languages make their own from it. */
  readonly why: string;
}

/** Texts of one kind that have an owner. */
export interface ReportTexts {
  /** `item` or `review`. */
  readonly kind: string;
  readonly owners: number;
  /** Different texts among them. */
  readonly texts: number;
}

/** What was understood of the texts. */
export interface ReportText {
  readonly step: LoopStep;
  /** sha256 of the encoder; empty where none was needed. */
  readonly encoder: string;
  readonly dimensions: number;
  /** Texts encoded in this run. */
  readonly encoded: number;
  /** Texts whose vector was there before. */
  readonly kept: number;
  readonly kinds: readonly ReportTexts[];
}

/** How well one label is found on held-out things. Shares are 0 to 1. */
export interface ReportLabel {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Held-out things that truly carry it. */
  readonly support: number;
}

/** How well one task of labelling does on held-out things. */
export interface ReportLabelTask {
  /** `category` or `sentiment`. */
  readonly task: string;
  /** Empty where nothing was learned; `note` then says why. */
  readonly recipe: string;
  /** Held-out things. */
  readonly support: number;
  readonly accuracy: number;
  /** Accuracy of always saying the most frequent label. */
  readonly majority: number;
  readonly macroF1: number;
  /** Expected calibration error. */
  readonly ece: number;
  readonly note: string;
  /** Most held-out things first. */
  readonly labels: readonly ReportLabel[];
}

/** How many things carry labels of one kind. */
export interface ReportLabelled {
  /** `items`, `reviews` or `users`. */
  readonly things: 'items' | 'reviews' | 'users';
  /** `category`, `sentiment`, `interest` … */
  readonly kind: string;
  /** Different things with a label. */
  readonly labelled: number;
  /** Of them: came with it, learned from. */
  readonly given: number;
  /** Things the model was not sure enough about. */
  readonly unknown: number;
  /** Different labels. */
  readonly labels: number;
}

/** What was labelled and how well. */
export interface ReportLabels {
  readonly step: LoopStep;
  readonly tasks: readonly ReportLabelTask[];
  readonly labelled: readonly ReportLabelled[];
}

/** One method measured on the test window. */
export interface ReportMethod {
  readonly model: string;
  /** Chosen on the validation window. */
  readonly chosen: boolean;
  /** A plain method the others must beat. */
  readonly baseline: boolean;
  readonly ndcg10: number;
  /** 95 % interval over users. */
  readonly ndcg10Low: number;
  readonly ndcg10High: number;
  readonly hr10: number;
  readonly recall20: number;
  /** NDCG@10 on the validation window; null where it was not measured. */
  readonly validation: number | null;
  /** Settings tried; 0 where nothing is tuned. */
  readonly trials: number;
  /** JSON. */
  readonly parameters: string;
}

/** A version of the registry. */
export interface ReportVersion {
  readonly version: string;
  /** Name of the method. */
  readonly name: string;
  readonly dataDate: string;
  readonly modelHash: string;
  /** Key of the training that made it. */
  readonly trainedBy: string;
}

/** What was learned, and whether it may serve. */
export interface ReportLearned {
  readonly training: LoopStep;
  readonly gate: LoopStep;
  /** Best NDCG@10 first. */
  readonly methods: readonly ReportMethod[];
  /** The gate's newest verdict; null where there is none yet. */
  readonly verdict: Verdict | null;
  /** Whether that verdict is of this run. */
  readonly isNew: boolean;
  /** The version judged. */
  readonly judged: ReportVersion | null;
  /** In service before this run; null for none. */
  readonly before: ReportVersion | null;
  /** In service once this run's snapshot is published; null for none. */
  readonly serving: ReportVersion | null;
}

/** Where an item's title was read. */
export interface ReportOrigin {
  readonly item: string;
  readonly source: string;
  readonly slice: string;
  readonly file: string;
  readonly line: number;
}

/** The loop of one run: what was understood, learned, and let serve. */
export interface ReportLoop {
  readonly text: ReportText;
  readonly labels: ReportLabels;
  readonly learned: ReportLearned;
  /** Null where no model serves or none was asked. */
  readonly samples: SampleRecommendations | null;
  /** The place the first sampled item comes from; null without samples. */
  readonly origin: ReportOrigin | null;
}
