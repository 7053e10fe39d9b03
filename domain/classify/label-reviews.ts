import type { DenseMatrix } from '../math/sparse.ts';
import type { FitContext } from './classifier.ts';
import { type LabelLimits, type LabelOutcome, labelThings } from './label-things.ts';

/** What is known of a review for its sentiment. */
export interface ReviewText {
  readonly reviewId: string;
  readonly text: string | null;
  /** From 1 to 5; null where none was given. */
  readonly rating: number | null;
}

/** How a review speaks of its item. */
export type Sentiment = 'negative' | 'neutral' | 'positive';

/**
 * Predicts the sentiment of reviews without a rating, learned from those with one; see `labelThings`.
 *
 * A rated review without words is not learned from. `vectors`: row r is the embedding of review r's text.
 */
export function labelReviews(
  reviews: readonly ReviewText[],
  vectors: DenseMatrix | undefined,
  context: FitContext,
  limits: LabelLimits = {},
): Promise<LabelOutcome> {
  return labelThings(
    {
      ids: reviews.map(({ reviewId }) => reviewId),
      texts: reviews.map(({ text }) => text ?? ''),
      labels: reviews.map(({ rating }) => sentimentOf(rating)),
      ...(vectors ? { vectors } : {}),
    },
    context,
    limits,
  );
}

/** Up to 2 negative, from 4 positive, between them neutral; null without a rating from 1 to 5. */
export function sentimentOf(rating: number | null): Sentiment | null {
  if (rating === null || !(rating >= 1 && rating <= 5)) return null;
  if (rating <= 2) return 'negative';
  return rating >= 4 ? 'positive' : 'neutral';
}
