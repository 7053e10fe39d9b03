import { quotedString } from '../warehouse/quoting.ts';
import { type Reader, textOf } from './reader.ts';
import type { ReportWork } from './work.ts';

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

/** Users shown, and items shown of each. */
const sampledUsers = 3;
const sampledItems = 5;

/** Recommendations for a few users, the same users for the same data; null where no model serves or nobody is known. */
export async function readSamples(read: Reader, work: ReportWork): Promise<SampleRecommendations | null> {
  if (!work.sampleRecommendations) return null;
  const users = await usersToShow(read, work);
  if (users.length === 0) return null;
  const samples = await work.sampleRecommendations(users, sampledItems);
  if (!samples) return null;
  return {
    version: samples.version,
    users: samples.users.map((user) => ({ ...user, items: user.items.slice(0, sampledItems) })),
  };
}

/** Users who were interested in several items, by the hash of their id. */
async function usersToShow(read: Reader, { plan }: ReportWork): Promise<string[]> {
  const kinds = plan.config.recommend.kinds.map(quotedString).join(', ');
  const rows = await read(
    'unified.events',
    (relation) => `
      select user_id
      from ${relation}
      where user_id is not null
        and kind in (${kinds})
        and event_date <= ${quotedString(plan.dataDate)}
      group by user_id
      order by least(count(distinct item_id), 3) desc, md5(user_id), user_id
      limit ${sampledUsers}`,
  );
  return rows.map((row) => textOf(row.user_id));
}
