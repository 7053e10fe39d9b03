import { ModelError } from '../runtime/errors.ts';
import { type ContentParameters, contentBased, type ItemVectors } from './content.ts';
import { type DirectionalParameters, directionalKnn, simpleRule } from './directional-knn.ts';
import { hybrid } from './hybrid.ts';
import { type ItemLabels, type LabelMatchParameters, labelMatch } from './label-match.ts';
import {
  type AsymmetricParameters,
  asymmetricKnn,
  cosineKnn,
  type Rp3Parameters,
  rp3beta,
} from './order-free-knn.ts';
import { popularity, recencyPopularity } from './popularity.ts';
import { type LiftParameters, popularityLift } from './popularity-lift.ts';
import type { Parameters, Recommender } from './recommender.ts';

/** A method with its setting, before it has learned anything: plain data, kept with every version. */
export interface Recipe {
  readonly name: string;
  readonly parameters: Parameters;
}

/** What methods use beside interactions. */
export interface ItemFeatures {
  readonly vectors?: ItemVectors | undefined;
  readonly labels?: ItemLabels | undefined;
}

/** A recommender's recipe. */
export function recipeOf({ name, parameters }: Recommender): Recipe {
  return { name, parameters };
}

/**
 * Makes the recommender of a recipe, on features as they are now.
 *
 * @throws ModelError STK-MODEL-RECIPE for an unknown method, or one whose features are not there
 */
export function recommenderOf({ name, parameters }: Recipe, features: ItemFeatures): Recommender {
  const given = parameters as never;
  switch (name) {
    case 'popularity':
      return popularity();
    case 'recency-popularity':
      return recencyPopularity(given);
    case 'popularity-lift':
      return popularityLift(given as LiftParameters);
    case 'simple-rule':
      return simpleRule();
    case 'directional-knn':
      return directionalKnn(given as DirectionalParameters);
    case 'cosine-knn':
      return cosineKnn();
    case 'asymmetric-knn':
      return asymmetricKnn(given as AsymmetricParameters);
    case 'rp3beta':
      return rp3beta(given as Rp3Parameters);
    case 'content':
      return contentBased(needed(features.vectors, name, 'vectors'), given as ContentParameters);
    case 'label-match':
      return labelMatch(needed(features.labels, name, 'labels'), given as LabelMatchParameters);
    case 'hybrid':
      return hybrid(
        (parameters.components as unknown as Recipe[]).map((component) => recommenderOf(component, features)),
        parameters.weights as number[],
      );
    default:
      throw new ModelError(`There is no method '${name}'; the version was made by another release, retrain`, {
        code: 'STK-MODEL-RECIPE',
        details: { name },
      });
  }
}

function needed<Feature>(feature: Feature | undefined, name: string, what: string): Feature {
  if (feature !== undefined) return feature;
  throw new ModelError(
    `The method '${name}' needs item ${what}, and this run has none; switch embed and classify on again, or promote another version`,
    { code: 'STK-MODEL-RECIPE', details: { name, what } },
  );
}
