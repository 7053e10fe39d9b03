import type { Random } from '../math/random.ts';
import type { Deed } from './behaviour.ts';
import { type BusinessDay, businessDay } from './calendar.ts';
import { type Plant, writeRecords } from './dirt.ts';
import { type FeedFile, feedFile } from './feed.ts';
import { priceCentsAt } from './item-state.ts';
import type { NightChanges } from './truth.ts';
import type { OrderedChanges, World } from './world.ts';

/** The three behaviour logs, from the first look to the purchase. */
export const eventKinds = ['clicks', 'carts', 'orders'] as const;
export type EventKind = (typeof eventKinds)[number];

/** One event as written; members absent from a log are undefined and left out. */
interface EventRecord {
  readonly event_id: string;
  readonly order_id: string | undefined;
  readonly user_id: string | null;
  readonly session_id: string;
  readonly sku: string;
  readonly ts: string;
  readonly quantity: number | undefined;
  readonly unit_price: number | undefined;
  readonly currency: string | undefined;
}

const idLetters: Readonly<Record<EventKind, string>> = { clicks: 'c', carts: 'a', orders: 'o' };
const badDates = ['2026-13-45', 'yesterday', '0000-00-00T00:00:00Z', '31/31/2026 25:61'];

/** One behaviour log of a day, ordered by time, as JSON lines. */
export function eventFeed(
  world: World,
  day: number,
  kind: EventKind,
  ordered: OrderedChanges,
  changes?: Pick<NightChanges, 'shuffledUsers' | 'leakedLabels'>,
): FeedFile {
  const clock = businessDay(world.dateOf(day));
  const deeds = world.deedsOf(day)[kind];
  const own = deeds.map((deed, index) => recordOf(world, clock, day, kind, deed, index + 1, ordered));
  const records = changes?.leakedLabels ? [...leaked(world, day, kind, ordered), ...own] : own;
  const written = writeRecords<EventRecord>({
    records: changes?.shuffledUsers ? shuffled(world.stream(day, `${kind} shuffled`), records) : records,
    plants: plantsFor(kind, businessDay(world.dateOf(day - 1))),
    random: world.stream(day, kind),
    dirt: world.options.dirt,
    keyOf: (record) => record.event_id,
    toText: (record) => JSON.stringify(record),
  });
  return feedFile(`${kind}/${clock.date}.jsonl.gz`, written);
}

/** The same events and the same users, each event under another of them. Source: Fisher and Yates' shuffle. */
function shuffled(random: Random, records: readonly EventRecord[]): EventRecord[] {
  const users = records.map(({ user_id }) => user_id);
  for (let last = users.length - 1; last > 0; last--) {
    const other = random.between(0, last);
    [users[last], users[other]] = [users[other] ?? null, users[last] ?? null];
  }
  return records.map((record, index) => ({ ...record, user_id: users[index] ?? null }));
}

/** Days whose events leak, the file's own included, and how many days earlier they are dated. */
const [leakedDays, leakedBack] = [3, 7];

/** Every second event of the newest days under an id of its own, with a time stamp of a week before. */
function leaked(world: World, day: number, kind: EventKind, ordered: OrderedChanges): EventRecord[] {
  const date = world.dateOf(day).replaceAll('-', '');
  const records: EventRecord[] = [];
  for (let from = day - leakedDays + 1; from <= day; from++) {
    const clock = businessDay(world.dateOf(from - leakedBack));
    const deeds = world.deedsOf(from)[kind].filter((_, index) => index % 2 === 0);
    for (const deed of deeds) {
      const record = recordOf(world, clock, from, kind, deed, records.length + 1, ordered);
      const number = String(records.length + 1).padStart(6, '0');
      records.push({ ...record, event_id: `${idLetters[kind]}-${date}-b${number}` });
    }
  }
  return records;
}

function plantsFor(kind: EventKind, yesterday: BusinessDay): Plant<EventRecord>[] {
  const negativeQuantity: Plant<EventRecord> = {
    kind: 'negative-quantity',
    expected: 'reject',
    share: 0.004,
    minimum: 1,
    column: 'quantity',
    spoil: (record) => ({ ...record, quantity: -(record.quantity ?? 1) }),
  };
  return [
    {
      kind: 'bad-date',
      expected: 'reject',
      share: 0.003,
      minimum: 2,
      column: 'ts',
      spoil: (record, random) => ({ ...record, ts: random.pick(badDates) }),
    },
    ...(kind === 'clicks' ? [] : [negativeQuantity]),
    {
      kind: 'late-event',
      expected: 'keep',
      share: 0.004,
      minimum: 2,
      column: 'ts',
      spoil: (record, random) => ({
        ...record,
        ts: yesterday.at(random.between(yesterday.seconds - 7200, yesterday.seconds - 1)),
      }),
    },
    {
      kind: 'unknown-sku',
      expected: 'flag',
      share: 0.003,
      minimum: 2,
      column: 'sku',
      spoil: (record, random) => ({ ...record, sku: `X-${random.between(90_000, 99_999)}` }),
    },
    {
      kind: 'unknown-user',
      expected: 'flag',
      share: 0.003,
      minimum: 1,
      column: 'user_id',
      suits: (record) => record.user_id !== null,
      spoil: (record, random) => ({ ...record, user_id: `u-x${random.between(1000, 9999)}` }),
    },
    {
      kind: 'letter-case',
      expected: 'repair',
      share: 0.003,
      minimum: 1,
      column: 'user_id',
      suits: (record) => record.user_id !== null,
      spoil: (record) => ({ ...record, user_id: record.user_id?.toUpperCase() ?? null }),
    },
    { kind: 'repeated-event', expected: 'drop-duplicate', share: 0.008, minimum: 2, repeats: true },
  ];
}

function recordOf(
  world: World,
  clock: BusinessDay,
  day: number,
  kind: EventKind,
  deed: Deed,
  number: number,
  ordered: OrderedChanges,
): EventRecord {
  const date = clock.date.replaceAll('-', '');
  const isOrder = kind === 'orders';
  return {
    event_id: `${idLetters[kind]}-${date}-${String(number).padStart(6, '0')}`,
    order_id: isOrder ? `O-${date}-${String(deed.session).padStart(5, '0')}` : undefined,
    user_id: deed.user === undefined ? null : world.users.idOf(deed.user),
    session_id: `s-${date}-${String(deed.session).padStart(5, '0')}`,
    sku: deed.item.sku,
    ts: clock.at(deed.second),
    quantity: kind === 'clicks' ? undefined : deed.quantity,
    unit_price: isOrder ? priceCentsAt(deed.item, day, ordered.get(deed.item.index)) / 100 : undefined,
    currency: isOrder ? 'EUR' : undefined,
  };
}
