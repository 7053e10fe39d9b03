import { quotedString } from '../warehouse/quoting.ts';
import { type Reader, textOf } from './reader.ts';
import type { SampleRecommendations } from './sample-model.ts';
import type { ReportWork } from './work.ts';

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
