/**
 * Where one wanted item stands in a ranking with ties.
 *
 * `above` items have a strictly higher score; `tied` other items have the same one.
 */
export interface Standing {
  readonly above: number;
  readonly tied: number;
}

/**
 * Expected share of one item in the first k places, all orders of its ties being equally likely: 0 to 1.
 *
 * `clamp((k - above) / (tied + 1), 0, 1)`.
 */
export function expectedHit({ above, tied }: Standing, k: number): number {
  return Math.min(1, Math.max(0, (k - above) / (tied + 1)));
}

/** Expected discounted gain of one item at cut-off k: the mean of `1 / log2(place + 1)` over the places it may take. */
export function expectedGain({ above, tied }: Standing, k: number): number {
  const last = Math.min(k, above + tied + 1);
  return last <= above ? 0 : (discountSum(last) - discountSum(above)) / (tied + 1);
}

/**
 * Probability that at least one wanted item is in the first k places (HR@k); with one wanted item its expected hit.
 *
 * Wanted items of equal score share one tie group, of which k - above places are drawn without replacement.
 */
export function hitRate(standings: readonly Standing[], k: number): number {
  let first: Standing | undefined;
  for (const standing of standings) if (!first || standing.above < first.above) first = standing;
  if (!first || first.above >= k) return 0;
  const group = first.tied + 1;
  const wanted = standings.filter((standing) => standing.above === first.above).length;
  let miss = 1;
  for (let drawn = 0; drawn < k - first.above && miss > 0; drawn++) {
    miss *= Math.max(0, group - wanted - drawn) / (group - drawn);
  }
  return 1 - miss;
}

/** Recall@k: expected share of the wanted items in the first k places; 0 where nothing is wanted. */
export function recall(standings: readonly Standing[], k: number): number {
  let hits = 0;
  for (const standing of standings) hits += expectedHit(standing, k);
  return standings.length === 0 ? 0 : hits / standings.length;
}

/** NDCG@k with gains of 1: expected discounted gain over that of the best ranking; 0 where nothing is wanted. */
export function ndcg(standings: readonly Standing[], k: number): number {
  let gain = 0;
  for (const standing of standings) gain += expectedGain(standing, k);
  return standings.length === 0 ? 0 : gain / discountSum(Math.min(k, standings.length));
}

/**
 * Finds where the wanted items stand among all items that are not excluded.
 *
 * @param scores [items], higher is better; one that is no number ranks below all others
 * @param wanted distinct item indexes, none of them excluded
 * @param excluded [items], other than 0 = not a candidate
 * @param enough counting may stop once this many items stand above (the largest cut-off that will be asked for)
 */
export function standingsOf(
  scores: Float32Array | Float64Array,
  wanted: readonly number[],
  excluded: Uint8Array,
  enough = Number.POSITIVE_INFINITY,
): Standing[] {
  const least =
    Number.isFinite(enough) && wanted.length > 1 ? leastOfBest(scores, excluded, enough) : undefined;
  if (least !== undefined) {
    const within = wanted.filter((item) => ranked(scores[item] as number) >= least);
    const standings = new Map(
      standingsOf(scores, within, excluded).map((standing, at) => [within[at] as number, standing]),
    );
    return wanted.map((item) => standings.get(item) ?? { above: enough, tied: 0 });
  }
  const levels = [...new Set(wanted.map((item) => ranked(scores[item] as number)))].sort((a, b) => a - b);
  const lowest = levels[0];
  if (lowest === undefined) return [];
  if (levels.length === 1 && lowest > Number.NEGATIVE_INFINITY) {
    const standing = standingOfOne(scores, lowest, excluded, enough);
    return wanted.map(() => standing);
  }
  const between = new Float64Array(levels.length + 1);
  const equal = new Float64Array(levels.length);
  for (let item = 0; item < scores.length; item++) {
    if (excluded[item] !== 0) continue;
    const score = ranked(scores[item] as number);
    if (score < lowest) continue;
    if (score === lowest) {
      equal[0] = (equal[0] as number) + 1;
      continue;
    }
    const level = levelOf(levels, score);
    if (levels[level] === score) equal[level] = (equal[level] as number) + 1;
    else between[level] = (between[level] as number) + 1;
  }
  const above = new Float64Array(levels.length);
  for (let level = levels.length - 1, count = 0; level >= 0; level--) {
    count += between[level + 1] as number;
    above[level] = count;
    count += equal[level] as number;
  }
  return wanted.map((item) => {
    const level = levelOf(levels, ranked(scores[item] as number));
    return { above: above[level] as number, tied: (equal[level] as number) - 1 };
  });
}

/** The score of place `count`; undefined where there are fewer candidates. */
function leastOfBest(
  scores: Float32Array | Float64Array,
  excluded: Uint8Array,
  count: number,
): number | undefined {
  const best = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item] as number;
    if (!(score > (best[count - 1] as number)) || excluded[item] !== 0) continue;
    let place = count - 1;
    for (; place > 0 && (best[place - 1] as number) < score; place--) best[place] = best[place - 1] as number;
    best[place] = score;
  }
  const least = best[count - 1] as number;
  return least === Number.NEGATIVE_INFINITY ? undefined : least;
}

/** The common case of one level, without lists; a score that is no number compares false and so ranks below. */
function standingOfOne(
  scores: Float32Array | Float64Array,
  level: number,
  excluded: Uint8Array,
  enough: number,
): Standing {
  let above = 0;
  let equal = 0;
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item] as number;
    if (score < level || excluded[item] !== 0) continue;
    if (score > level) {
      if (++above >= enough) return { above, tied: 0 };
    } else if (score === level) equal++;
  }
  return { above, tied: equal - 1 };
}

/** The first level that is not below the score, or one past the last. */
function levelOf(levels: readonly number[], score: number): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((levels[middle] as number) < score) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ranked(score: number): number {
  return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
}

const discountSums: number[] = [0];

/** Σ 1 / log2(place + 1) over the first `places` places. */
function discountSum(places: number): number {
  for (let place = discountSums.length; place <= places; place++) {
    discountSums.push((discountSums[place - 1] as number) + 1 / Math.log2(place + 1));
  }
  return discountSums[places] as number;
}
