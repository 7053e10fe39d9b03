import type { ItemText } from './item-profiles.ts';
import type { PairRow } from './match-sql.ts';
import type { ComparedPair } from './resolve-items.ts';

/** A compared pair as a row of `match.pairs`, figures with six decimals. */
export function pairRow(
  { left, right, score, evidence, isMatch, decision }: ComparedPair,
  texts: readonly ItemText[],
): PairRow {
  const [a, b] = [texts[left], texts[right]] as [ItemText, ItemText];
  const figure = (value: number): number => Number(value.toFixed(6));
  return {
    namespace_a: a.namespace,
    item_a: a.itemId,
    namespace_b: b.namespace,
    item_b: b.itemId,
    score: figure(score),
    is_match: isMatch,
    word_overlap: figure(evidence.wordOverlap),
    containment: figure(evidence.containment),
    trigram_cosine: figure(evidence.trigramCosine),
    text_cosine: figure(evidence.textCosine),
    missed_a: figure(evidence.missedLeft),
    missed_b: figure(evidence.missedRight),
    contradiction: figure(evidence.contradiction),
    variant_conflict: figure(evidence.variantConflict),
    numbers: evidence.numbers,
    model_number: evidence.modelNumber,
    brand: evidence.brand,
    price_ratio: evidence.priceRatio === null ? null : figure(evidence.priceRatio),
    decision,
  };
}
