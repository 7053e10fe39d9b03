import { encodeSafetensors } from '../math/safetensors.ts';
import { type DenseMatrix, denseRows } from '../math/sparse.ts';
import { sha256 } from '../runtime/hashing.ts';
import type { FitContext } from './classifier.ts';
import {
  fitRecipe,
  type LabelModel,
  type RecipeName,
  type RecipeSelection,
  recipes,
  selectRecipe,
  type Things,
  usesVectors,
} from './label-model.ts';
import { type ClassFigures, classFigures, topClasses } from './metrics.ts';
import { stratifiedSplit } from './split.ts';
import { classesOf, labelShares, targetsOf } from './text-models.ts';

/** Things of which some carry a label. Ids are unique. */
export interface PartlyLabelled extends Things {
  readonly ids: readonly string[];
  /** The label a thing came with; null or blank where it has none. */
  readonly labels: readonly (string | null)[];
}

/** A thing's label, given or predicted. */
export interface LabelRow {
  readonly id: string;
  /** Null: the model is not sure enough ("unknown"). */
  readonly label: string | null;
  /** 1 for a given label; else the calibrated probability of the best class, also where the label is null. */
  readonly confidence: number;
  /** `given`, or the first 12 digits of the sha256 of the model's file. */
  readonly modelVersion: string;
  /** Whether the thing came with the label. */
  readonly known: boolean;
}

/** A recipe's figures on the validation part. */
export interface TriedRecipe {
  readonly recipe: RecipeName;
  readonly accuracy: number;
  readonly macroF1: number;
}

/** Why nothing was learned. */
export type SkipReason = 'nothing-unlabelled' | 'one-label' | 'too-few-labelled' | 'no-better-than-majority';

/** What came of labelling; `rows` stand in the order of the ids given. */
export type LabelOutcome =
  | {
      readonly kind: 'trained';
      readonly rows: readonly LabelRow[];
      readonly model: LabelModel;
      readonly modelVersion: string;
      readonly tried: readonly TriedRecipe[];
      /** On rows neither trained on nor chosen by. */
      readonly heldOut: ClassFigures;
      readonly majority: ClassFigures;
      /** Labels with too few rows to learn; they are never predicted. */
      readonly rareLabels: readonly string[];
      /** Predictions left open because the model was not sure. */
      readonly unknown: number;
    }
  | {
      readonly kind: 'skipped';
      /** Only those that came with a label. */
      readonly rows: readonly LabelRow[];
      readonly reason: SkipReason;
      readonly message: string;
    };

/** Limits below which nothing is learned. */
export interface LabelLimits {
  /** Labelled things needed. Default 30. */
  readonly minLabelled?: number;
  /** Things a label needs to be learned. Default 5. */
  readonly minPerLabel?: number;
  /** Learn also where nothing lacks a label, for the figures. Default true. */
  readonly always?: boolean;
}

/**
 * Learns labels from the things that have one and predicts those of the rest.
 *
 * Known things are split by label and seed: 15 % held out for the figures, 15 % to choose recipe and settings, the rest to
 * learn from. The chosen recipe is then fitted on all of them, with the temperature and threshold found on validation. A
 * recipe no better than the most frequent label is not used. Same things, same seed: same rows.
 */
export async function labelThings(
  things: PartlyLabelled,
  context: FitContext,
  limits: LabelLimits = {},
): Promise<LabelOutcome> {
  const { minLabelled = 30, minPerLabel = 5, always = true } = limits;
  const given = things.labels.map((label) => label?.trim() ?? '');
  const counts = new Map<string, number>();
  for (const label of given) if (label !== '') counts.set(label, (counts.get(label) ?? 0) + 1);
  const rareLabels = [...counts.keys()].filter((label) => (counts.get(label) ?? 0) < minPerLabel).sort();
  const rare = new Set(rareLabels);
  const usable = rowsWhere(given, (label) => label !== '' && !rare.has(label));
  const known = given.map((label, row) => givenRow(things.ids[row] ?? '', label));
  const why = whySkipped(given, usable.length, counts.size - rare.size, { minLabelled, minPerLabel, always });
  if (why) return { kind: 'skipped', rows: known.filter((row) => row !== undefined), ...why };

  const all = pickThings(things, given, usable);
  const chosen = await chooseRecipe(all, context);
  if (chosen.heldOut.accuracy <= chosen.majority.accuracy) {
    const message = `The best model is right in ${percent(chosen.heldOut.accuracy)} of held-out things, the most frequent label in ${percent(chosen.majority.accuracy)}: nothing is predicted`;
    const rows = known.filter((row) => row !== undefined);
    return { kind: 'skipped', rows, reason: 'no-better-than-majority', message };
  }
  const model = await fitRecipe(chosen.recipe, all, chosen.selection, context);
  const modelVersion = versionOf(model);
  const missing = rowsWhere(given, (label) => label === '');
  const predicted = await predictRows(model, modelVersion, things, given, missing);
  const rows = known.map((row, index) => row ?? (predicted.get(index) as LabelRow));
  const unknown = [...predicted.values()].filter(({ label }) => label === null).length;
  const { tried, heldOut, majority } = chosen;
  return { kind: 'trained', rows, model, modelVersion, tried, heldOut, majority, rareLabels, unknown };
}

