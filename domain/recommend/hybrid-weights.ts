import { type Interval, pairedDifference } from '../math/bootstrap.ts';
import { openStream } from '../math/random.ts';
import { ndcg } from '../math/ranking-metrics.ts';
import { blendAt, createProposer, hybrid } from './hybrid.ts';
import type { Recommender } from './recommender.ts';
import type { ValidationPart, ValidationParts } from './tuning.ts';

/** A hybrid with its weights and its proof. */
export interface HybridProof {
  readonly recommender: Recommender;
  readonly weights: readonly number[];
  /** NDCG of the hybrid minus that of its first component, on the users the weights were not chosen on. */
  readonly gain: Interval;
  /** NDCG of the hybrid on those users. */
  readonly value: number;
  /** True where the gain's lower bound is above 0: only then may the hybrid take the single model's place. */
  readonly proven: boolean;
  readonly trials: number;
}

/** Weights drawn per search. */
const draws = 120;

/** Users looked at per validation part. */
const mostUsers = 4000;

interface Prepared {
  readonly scores: readonly Float64Array[];
  /** Places of the wanted items among the candidates; a wanted item that is no candidate cannot be found. */
  readonly found: readonly number[];
  readonly wanted: number;
}

/**
 * Chooses a hybrid's weights on earlier validation parts and proves them on the newest; where there is one part only, on
 * every other user of it and on the rest.
 *
 * The first component is the single model to beat. Weights are drawn from the simplex, the corners first.
 * Deterministic for a seed.
 *
 * @param parts newest first
 * @param k cut-off of the NDCG
 */
export function proveHybrid(
  components: readonly Recommender[],
  parts: ValidationParts,
  k: number,
  seed: number,
): HybridProof {
  const [newest = [], ...earlier] = parts.map((part) => preparedOn(components, part));
  const [chosenOn, provenOn] =
    earlier.length > 0
      ? [earlier.flat(), newest]
      : [newest.filter((_, at) => at % 2 === 0), newest.filter((_, at) => at % 2 === 1)];
  const weights = bestWeights(components.length, chosenOn, k, seed);
  const single = components.map((_, at) => (at === 0 ? 1 : 0));
  const blended = gains(provenOn, weights, k);
  const gain = pairedDifference(blended, gains(provenOn, single, k), { seed });
  return {
    recommender: hybrid(components, weights),
    weights,
    gain,
    value: blended.reduce((sum, value) => sum + value, 0) / Math.max(1, blended.length),
    proven: gain.low > 0,
    trials: draws + components.length,
  };
}

function preparedOn(components: readonly Recommender[], { train, cases }: ValidationPart): Prepared[] {
  const propose = createProposer(components.map((component) => component.fit(train)));
  return cases.slice(0, mostUsers).map((at) => {
    const { items, scores } = propose(at.history);
    const places = new Map(items.map((item, place) => [item, place]));
    const found = at.wanted.flatMap((item) => places.get(item) ?? []);
    return { scores, found, wanted: at.wanted.length };
  });
}

function bestWeights(count: number, prepared: readonly Prepared[], k: number, seed: number): number[] {
  let best: number[] = [];
  let bestValue = Number.NEGATIVE_INFINITY;
  for (let draw = 0; draw < draws + count; draw++) {
    const weights = draw < count ? corner(count, draw) : simplex(count, seed, draw);
    const value = gains(prepared, weights, k).reduce((sum, gain) => sum + gain, 0);
    if (value > bestValue) [best, bestValue] = [weights, value];
  }
  return best;
}

function corner(count: number, at: number): number[] {
  return Array.from({ length: count }, (_, place) => (place === at ? 1 : 0));
}

/** Uniform on the simplex: the gaps between sorted uniform numbers. Rounded to thousandths, the last takes the rest. */
function simplex(count: number, seed: number, draw: number): number[] {
  const random = openStream(seed, 'weights', draw);
  const cuts = Array.from({ length: count - 1 }, () => Math.round(random.float() * 1000)).sort(
    (a, b) => a - b,
  );
  return Array.from(
    { length: count },
    (_, at) => ((cuts[at] ?? 1000) - (at === 0 ? 0 : (cuts[at - 1] ?? 0))) / 1000,
  );
}

function gains(prepared: readonly Prepared[], weights: readonly number[], k: number): Float64Array {
  return Float64Array.from(prepared, ({ scores, found, wanted }) => {
    if (found.length === 0) return 0;
    const count = scores[0]?.length ?? 0;
    const blended = Float64Array.from({ length: count }, (_, at) => blendAt(scores, weights, at));
    const standings = found.map((place) => {
      const level = blended[place] as number;
      let [above, equal] = [0, 0];
      for (const score of blended) {
        if (score > level) above++;
        else if (score === level) equal++;
      }
      return { above, tied: equal - 1 };
    });
    // Wanted items that are no candidates stand beyond every cut-off.
    for (let missing = found.length; missing < wanted; missing++) {
      standings.push({ above: Number.MAX_SAFE_INTEGER, tied: 0 });
    }
    return ndcg(standings, k);
  });
}
