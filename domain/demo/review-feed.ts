import type { Random } from '../math/random.ts';
import type { Deed } from './behaviour.ts';
import { type BusinessDay, businessDay } from './calendar.ts';
import { type Plant, writeRecords } from './dirt.ts';
import { type FeedFile, feedFile } from './feed.ts';
import { addPersonalData, drawLanguage, drawRating, type PersonalText, reviewText } from './review-text.ts';
import type { World } from './world.ts';

interface ReviewRecord {
  readonly review_id: string;
  readonly user_id: string;
  readonly sku: string;
  readonly rating: number;
  readonly text: string;
  readonly ts: string;
  readonly spans?: PersonalText['spans'];
}

/** Days between buying and reviewing. */
export const reviewDelayDays = 3;
/** Share of order lines that are reviewed. */
const reviewedShare = 0.35;

/** The reviews of a day, by people who bought the item three days before, ordered by time, as JSON lines. */
export function reviewFeed(world: World, day: number): FeedFile {
  const random = world.stream(day, 'reviews');
  const clock = businessDay(world.dateOf(day));
  const reviewed = world.deedsOf(day - reviewDelayDays).orders.filter(() => random.chance(reviewedShare));
  const moments = reviewed.map(() => random.between(0, clock.seconds - 1)).sort((a, b) => a - b);
  const written = writeRecords<ReviewRecord>({
    records: reviewed.map((deed, index) => recordOf(world, random, clock, deed, index, moments[index] ?? 0)),
    plants,
    random,
    dirt: world.options.dirt,
    keyOf: (record) => record.review_id,
    toText: ({ spans: _, ...record }) => JSON.stringify(record),
  });
  const personal = written.marks.flatMap(({ mark, record }) =>
    (record.spans ?? []).map((span) => ({ line: mark.line, key: mark.key, column: 'text', ...span })),
  );
  return feedFile(`reviews/${clock.date}.jsonl.gz`, written, personal);
}

const plants: readonly Plant<ReviewRecord>[] = [
  {
    kind: 'rating-out-of-range',
    expected: 'reject',
    share: 0.01,
    minimum: 1,
    column: 'rating',
    spoil: (record) => ({ ...record, rating: 11 }),
  },
  {
    kind: 'empty-text',
    expected: 'reject',
    share: 0.01,
    minimum: 1,
    column: 'text',
    spoil: (record) => ({ ...record, text: '' }),
  },
  {
    kind: 'personal-data',
    expected: 'mask',
    share: 0.04,
    minimum: 2,
    column: 'text',
    spoil: (record, random) => ({ ...record, ...addPersonalData(random, record.text) }),
  },
  {
    kind: 'repeated-text',
    expected: 'flag',
    share: 0.02,
    minimum: 1,
    column: 'text',
    spoil: (record, random, clean) => ({
      ...record,
      text: clean.length > 0 ? random.pick(clean).text : record.text,
    }),
  },
  { kind: 'repeated-row', expected: 'drop-duplicate', share: 0.01, minimum: 1, repeats: true },
];

function recordOf(
  world: World,
  random: Random,
  clock: BusinessDay,
  deed: Deed,
  index: number,
  second: number,
): ReviewRecord {
  const user = deed.user ?? 0;
  const rating = drawRating(random, deed.item.quality);
  const language = drawLanguage(random, world.users.countryOf(user));
  return {
    review_id: `r-${clock.date.replaceAll('-', '')}-${String(index + 1).padStart(5, '0')}`,
    user_id: world.users.idOf(user),
    sku: deed.item.sku,
    rating,
    text: reviewText(random, deed.item.category, rating, language),
    ts: clock.at(second),
  };
}
