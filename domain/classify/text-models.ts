import type { Gemm } from '../math/gemm.ts';
import type { DenseMatrix } from '../math/sparse.ts';
import { InputError } from '../runtime/errors.ts';
import { cooled } from './calibration.ts';
import type { Classifier, Features, LabelledFeatures } from './classifier.ts';
import { type LogisticSettings, logisticRegression } from './logistic.ts';
import { type ClassFigures, classFigures } from './metrics.ts';
import { type Selection, selectSettings } from './select.ts';
import { fitTfIdf, type TfIdf } from './tf-idf.ts';

/** Texts whose labels are known. */
export interface LabelledTexts {
  readonly texts: readonly string[];
  readonly labels: readonly string[];
}

/** Turns texts into vectors of one width. */
export interface TextEncoder {
  readonly dimensions: number;
  /** Row-major [texts, dimensions]. */
  readonly encode: (texts: readonly string[]) => Promise<Float32Array>;
}

/** What a text model looks at. */
export type TextModelName = 'tf-idf' | 'encoder' | 'encoder + tf-idf';

/** One model's outcome: what was chosen on the validation part, and the figures on the test part. */
export interface TextModelResult {
  readonly name: 'majority' | TextModelName;
  /** On the test part, of the model fitted on train and validation together. */
  readonly metrics: ClassFigures;
  readonly validationAccuracy: number;
  /** Inverse penalty, temperature and threshold; none for the majority class. */
  readonly settings?: { readonly c: number; readonly temperature: number };
  /** Share of validation rows answered when answers must be 95 % right. */
  readonly coverageAt95?: number;
  readonly seconds: number;
}

/** What `evaluateTexts` needs. */
export interface TextTask {
  readonly train: LabelledTexts;
  readonly valid: LabelledTexts;
  readonly test: LabelledTexts;
  readonly encoder?: TextEncoder;
  readonly seed: number;
  readonly gemm: Gemm;
  /** Milliseconds from any fixed time. */
  readonly clock: () => number;
  readonly note?: (line: string) => void;
}

/** All models on one task. */
export interface TextEvaluation {
  readonly models: readonly TextModelResult[];
  /** Name of the model best on the validation part. */
  readonly chosen: string;
  readonly searchSeconds: number;
}

/** Vectors of unit length are stretched by this beside TF-IDF rows of unit length, so both count. */
const encoderScale = 2;

/**
 * Compares the majority class, TF-IDF and (where there is an encoder) encoder features, each under multinomial logistic
 * regression. "encoder + tf-idf" puts both kinds of features side by side.
 *
 * Settings and the chosen model come from the validation part; the figures are of models fitted again on train and
 * validation together, at the temperature found on validation. A test label never seen in training counts as wrong.
 * @throws InputError STK-CLASSIFY-ONE-CLASS when train and validation hold fewer than two labels
 */
export async function evaluateTexts(task: TextTask): Promise<TextEvaluation> {
  const names: TextModelName[] = task.encoder ? ['tf-idf', 'encoder', 'encoder + tf-idf'] : ['tf-idf'];
  const classes = classesOf([...task.train.labels, ...task.valid.labels]);
  const vectors = await encodeParts(task);
  const models: TextModelResult[] = [majority(task, classes)];
  let searchMs = 0;
  for (const name of names) {
    task.note?.(`${name}: searching settings on the validation part`);
    const begun = task.clock();
    const recipe = { withTfIdf: name !== 'encoder', vectors: name === 'tf-idf' ? undefined : vectors };
    const selection = await searchOn(task, recipe);
    searchMs += task.clock() - begun;
    const metrics = await finalFigures(task, recipe, classes, selection);
    models.push({
      name,
      metrics,
      validationAccuracy: selection.figures.accuracy,
      settings: { c: selection.settings.c, temperature: selection.temperature },
      coverageAt95: selection.threshold.coverage,
      seconds: (task.clock() - begun) / 1000,
    });
  }
  return { models, chosen: bestOf(models), searchSeconds: searchMs / 1000 };
}

/** The distinct labels in code point order: the order of a model's classes. */
export function classesOf(labels: readonly string[]): string[] {
  return [...new Set(labels)].sort();
}

/** Class index of each label; -1 where the classes lack it. */
export function targetsOf(labels: readonly string[], classes: readonly string[]): Int32Array {
  const indexOf = new Map(classes.map((label, index) => [label, index]));
  return Int32Array.from(labels, (label) => indexOf.get(label) ?? -1);
}

interface PartVectors {
  readonly train: Float32Array;
  readonly valid: Float32Array;
  readonly test: Float32Array;
  readonly width: number;
}

