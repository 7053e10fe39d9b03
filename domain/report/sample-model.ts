/** Why an item is recommended: an item of the user's own history and its share in the score, or what all users like. */
export interface SampleReason {
  readonly kind: 'history' | 'popular';
  /** Empty for `popular`. */
  readonly item: string;
  readonly title: string;
  /** 0 to 1. */
  readonly share: number;
}

/** One recommended item, best first in its list. */
export interface SampleItem {
  readonly item: string;
  readonly title: string;
  readonly score: number;
  /** Largest share first. */
  readonly reasons: readonly SampleReason[];
}

/** What one user is recommended. */
export interface SampleUser {
  readonly user: string;
  /** `popular` where nothing is known of the user. */
  readonly source: 'model' | 'popular';
  readonly items: readonly SampleItem[];
}

/** Recommendations of one model version for a few users. */
export interface SampleRecommendations {
  /** `v7`. */
  readonly version: string;
  readonly users: readonly SampleUser[];
}

/**
 * Asks the model that will serve, for these users and so many items each; undefined where none serves. Handed in: scoring is
 * another room's.
 */
export type Sampler = (users: readonly string[], items: number) => Promise<SampleRecommendations | undefined>;
