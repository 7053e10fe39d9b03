import { describe, expect, it } from 'vitest';
import type { DecidedPair } from './decided-pairs.ts';
import { resolveUsers } from './resolve-users.ts';
import { userValues } from './user-fields.ts';
import { type MadeUser, makeUsers } from './user-fixture.ts';
import { createUserTable } from './user-table.ts';

const nameOf = ({ namespace, userId }: Pick<MadeUser, 'namespace' | 'userId'>): string =>
  `${namespace}/${userId}`;

/** Users by system and id, as a table. */
function tableOf(made: readonly MadeUser[]) {
  const users = [...made].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const table = createUserTable();
  for (const { namespace, attributes } of users)
    table.add(namespace === 'crm' ? 0 : 1, userValues(attributes));
  return { users, table: table.done() };
}

const options = { threshold: 0.5, breathe: async () => undefined };

async function measure(households: number, seed: number) {
  const { users, table } = tableOf(makeUsers(households, seed));
  const { pairs, candidates } = await resolveUsers(table, options);
  const matches = pairs.filter(({ isMatch }) => isMatch);
  const isRight = ({ left, right }: { left: number; right: number }) =>
    users[left]?.person === users[right]?.person;
  const right = matches.filter(isRight).length;
  const planted = [...Map.groupBy(users, ({ person }) => person).values()].filter(
    ({ length }) => length === 2,
  );
  const [precision, recall] = [right / matches.length, right / planted.length];
  return {
    users: users.length,
    candidates,
    precision,
    recall,
    f1: (2 * precision * recall) / (precision + recall),
  };
}

/** A user of one system as a test types it. */
function user(name: string, attributes: MadeUser['attributes']): MadeUser {
  const [namespace, userId = ''] = name.split('/');
  return { namespace: namespace === 'crm' ? 'crm' : 'shop', userId, attributes, person: 0 };
}

const ann = { name: 'Ann Berg', email: 'ann.berg@mail.example', birth_date: '1980-02-03', postcode: '20100' };

async function together(
  made: readonly MadeUser[],
  decided: readonly [string, 'accept' | 'reject', string][] = [],
  given = {},
) {
  const { users, table } = tableOf([...made, ...makeUsers(20, 101)]);
  const numberOf = (name: string): number => users.findIndex((one) => nameOf(one) === name);
  const pairs = decided.map(([a, action, b]): DecidedPair => {
    const [x, y] = [numberOf(a), numberOf(b)];
    return { left: Math.min(x, y), right: Math.max(x, y), action, decision: 'd' };
  });
  const { clusters } = await resolveUsers(table, { ...options, decided: pairs, ...given });
  return made.map((one) => nameOf(users[clusters[numberOf(nameOf(one))] as number] as MadeUser));
}

describe('resolving users of two systems', () => {
  // Presumptions, steps and threshold were chosen on seeds from 101 on.
  it.each([7, 1, 2])(
    'finds people again by what they left, and keeps families apart (set %i)',
    async (seed) => {
      const found = await measure(600, seed);
      expect(found.f1, JSON.stringify(found)).toBeGreaterThan(0.94);
      expect(found.precision).toBeGreaterThan(0.98);
      expect(found.candidates).toBeLessThan(3 * found.users);
    },
  );

  it('does not merge two ids of one system unless told', async () => {
    const made = [user('crm/1', ann), user('crm/2', ann), user('shop/1', ann)];
    const [first, second, shop] = await together(made);
    expect([first === second, shop === first || shop === second]).toEqual([false, true]);
    expect(new Set(await together(made, [], { withinSystem: true }))).toEqual(new Set(['crm/1']));
    expect(new Set(await together(made, [['crm/1', 'accept', 'crm/2']])).size).toBe(1);
  });

  it('lets contradicting birth dates forbid, also through others, but not a slip in one', async () => {
    const { birth_date: _, ...undated } = ann;
    const other = { ...ann, birth_date: '1951-11-30' };
    expect(await together([user('crm/1', ann), user('shop/1', other)])).toEqual(['crm/1', 'shop/1']);
    expect(
      await together([user('crm/1', ann), user('shop/1', { ...ann, birth_date: '03.02.1980' })]),
    ).toEqual(['crm/1', 'crm/1']);
    expect(
      await together([user('crm/1', ann), user('shop/1', { ...ann, birth_date: '1980-02-08' })]),
    ).toEqual(['crm/1', 'crm/1']);
    const chain = [user('crm/1', ann), user('crm/2', undated), user('shop/1', other)];
    const [first, second, third] = await together(chain, [], { withinSystem: true });
    expect(first === second && second === third).toBe(false);
  });

  it('obeys people: what they reject stays two, what they accept is one whatever is said', async () => {
    const made = [user('crm/1', ann), user('shop/1', ann)];
    expect(await together(made)).toEqual(['crm/1', 'crm/1']);
    expect(await together(made, [['crm/1', 'reject', 'shop/1']])).toEqual(['crm/1', 'shop/1']);
    const strangers = [user('crm/1', ann), user('shop/1', { name: 'Bo Lund', birth_date: '1951-11-30' })];
    expect(await together(strangers, [['crm/1', 'accept', 'shop/1']])).toEqual(['crm/1', 'crm/1']);
  });
});