interface Recipe {
  readonly withTfIdf: boolean;
  readonly vectors: PartVectors | undefined;
}

async function encodeParts(task: TextTask): Promise<PartVectors | undefined> {
  if (!task.encoder) return undefined;
  const { encode, dimensions } = task.encoder;
  task.note?.('encoding texts');
  const [train, valid, test] = [
    await encode(task.train.texts),
    await encode(task.valid.texts),
    await encode(task.test.texts),
  ];
  return { train, valid, test, width: dimensions };
}

async function searchOn(task: TextTask, recipe: Recipe): Promise<Selection<LogisticSettings>> {
  const classes = classesOf(task.train.labels);
  const tfIdf = recipe.withTfIdf ? fitTfIdf(task.train.texts) : undefined;
  const train = labelled(
    featuresOf(task.train.texts, tfIdf, recipe.vectors?.train, recipe.vectors?.width),
    task.train.labels,
    classes,
  );
  const valid = {
    features: featuresOf(task.valid.texts, tfIdf, recipe.vectors?.valid, recipe.vectors?.width),
    targets: targetsOf(task.valid.labels, classes),
  };
  return selectSettings(logisticRegression, train, valid, { gemm: task.gemm, seed: task.seed });
}

async function finalFigures(
  task: TextTask,
  recipe: Recipe,
  classes: readonly string[],
  selection: Selection<LogisticSettings>,
): Promise<ClassFigures> {
  const texts = [...task.train.texts, ...task.valid.texts];
  const tfIdf = recipe.withTfIdf ? fitTfIdf(texts) : undefined;
  const { vectors } = recipe;
  const both = vectors && concatenated(vectors.train, vectors.valid);
  const train = labelled(
    featuresOf(texts, tfIdf, both, vectors?.width),
    [...task.train.labels, ...task.valid.labels],
    classes,
  );
  const context = { gemm: task.gemm, seed: task.seed };
  const classifier = await logisticRegression.fit(train, selection.settings, context);
  return figuresOn(
    task,
    classifier,
    featuresOf(task.test.texts, tfIdf, vectors?.test, vectors?.width),
    selection,
  );
}

async function figuresOn(
  task: TextTask,
  classifier: Classifier,
  features: Features,
  { temperature }: Selection<LogisticSettings>,
): Promise<ClassFigures> {
  const { classes } = classifier;
  const probabilities = cooled(await classifier.predict(features), classes.length, temperature);
  return classFigures(probabilities, targetsOf(task.test.labels, classes), classes);
}

function majority(task: TextTask, classes: readonly string[]): TextModelResult {
  if (classes.length < 2) {
    throw new InputError(
      `Training texts carry ${classes.length === 0 ? 'no label' : `only the label '${classes[0]}'`}; a classifier needs at least two labels`,
      { code: 'STK-CLASSIFY-ONE-CLASS' },
    );
  }
  const shares = labelShares([...task.train.labels, ...task.valid.labels], classes);
  const figuresFor = (labels: readonly string[]): ClassFigures => {
    const rows = new Float32Array(labels.length * classes.length);
    for (let row = 0; row < labels.length; row++) rows.set(shares, row * classes.length);
    return classFigures(rows, targetsOf(labels, classes), classes);
  };
  return {
    name: 'majority',
    metrics: figuresFor(task.test.labels),
    validationAccuracy: figuresFor(task.valid.labels).accuracy,
    seconds: 0,
  };
}

/** Share of each class among labels: what a model knows that looks at nothing. */
export function labelShares(labels: readonly string[], classes: readonly string[]): Float32Array {
  const counts = new Float32Array(classes.length);
  for (const target of targetsOf(labels, classes)) {
    if (target >= 0) counts[target] = (counts[target] as number) + 1;
  }
  return counts.map((count) => count / labels.length);
}

function featuresOf(
  texts: readonly string[],
  tfIdf: TfIdf | undefined,
  vectors: Float32Array | undefined,
  width = 0,
): Features {
  const dense: DenseMatrix | undefined = vectors && {
    rows: texts.length,
    width,
    values: tfIdf ? vectors.map((value) => value * encoderScale) : vectors,
  };
  return {
    rows: texts.length,
    ...(tfIdf ? { sparse: tfIdf.transform(texts) } : {}),
    ...(dense ? { dense } : {}),
  };
}

function labelled(
  features: Features,
  labels: readonly string[],
  classes: readonly string[],
): LabelledFeatures {
  return { features, targets: targetsOf(labels, classes), classes };
}

function concatenated(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function bestOf(models: readonly TextModelResult[]): string {
  const best = models.reduce((a, b) => (b.validationAccuracy > a.validationAccuracy ? b : a));
  return best.name;
}
