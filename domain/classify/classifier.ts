import type { Gemm } from '../math/gemm.ts';
import type { FloatTensor } from '../math/safetensors.ts';
import type { CsrMatrix, DenseMatrix } from '../math/sparse.ts';
import { denseRows, sparseRows } from '../math/sparse.ts';
import { InputError, ModelError } from '../runtime/errors.ts';

/** A model as plain arrays and short texts: what a safetensors file holds. */
export interface ModelTensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, FloatTensor>>;
}

/** What is known of each thing to classify: sparse features, dense features, or both side by side. */
export interface Features {
  readonly rows: number;
  readonly sparse?: CsrMatrix;
  readonly dense?: DenseMatrix;
}

/** Things whose class is known; `targets[row]` is an index into `classes`. */
export interface LabelledFeatures {
  readonly features: Features;
  readonly targets: Int32Array;
  readonly classes: readonly string[];
}

/** One feature's share in a decision, in log-odds against the mean of all classes. */
export interface Contribution {
  readonly part: 'sparse' | 'dense' | 'bias';
  readonly column: number;
  readonly value: number;
}

/** A trained classifier. */
export interface Classifier {
  readonly family: string;
  /** In the order of the columns of `predict`: by code point. */
  readonly classes: readonly string[];
  /** Probabilities, row-major [rows, classes]; each row sums to 1. Equal inputs give equal bytes. */
  predict(features: Features): Promise<Float32Array>;
  /**
   * What spoke for (or against) a class in one row, strongest first; with the bias they sum to the class's score minus the
   * mean score. Empty where the family has no exact answer (forest).
   */
  explain(features: Features, row: number, classIndex: number): Contribution[];
  toTensors(): ModelTensors;
}

/** Effects and limits of training. */
export interface FitContext {
  readonly gemm: Gemm;
  readonly seed: number;
  /** Called often while training; may throw to stop. */
  readonly onStep?: () => void;
}

/** A family of classifiers: one way of learning, with settings of its own. */
export interface ClassifierFamily<Settings> {
  readonly name: string;
  /** Settings to try on the validation part, cheapest or most regular first. */
  readonly grid: readonly Settings[];
  /** `start`: a model of the same shape to go on from, where the family can. */
  fit(
    labelled: LabelledFeatures,
    settings: Settings,
    context: FitContext,
    start?: Classifier,
  ): Promise<Classifier>;
  fromTensors(tensors: ModelTensors, gemm: Gemm): Classifier;
}

/** The named rows of both kinds of features. */
export function featureRows(features: Features, picked: ArrayLike<number>): Features {
  return {
    rows: picked.length,
    ...(features.sparse ? { sparse: sparseRows(features.sparse, picked) } : {}),
    ...(features.dense ? { dense: denseRows(features.dense, picked) } : {}),
  };
}

/**
 * A tensor of a model by name.
 *
 * @throws ModelError STK-MODEL-TENSOR-MISSING
 */
export function tensorOf({ metadata, tensors }: ModelTensors, name: string): FloatTensor {
  const tensor = tensors[name];
  if (tensor) return tensor;
  throw new ModelError(
    `A model of kind '${metadata.kind}' needs the tensor '${name}', it has ${Object.keys(tensors).join(', ')}; train it again`,
    { code: 'STK-MODEL-TENSOR-MISSING' },
  );
}

/** @throws InputError STK-CLASSIFY-ONE-CLASS when fewer than two classes are given */
export function requireClasses(classes: readonly string[]): void {
  if (classes.length >= 2) return;
  throw new InputError(
    `A classifier needs at least two classes, got ${classes.length} (${classes.join(', ')}); give rows of another class`,
    { code: 'STK-CLASSIFY-ONE-CLASS' },
  );
}
