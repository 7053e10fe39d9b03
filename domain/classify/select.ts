import { chooseThreshold, cooled, fitTemperature, logLoss, type Threshold } from './calibration.ts';
import type { Classifier, ClassifierFamily, Features, FitContext, LabelledFeatures } from './classifier.ts';
import { type ClassFigures, classFigures } from './metrics.ts';

/** The best settings of a family on the validation part, and what was learned there about confidence. */
export interface Selection<Settings> {
  readonly settings: Settings;
  readonly classifier: Classifier;
  /** On the validation part, at the temperature chosen there. */
  readonly figures: ClassFigures;
  readonly temperature: number;
  /** Chosen on the same part, for 95 % precision. */
  readonly threshold: Threshold;
}

/** A validation part: targets are indexes into the training classes, -1 where training does not know the class. */
export interface HeldOut {
  readonly features: Features;
  readonly targets: Int32Array;
}

/**
 * Fits every setting of a family on the training part and keeps the one of highest accuracy on the validation part (ties by
 * lower log loss, then by order).
 */
export async function selectSettings<Settings>(
  family: ClassifierFamily<Settings>,
  train: LabelledFeatures,
  valid: HeldOut,
  context: FitContext,
): Promise<Selection<Settings>> {
  const size = train.classes.length;
  let best: (Selection<Settings> & { readonly loss: number }) | undefined;
  let last: Classifier | undefined;
  for (const settings of family.grid) {
    last = await family.fit(train, settings, context, last);
    const raw = await last.predict(valid.features);
    const temperature = fitTemperature(raw, valid.targets, size);
    const probabilities = cooled(raw, size, temperature);
    const figures = classFigures(probabilities, valid.targets, train.classes);
    const loss = logLoss(probabilities, valid.targets, size);
    const better =
      !best ||
      figures.accuracy > best.figures.accuracy ||
      (figures.accuracy === best.figures.accuracy && loss < best.loss);
    if (better) {
      const threshold = chooseThreshold(probabilities, valid.targets, size);
      best = { settings, classifier: last, figures, temperature, threshold, loss };
    }
  }
  if (!best) throw new RangeError(`The family ${family.name} has no settings to try`);
  return best;
}
