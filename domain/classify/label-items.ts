import type { DenseMatrix } from '../math/sparse.ts';
import type { FitContext } from './classifier.ts';
import { type LabelLimits, type LabelOutcome, labelThings } from './label-things.ts';

/** What is known of an item for its category. */
export interface ItemText {
  readonly itemId: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly brand: string | null;
  readonly category: string | null;
}

/**
 * Predicts the category of items that have none, learned from those that have one; see `labelThings`.
 *
 * @param items   ids are unique; order decides nothing but the order of the rows
 * @param vectors row r is the embedding of item r's text; none without an encoder
 */
export function labelItems(
  items: readonly ItemText[],
  vectors: DenseMatrix | undefined,
  context: FitContext,
  limits: LabelLimits = {},
): Promise<LabelOutcome> {
  return labelThings(
    {
      ids: items.map(({ itemId }) => itemId),
      texts: items.map(textOfItem),
      labels: items.map(({ category }) => category),
      ...(vectors ? { vectors } : {}),
    },
    context,
    limits,
  );
}

/** Title, brand and description in one text, without what is missing. */
export function textOfItem({ title, brand, description }: ItemText): string {
  return [title, brand, description].filter((part) => part !== null && part.trim() !== '').join('. ');
}
