import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** One stream of random numbers. Only additions, products and square roots are made of them, so all platforms agree. */
export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True with probability `share`. */
  chance(share: number): boolean;
  /** One of a list that is not empty. */
  pick<Value>(list: readonly Value[]): Value;
  /** Bell-shaped around 0 with standard deviation 1, within ±4.2 (sum of six uniform numbers). */
  bell(): number;
}

/**
 * Opens the stream of one purpose; other labels give an independent stream.
 *
 * The 128-bit state is a hash of seed and labels, so a day or a user can be drawn without drawing those before.
 * Source: cyrb128, public domain (bryc); xoroshiro128+ (Blackman and Vigna 2018).
 */
export function openStream(seed: number, ...labels: readonly (string | number)[]): Random {
  const generator = xoroshiro128plusFromState(hashState(`${seed}|${labels.join('|')}`));
  const float = (): number => uniformFloat64(generator);
  const between = (low: number, high: number): number => uniformInt(generator, low, high);
  return {
    float,
    between,
    chance: (share) => float() < share,
    pick: <Value>(list: readonly Value[]): Value => list[between(0, list.length - 1)] as Value,
    bell: () => (float() + float() + float() + float() + float() + float() - 3) * Math.SQRT2,
  };
}

/** Running sums of weights, for `drawIndex`. */
export function runningSums(weights: readonly number[]): Float64Array {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (let index = 0; index < weights.length; index++) {
    total += weights[index] ?? 0;
    sums[index] = total;
  }
  return sums;
}

/** Draws an index with probability proportional to its weight; `sums` comes from `runningSums` and is not empty. */
export function drawIndex(random: Random, sums: Float64Array): number {
  const target = random.float() * (sums[sums.length - 1] ?? 0);
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

function hashState(text: string): number[] {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = b ^ Math.imul(a ^ unit, 597399067);
    b = c ^ Math.imul(b ^ unit, 2869860233);
    c = d ^ Math.imul(c ^ unit, 951274213);
    d = a ^ Math.imul(d ^ unit, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, (d ^ a) | 1];
}
