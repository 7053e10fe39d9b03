import { blockingKeys } from './candidate-keys.ts';
import { codeRows, keySteadiness } from './candidate-steadiness.ts';
import { type CandidatePairs, findCandidates } from './candidates.ts';
import { clusterByAverage } from './clustering.ts';
import { namingTexts } from './title-columns.ts';
import { createCompare } from './title-evidence.ts';
import { namesThings, termKinds } from './title-kinds.ts';
import { learnTitleModel } from './title-model.ts';
import { buildTerms } from './title-terms.ts';

/** A resolved table. */
export interface TitleResolution {
  /** Per record the lowest record of its cluster. */
  readonly clusters: Int32Array;
  readonly pairs: CandidatePairs;
  /** Pairs the model was learned from. */
  readonly seeds: number;
  /** Candidate pairs that are more likely one thing than not. */
  readonly accepted: number;
}

/**
 * Finds the records of one table that are one thing: blocking, a model learned from the table itself, clusters by average linkage.
 * One fixed configuration; no labels. The same texts in the same order give the same clusters.
 *
 * @param texts per record the texts of its columns
 * @param onStep told the name of each step when it begins
 * Memory: about 300 bytes per record and 12 per candidate pair; no object per pair.
 */
export function resolveTitles(
  texts: readonly (readonly string[])[],
  onStep: (step: string) => void = () => {},
): TitleResolution {
  onStep('taking texts apart');
  const table = buildTerms(namingTexts(texts));
  onStep('finding candidates');
  const keys = blockingKeys(table);
  const kinds = termKinds(table.vocabulary);
  const codes = codeRows({ offsets: table.offsets, columns: table.terms }, namesThings(table, kinds));
  const steadiness = keySteadiness(keys, codes, table.vocabulary.length);
  const pairs = findCandidates(keys, keys.keys, { steadiness });
  onStep('learning from the table');
  const compare = createCompare(table, kinds);
  const model = learnTitleModel(table, kinds, compare, pairs);
  onStep('comparing');
  const scores = new Float32Array(pairs.left.length);
  let accepted = 0;
  for (let place = 0; place < scores.length; place++) {
    const score = model.score(pairs.left[place] as number, pairs.right[place] as number);
    scores[place] = score;
    if (score > 0) accepted++;
  }
  onStep('clustering');
  const clusters = clusterByAverage(
    table.records,
    { left: pairs.left, right: pairs.right, scores },
    model.score,
  );
  return { clusters, pairs, seeds: model.seeds, accepted };
}
