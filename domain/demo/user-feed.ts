import { type Plant, writeRecords } from './dirt.ts';
import { csvLine, type FeedFile, feedFile } from './feed.ts';
import type { World } from './world.ts';

const columns = [
  'user_id',
  'signed_up_at',
  'country',
  'city',
  'birth_year',
  'email',
  'phone',
  'newsletter',
] as const;
type UserRow = Readonly<Record<(typeof columns)[number], string>> & { readonly isDormant: boolean };

/** The account system's file of a day: on day 0 all users known, later the new and the changed ones, as CSV. */
export function userFeed(world: World, day: number): FeedFile {
  const { users } = world;
  const records: UserRow[] = [];
  for (let index = 0; index < users.count; index++) {
    const isNew = users.joinDay(index) === day;
    if (isNew || users.changesOn(index, day)) records.push(rowOf(world, index, day));
  }
  const written = writeRecords<UserRow>({
    header: columns.join(','),
    records,
    plants: plantsFor(day),
    random: world.stream(day, 'users'),
    dirt: world.options.dirt,
    keyOf: (row) => row.user_id,
    toText: (row) => csvLine(columns.map((column) => row[column])),
  });
  return feedFile(`users/${world.dateOf(day)}.csv`, written);
}

/** Later files hold a few rows only; there a fault is a matter of chance. Rejected rows are dormant users. */
function plantsFor(day: number): Plant<UserRow>[] {
  const minimum = day === 0 ? 2 : 0;
  return [
    {
      kind: 'impossible-date',
      expected: 'reject',
      share: 0.01,
      minimum,
      column: 'signed_up_at',
      suits: (row) => row.isDormant,
      spoil: (row, random) => ({
        ...row,
        signed_up_at: random.pick(['2025-02-30', '2024-13-01', '0000-00-00']),
      }),
    },
    {
      kind: 'letter-case',
      expected: 'repair',
      share: 0.03,
      minimum,
      column: 'user_id',
      spoil: (row) => ({ ...row, user_id: row.user_id.toUpperCase(), country: row.country.toLowerCase() }),
    },
    {
      kind: 'blanks',
      expected: 'repair',
      share: 0.03,
      minimum,
      column: 'city',
      spoil: (row) => ({ ...row, city: `  ${row.city} ` }),
    },
    { kind: 'repeated-row', expected: 'drop-duplicate', share: 0.01, minimum, repeats: true },
  ];
}

function rowOf(world: World, index: number, day: number): UserRow {
  const account = world.users.accountAt(index, day);
  return {
    user_id: account.userId,
    signed_up_at: world.dateOf(account.signUpDay),
    country: account.country,
    city: account.city,
    birth_year: String(account.birthYear),
    email: account.email,
    phone: account.phone,
    newsletter: account.newsletter ? 'yes' : 'no',
    isDormant: world.users.isDormant(index),
  };
}
