/** How well one label is found. Shares are 0 to 1; a share of nothing is 0. */
export interface LabelFigures {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Things that truly carry the label. */
  readonly support: number;
}

/** How good predictions are against the truth. */
export interface ClassFigures {
  readonly accuracy: number;
  /** Mean of F1 over the labels that occur in truth or prediction, each label alike. */
  readonly macroF1: number;
  /** Expected calibration error over 15 bins. */
  readonly ece: number;
  /** In the order of the classes; labels neither true nor predicted are left out. */
  readonly labels: readonly LabelFigures[];
}

/**
 * Accuracy, macro-F1, calibration error and figures per label.
 *
 * @param probabilities row-major [targets.length, classes.length]
 * @param targets       index of the true class, -1 for a class the model does not know (always wrong, not in `labels`)
 */
export function classFigures(
  probabilities: Float32Array,
  targets: Int32Array,
  classes: readonly string[],
): ClassFigures {
  const { best, confidence } = topClasses(probabilities, classes.length);
  const [hits, predicted, support] = [0, 1, 2].map(() => new Float64Array(classes.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let right = 0;
  for (let row = 0; row < targets.length; row++) {
    const target = targets[row] as number;
    const guess = best[row] as number;
    predicted[guess] = (predicted[guess] as number) + 1;
    if (target >= 0) support[target] = (support[target] as number) + 1;
    if (target === guess) {
      right++;
      hits[guess] = (hits[guess] as number) + 1;
    }
  }
  const labels = classes
    .map((label, k) => labelFigures(label, hits[k] ?? 0, predicted[k] ?? 0, support[k] ?? 0))
    .filter((_, k) => (predicted[k] ?? 0) + (support[k] ?? 0) > 0);
  return {
    accuracy: share(right, targets.length),
    macroF1: share(
      labels.reduce((sum, { f1 }) => sum + f1, 0),
      labels.length,
    ),
    ece: calibrationError(
      confidence,
      Uint8Array.from(targets, (target, row) => +(target === best[row])),
    ),
    labels,
  };
}

/** The most probable class of each row (the first of equals) and its probability. */
export function topClasses(
  probabilities: Float32Array,
  classes: number,
): { readonly best: Int32Array; readonly confidence: Float32Array } {
  const rows = classes === 0 ? 0 : probabilities.length / classes;
  const best = new Int32Array(rows);
  const confidence = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let top = 0;
    const from = row * classes;
    for (let k = 1; k < classes; k++) {
      if ((probabilities[from + k] as number) > (probabilities[from + top] as number)) top = k;
    }
    best[row] = top;
    confidence[row] = probabilities[from + top] as number;
  }
  return { best, confidence };
}

/**
 * Expected calibration error: mean distance of confidence and hit rate over 15 bins of equal width, weighted by size.
 *
 * Source: Guo et al. 2017, On Calibration of Modern Neural Networks, equation 3.
 */
export function calibrationError(confidence: Float32Array, right: Uint8Array, bins = 15): number {
  const hits = new Float64Array(bins);
  const sums = new Float64Array(bins);
  for (let row = 0; row < confidence.length; row++) {
    const value = confidence[row] as number;
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(value * bins) - 1));
    hits[bin] = (hits[bin] as number) + (right[row] as number);
    sums[bin] = (sums[bin] as number) + value;
  }
  let error = 0;
  for (let bin = 0; bin < bins; bin++) error += Math.abs((hits[bin] as number) - (sums[bin] as number));
  return share(error, confidence.length);
}

function labelFigures(label: string, hits: number, predicted: number, support: number): LabelFigures {
  const precision = share(hits, predicted);
  const recall = share(hits, support);
  return { label, precision, recall, f1: share(2 * precision * recall, precision + recall), support };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
