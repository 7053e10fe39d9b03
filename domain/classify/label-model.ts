import type { Gemm } from '../math/gemm.ts';
import { type DenseMatrix, denseRows } from '../math/sparse.ts';
import { cooled } from './calibration.ts';
import type { Classifier, Contribution, Features, FitContext, ModelTensors } from './classifier.ts';
import { type ForestSettings, randomForest } from './forest.ts';
import { type LogisticSettings, logisticRegression } from './logistic.ts';
import { type Selection, selectSettings } from './select.ts';
import { classesOf, targetsOf } from './text-models.ts';
import { fitTfIdf, type TfIdf, tfIdfFromTensors } from './tf-idf.ts';

/** Things by text and, where there is an encoder, by vector (row r belongs to text r). */
export interface Things {
  readonly texts: readonly string[];
  readonly vectors?: DenseMatrix;
}

/** A way of labelling: which features, which family. In the order tried; the last three need vectors. */
export const recipes = [
  'tf-idf + logistic regression',
  'embedding + logistic regression',
  'embedding and tf-idf + logistic regression',
  'embedding + random forest',
] as const;
export type RecipeName = (typeof recipes)[number];

/** A text labeller ready for use: features, classifier and temperature in one. */
export interface LabelModel {
  readonly recipe: RecipeName;
  readonly classes: readonly string[];
  /** Below this confidence the answer is "unknown". */
  readonly threshold: number;
  /** Calibrated probabilities, row-major [things, classes]. */
  predict(things: Things): Promise<Float32Array>;
  /** Words that spoke most for the class, strongest first; none where the recipe looks at no text. */
  explain(things: Things, row: number, classIndex: number, top: number): Reason[];
  toTensors(): ModelTensors;
}

/** A word's or pair's share in a decision, in log-odds, its pieces included. */
export interface Reason {
  readonly term: string;
  readonly value: number;
}

/** Settings found for a recipe on the validation part. */
export type RecipeSelection = Selection<LogisticSettings> | Selection<ForestSettings>;

/** Finds a recipe's settings: fits on one part, looks at the other. */
export async function selectRecipe(
  recipe: RecipeName,
  train: Things & { readonly labels: readonly string[] },
  valid: Things & { readonly labels: readonly string[] },
  context: FitContext,
): Promise<RecipeSelection> {
  const classes = classesOf(train.labels);
  const tfIdf = usesText(recipe) ? fitTfIdf(train.texts) : undefined;
  const labelled = {
    features: featuresFor(recipe, train, tfIdf),
    targets: targetsOf(train.labels, classes),
    classes,
  };
  const held = { features: featuresFor(recipe, valid, tfIdf), targets: targetsOf(valid.labels, classes) };
  return isForest(recipe)
    ? selectSettings(randomForest, labelled, held, context)
    : selectSettings(logisticRegression, labelled, held, context);
}

/** Fits a recipe with settings found before. */
export async function fitRecipe(
  recipe: RecipeName,
  train: Things & { readonly labels: readonly string[] },
  selection: RecipeSelection,
  context: FitContext,
): Promise<LabelModel> {
  const classes = classesOf(train.labels);
  const tfIdf = usesText(recipe) ? fitTfIdf(train.texts) : undefined;
  const features = featuresFor(recipe, train, tfIdf);
  const labelled = { features, targets: targetsOf(train.labels, classes), classes };
  const classifier = isForest(recipe)
    ? await randomForest.fit(labelled, selection.settings as ForestSettings, context)
    : await logisticRegression.fit(labelled, selection.settings as LogisticSettings, context);
  return createModel({
    recipe,
    tfIdf,
    classifier,
    temperature: selection.temperature,
    threshold: selection.threshold.confidence,
  });
}

/**
 * Reads a labeller written by `toTensors`.
 *
 * @throws ModelError STK-MODEL-TENSOR-MISSING
 */
export function labelModelFromTensors(saved: ModelTensors, gemm: Gemm): LabelModel {
  const recipe = saved.metadata.recipe as RecipeName;
  const family = isForest(recipe) ? randomForest : logisticRegression;
  return createModel({
    recipe,
    tfIdf: usesText(recipe) ? tfIdfFromTensors(saved) : undefined,
    classifier: family.fromTensors(saved, gemm),
    temperature: Number(saved.metadata.temperature),
    threshold: Number(saved.metadata.threshold),
  });
}

interface ModelParts {
  readonly recipe: RecipeName;
  readonly tfIdf: TfIdf | undefined;
  readonly classifier: Classifier;
  readonly temperature: number;
  readonly threshold: number;
}

function createModel({ recipe, tfIdf, classifier, temperature, threshold }: ModelParts): LabelModel {
  const { classes } = classifier;
  return {
    recipe,
    classes,
    threshold,
    async predict(things) {
      return cooled(
        await classifier.predict(featuresFor(recipe, things, tfIdf)),
        classes.length,
        temperature,
      );
    },
    explain(things, row, classIndex, top) {
      if (!tfIdf) return [];
      const one = oneThing(things, row);
      const shares = classifier.explain(featuresFor(recipe, one, tfIdf), 0, classIndex);
      return reasonsOf(shares, tfIdf, one.texts[0] ?? '').slice(0, top);
    },
    toTensors() {
      const saved = classifier.toTensors();
      return {
        metadata: {
          ...saved.metadata,
          recipe,
          temperature: String(temperature),
          threshold: String(threshold),
        },
        tensors: { ...saved.tensors, ...tfIdf?.toTensors().tensors },
      };
    },
  };
}

/** Pieces count for the word they were cut from, so that a reason can be read. */
function reasonsOf(shares: readonly Contribution[], tfIdf: TfIdf, text: string): Reason[] {
  const wordOf = new Map(tfIdf.termsOf(text).map(({ column, word }) => [column, word]));
  const sums = new Map<string, number>();
  for (const { part, column, value } of shares) {
    const word = part === 'sparse' ? wordOf.get(column) : undefined;
    if (word !== undefined) sums.set(word, (sums.get(word) ?? 0) + value);
  }
  return [...sums]
    .map(([term, value]) => ({ term, value }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || (a.term < b.term ? -1 : 1));
}

function oneThing({ texts, vectors }: Things, row: number): Things {
  return { texts: [texts[row] ?? ''], ...(vectors ? { vectors: denseRows(vectors, [row]) } : {}) };
}

function featuresFor(recipe: RecipeName, { texts, vectors }: Things, tfIdf: TfIdf | undefined): Features {
  return {
    rows: texts.length,
    ...(tfIdf ? { sparse: tfIdf.transform(texts) } : {}),
    ...(usesVectors(recipe) && vectors ? { dense: vectors } : {}),
  };
}

/** Whether a recipe looks at vectors. */
export function usesVectors(recipe: RecipeName): boolean {
  return recipe.startsWith('embedding');
}

function usesText(recipe: RecipeName): boolean {
  return recipe.includes('tf-idf');
}

function isForest(recipe: RecipeName): boolean {
  return recipe.endsWith('forest');
}
