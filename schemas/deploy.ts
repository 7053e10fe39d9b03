import { z } from 'zod';
import { artifactRefSchema, manifestRefSchema, sha256Schema } from './artifact.ts';

/** A mean with its interval. */
export const intervalSchema = z.strictObject({ mean: z.number(), low: z.number(), high: z.number() });
export type IntervalDocument = z.infer<typeof intervalSchema>;

/** Metric name → value, `ndcg@10` say. */
export const metricsSchema = z.record(z.string(), z.number());

/** The held-out days both models were scored on. Dates inclusive. */
export const evaluationWindowSchema = z.strictObject({
  from: z.string(),
  to: z.string(),
  users: z.number().int().nonnegative(),
  events: z.number().int().nonnegative(),
});
export type EvaluationWindow = z.infer<typeof evaluationWindowSchema>;

/** How much of what the window asks for stands in the training part only by files that came within the window. */
export const lateAnswersSchema = z.strictObject({
  /** Pairs of user and item of the window that no file had told before it. */
  answers: z.number().int().nonnegative(),
  /** Part of them that a file of the window dates before it. */
  share: z.number().min(0).max(1),
  /** The same part in the window of equal length before. */
  usual: z.number().min(0).max(1),
});
export type LateAnswers = z.infer<typeof lateAnswersSchema>;

/** What a candidate must show before it serves. */
export const gateRulesSchema = z.strictObject({
  /** The metric decided by, `ndcg@10`. */
  metric: z.string(),
  /** Fewer evaluated users decide nothing. */
  minUsers: z.number().int().positive(),
  /** The lower bound of candidate − champion must lie above minus this, in units of the metric. */
  tolerance: z.number().nonnegative(),
  /** A candidate more than this many times better than the champion is held back as a suspected leak. */
  maxGain: z.number().positive(),
});
export type GateRules = z.infer<typeof gateRulesSchema>;

/** How the gate decided about a candidate; `restored` = put back into service by a person. */
export const gateDecisions = ['promoted', 'rejected', 'undecided', 'unchanged', 'restored'] as const;
export type GateDecision = (typeof gateDecisions)[number];

/** Which rule decided. */
export const gateGrounds = [
  'first',
  'better',
  'as-good',
  'worse',
  'worse-than-popularity',
  'leak',
  'late-answers',
  'newest-day',
  'implausible',
  'too-few-users',
  'unclear',
  'same-model',
  'override',
  'rollback',
] as const;
export type GateGround = (typeof gateGrounds)[number];

/** What the gate decided and from what. Written for every night, whatever came out. */
export const verdictSchema = z.strictObject({
  format: z.literal(1),
  dataDate: z.string(),
  /** Version judged, `v7`. */
  version: z.string(),
  /** Version in service when it was judged; empty for none. */
  champion: z.string(),
  decision: z.enum(gateDecisions),
  ground: z.enum(gateGrounds),
  /** One sentence for people, with the figures. */
  why: z.string(),
  rules: gateRulesSchema.nullable(),
  window: evaluationWindowSchema.nullable(),
  metrics: z.strictObject({
    candidate: metricsSchema,
    champion: metricsSchema,
    popularity: metricsSchema,
  }),
  /** Paired differences on the same users; null where there was nothing to compare with. */
  againstChampion: intervalSchema.nullable(),
  againstPopularity: intervalSchema.nullable(),
  /** Candidate − popularity on the newest day and on the days of the window before it; null where it was not measured. */
  newestDay: z
    .strictObject({ newest: intervalSchema, usual: intervalSchema, users: z.number().int() })
    .nullable(),
  /** Absent where it was not counted. */
  lateAnswers: lateAnswersSchema.optional(),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** One version of the registry. Never changes: what becomes of it stands in verdicts and in the alias. */
export const modelVersionSchema = z.strictObject({
  format: z.literal(1),
  /** `v` and a number that is given once. */
  version: z.string().regex(/^v[1-9]\d*$/),
  /** Name of the method. */
  name: z.string(),
  /** Hash over the model's files: equal models have equal hashes. */
  modelHash: sha256Schema,
  /** Data date of the night that made it. */
  dataDate: z.string(),
  /** On the window it was first judged by. */
  metrics: metricsSchema,
  /** Files by role. */
  files: z.record(z.string(), z.array(artifactRefSchema)),
  /** The manifest of the training that made it. */
  trainedBy: manifestRefSchema,
});
export type ModelVersion = z.infer<typeof modelVersionSchema>;
