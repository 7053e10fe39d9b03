import { type SparseMatrix, transpose } from '../math/csr.ts';
import { largest } from '../math/top-k.ts';
import {
  contributionsOf,
  type Model,
  type Parameters,
  type Recommender,
  type SavedModel,
} from './recommender.ts';

/** Labels of items: row i lists the labels of item i with their weights (confidences, 0 to 1). */
export interface ItemLabels {
  /** Number of labels; label indexes are below it. */
  readonly labels: number;
  readonly rows: SparseMatrix;
}

/** Parameters of the label match. */
export interface LabelMatchParameters {
  /** Weight of a history item per step from the newest, above 0, at most 1. */
  readonly decay: number;
}

/**
 * Matches user labels with item labels: `score(i) = Σ_l U_l · Y_il / share_l`.
 *
 * U are the user's interests: the share of history weight on each label, made anew from the history at every request, so that
 * they are as of the moment in training, in evaluation and in service. `share_l` is the square root of the label's part of
 * the catalogue, so that a label most items carry says little.
 */
export function labelMatch(
  labels: ItemLabels,
  parameters: LabelMatchParameters = { decay: 0.9 },
): Recommender {
  return {
    name: 'label-match',
    parameters: { ...parameters },
    fit: () => labelModel(labels, { ...parameters }),
  };
}

/** Makes a label model again. */
export function labelMatchFrom({ parameters, tensors }: SavedModel): Model {
  const lengths = tensors.lengths?.data ?? new Float32Array(0);
  const offsets = new Int32Array(lengths.length + 1);
  for (let row = 0; row < lengths.length; row++) {
    offsets[row + 1] = (offsets[row] as number) + (lengths[row] as number);
  }
  const rows = {
    offsets,
    columns: tensors.columns?.data ?? new Float32Array(0),
    values: tensors.values?.data ?? new Float32Array(0),
  };
  return labelModel({ labels: Number(parameters.labels), rows }, parameters);
}

function labelModel(labels: ItemLabels, given: Parameters): Model {
  const { rows } = labels;
  const items = rows.offsets.length - 1;
  const parameters = { ...given, labels: labels.labels };
  const decay = Number(given.decay);
  const weigh = labelWeights(labels);
  const user = new Float64Array(labels.labels);
  const match = (item: number): number => {
    let sum = 0;
    for (let at = rows.offsets[item] as number; at < (rows.offsets[item + 1] as number); at++) {
      sum += (user[rows.columns[at] as number] as number) * (rows.values[at] as number);
    }
    return sum;
  };
  const add = (item: number, weight: number): void => {
    for (let at = rows.offsets[item] as number; at < (rows.offsets[item + 1] as number); at++) {
      const label = rows.columns[at] as number;
      user[label] = (user[label] as number) + weight * (rows.values[at] as number) * (weigh[label] as number);
    }
  };
  const weightsOf = (history: readonly number[]): [number, number][] => {
    const known = history.filter((item) => item >= 0 && item < items);
    const weights = known.map((_, at) => decay ** (known.length - 1 - at));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return known.map((item, at) => [item, (weights[at] as number) / total]);
  };
  return {
    kind: 'label-match',
    items,
    score(history, into) {
      user.fill(0);
      for (const [item, weight] of weightsOf(history)) add(item, weight);
      for (let item = 0; item < items; item++) into[item] = match(item);
    },
    similarItems(item, n) {
      if (item < 0 || item >= items) return [];
      const scores = new Float64Array(items);
      this.score([item], scores);
      return largest(scores, n + 1)
        .filter(({ index, value }) => index !== item && value > 0)
        .slice(0, n)
        .map(({ index, value }) => ({ item: index, score: value }));
    },
    explain(history, item) {
      if (item < 0 || item >= items) return [];
      return contributionsOf(
        weightsOf(history).map(([from, weight]) => {
          user.fill(0);
          add(from, weight);
          return [from, match(item)] as const;
        }),
      );
    },
    toTensors: () => savedLabels(rows, parameters),
  };
}

function labelWeights({ labels, rows }: ItemLabels): Float64Array {
  const items = Math.max(1, rows.offsets.length - 1);
  const { offsets } = transpose(rows, labels);
  return Float64Array.from({ length: labels }, (_, label) => {
    const holders = (offsets[label + 1] as number) - (offsets[label] as number);
    return holders === 0 ? 0 : Math.sqrt(items / holders);
  });
}

function savedLabels({ offsets, columns, values }: SparseMatrix, parameters: Parameters): SavedModel {
  const lengths = Float32Array.from(
    { length: offsets.length - 1 },
    (_, row) => (offsets[row + 1] as number) - (offsets[row] as number),
  );
  return {
    kind: 'label-match',
    parameters,
    tensors: {
      lengths: { shape: [lengths.length], data: lengths },
      columns: { shape: [columns.length], data: Float32Array.from(columns) },
      values: { shape: [values.length], data: values },
    },
  };
}
