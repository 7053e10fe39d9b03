import { topClasses } from './metrics.ts';

/** From which confidence on a prediction is given; below it the answer is "unknown". */
export interface Threshold {
  /** Least confidence; above 1 where no threshold reaches the precision. */
  readonly confidence: number;
  /** Share of the validation rows that get an answer. */
  readonly coverage: number;
  /** Share of right answers among them. */
  readonly precision: number;
}

/**
 * Finds the temperature that makes probabilities fit the validation truth best (least log loss), from 0.05 to 20.
 *
 * Golden-section search on its logarithm; the loss has one minimum. Rows whose class the model does not know (-1) are left
 * out. 1 where there are none.
 * Source: Guo et al. 2017, On Calibration of Modern Neural Networks, section 4.2.
 */
export function fitTemperature(probabilities: Float32Array, targets: Int32Array, classes: number): number {
  if (!targets.some((target) => target >= 0)) return 1;
  const ratio = (Math.sqrt(5) - 1) / 2;
  const lossAt = (log: number): number =>
    logLoss(cooled(probabilities, classes, Math.exp(log)), targets, classes);
  let [low, high] = [Math.log(0.05), Math.log(20)];
  let [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [leftLoss, rightLoss] = [lossAt(left), lossAt(right)];
  for (let round = 0; round < 25; round++) {
    if (leftLoss <= rightLoss) {
      [high, right, rightLoss] = [right, left, leftLoss];
      left = high - ratio * (high - low);
      leftLoss = lossAt(left);
    } else {
      [low, left, leftLoss] = [left, right, rightLoss];
      right = low + ratio * (high - low);
      rightLoss = lossAt(right);
    }
  }
  return Math.exp((low + high) / 2);
}

/** Probabilities at a temperature: each row is `p^(1/T)`, made to sum to 1. The order of classes in a row stays. */
export function cooled(probabilities: Float32Array, classes: number, temperature: number): Float32Array {
  const out = new Float32Array(probabilities.length);
  for (let from = 0; from < out.length; from += classes) {
    let top = 0;
    for (let k = from; k < from + classes; k++) top = Math.max(top, probabilities[k] as number);
    let sum = 0;
    for (let k = from; k < from + classes; k++) {
      const power = Math.exp(Math.log((probabilities[k] as number) / top) / temperature);
      out[k] = power;
      sum += power;
    }
    for (let k = from; k < from + classes; k++) out[k] = (out[k] as number) / sum;
  }
  return out;
}

/** Mean of -ln(probability of the true class); rows with target -1 are left out. */
export function logLoss(probabilities: Float32Array, targets: Int32Array, classes: number): number {
  let loss = 0;
  let rows = 0;
  for (let row = 0; row < targets.length; row++) {
    const target = targets[row] as number;
    if (target < 0) continue;
    loss -= Math.log(Math.max(probabilities[row * classes + target] as number, 1e-30));
    rows++;
  }
  return rows === 0 ? 0 : loss / rows;
}

/**
 * Chooses the confidence below which the answer is "unknown": the lowest that keeps at least `precision` of the answers
 * right on the validation part, so coverage is the largest possible.
 */
export function chooseThreshold(
  probabilities: Float32Array,
  targets: Int32Array,
  classes: number,
  precision = 0.95,
): Threshold {
  const { best, confidence } = topClasses(probabilities, classes);
  const order = Array.from(confidence.keys()).sort(
    (a, b) => (confidence[b] as number) - (confidence[a] as number) || a - b,
  );
  let right = 0;
  let chosen: Threshold = { confidence: 1.01, coverage: 0, precision: 0 };
  for (const [index, row] of order.entries()) {
    if (best[row] === targets[row]) right++;
    const value = confidence[row] as number;
    const next = order[index + 1];
    const tied = next !== undefined && confidence[next] === value;
    if (!tied && right / (index + 1) >= precision) {
      chosen = { confidence: value, coverage: (index + 1) / order.length, precision: right / (index + 1) };
    }
  }
  return chosen;
}