type KnownThings = Things & { readonly labels: readonly string[] };

interface ChosenRecipe {
  readonly recipe: RecipeName;
  readonly selection: RecipeSelection;
  readonly tried: readonly TriedRecipe[];
  readonly heldOut: ClassFigures;
  readonly majority: ClassFigures;
}

async function chooseRecipe(all: KnownThings, context: FitContext): Promise<ChosenRecipe> {
  const outer = stratifiedSplit(all.labels, 0.15, context.seed);
  const learning = pickThings(all, all.labels, outer.train);
  const test = pickThings(all, all.labels, outer.held);
  const inner = stratifiedSplit(learning.labels, 0.15 / 0.85, context.seed + 1);
  const train = pickThings(learning, learning.labels, inner.train);
  const valid = pickThings(learning, learning.labels, inner.held);
  const tried: TriedRecipe[] = [];
  let best: { recipe: RecipeName; selection: RecipeSelection } | undefined;
  for (const recipe of recipes) {
    if (usesVectors(recipe) && !all.vectors) continue;
    const selection = await selectRecipe(recipe, train, valid, context);
    const { accuracy, macroF1 } = selection.figures;
    tried.push({ recipe, accuracy, macroF1 });
    if (!best || accuracy > best.selection.figures.accuracy) best = { recipe, selection };
  }
  if (!best) throw new RangeError('No recipe could be tried');
  const model = await fitRecipe(best.recipe, learning, best.selection, context);
  const heldOut = classFigures(
    await model.predict(test),
    targetsOf(test.labels, model.classes),
    model.classes,
  );
  return { ...best, tried, heldOut, majority: majorityFigures(learning.labels, test.labels) };
}

function majorityFigures(train: readonly string[], test: readonly string[]): ClassFigures {
  const classes = classesOf(train);
  const shares = labelShares(train, classes);
  const rows = new Float32Array(test.length * classes.length);
  for (let row = 0; row < test.length; row++) rows.set(shares, row * classes.length);
  return classFigures(rows, targetsOf(test, classes), classes);
}

async function predictRows(
  model: LabelModel,
  modelVersion: string,
  things: PartlyLabelled,
  given: readonly string[],
  missing: readonly number[],
): Promise<Map<number, LabelRow>> {
  const probabilities = await model.predict(pickThings(things, given, missing));
  const { best, confidence } = topClasses(probabilities, model.classes.length);
  return new Map(
    missing.map((row, index) => {
      const sure = confidence[index] ?? 0;
      const empty = (things.texts[row] ?? '').trim() === '';
      const label = sure < model.threshold || empty ? null : (model.classes[best[index] ?? 0] ?? null);
      return [row, { id: things.ids[row] ?? '', label, confidence: sure, modelVersion, known: false }];
    }),
  );
}

function pickThings(things: Things, labels: readonly string[], rows: ArrayLike<number>): KnownThings {
  const { texts, vectors } = things;
  const picked = Array.from(rows);
  const dense: DenseMatrix | undefined = vectors && denseRows(vectors, picked);
  return {
    texts: picked.map((row) => texts[row] ?? ''),
    labels: picked.map((row) => labels[row] ?? ''),
    ...(dense ? { vectors: dense } : {}),
  };
}

function whySkipped(
  given: readonly string[],
  usable: number,
  labels: number,
  { minLabelled, minPerLabel, always }: Required<LabelLimits>,
): { readonly reason: SkipReason; readonly message: string } | undefined {
  if (!always && given.every((label) => label !== '')) {
    return { reason: 'nothing-unlabelled', message: 'Everything has a label already' };
  }
  if (usable < minLabelled) {
    const message = `${usable} things carry a label that ${minPerLabel} or more share; at least ${minLabelled} are needed to learn`;
    return { reason: 'too-few-labelled', message };
  }
  if (labels < 2) {
    const message = `Only one label has ${minPerLabel} or more things; there is nothing to tell apart`;
    return { reason: 'one-label', message };
  }
  return undefined;
}

function givenRow(id: string, label: string): LabelRow | undefined {
  return label === '' ? undefined : { id, label, confidence: 1, modelVersion: 'given', known: true };
}

function rowsWhere(labels: readonly string[], holds: (label: string) => boolean): number[] {
  return labels.flatMap((label, row) => (holds(label) ? [row] : []));
}

/** First 12 hex digits of the sha256 of a model as a safetensors file: equal models have equal versions. */
function versionOf(model: LabelModel): string {
  const { tensors, metadata } = model.toTensors();
  return sha256(encodeSafetensors(tensors, metadata)).slice(0, 12);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
