import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDecisions } from '../domain/store/decisions.ts';
import { stocktake } from '../tests/harness.ts';
import { asset, stocktaking } from '../tests/inventory-fixture.ts';
import { openPublishedFixture, type PublishedFixture, twoSources } from '../tests/published-fixture.ts';

const records = `select namespace, item_id, title, null::varchar as brand, null::varchar as category,
  null::varchar as description, 5::decimal(18,4) as price, 'EUR' as currency, '2026-10-01' as last_seen,
  namespace as _source, 'all.csv' as _file, 2::bigint as _line
  from (values ('main', 'm1', 'Red lamp'), ('main', 'm2', 'Blue lamp'), ('other', 'o1', 'RED LAMP'),
    ('other', 'o2', 'Lamp, blue')) as t (namespace, item_id, title)`;
const pairs = `select 'main' as namespace_a, item_a, 'other' as namespace_b, item_b, score::decimal(7,6) as score,
  score > 0.75 as is_match, 0.9 as word_overlap, 0.8 as text_cosine, 0 as contradiction, 0 as variant_conflict,
  'differ' as numbers, 'unknown' as model_number, 'unknown' as brand, 0.9 as price_ratio, null::varchar as decision
  from (values ('m1', 'o1', 0.9), ('m2', 'o2', 0.7), ('m2', 'o1', 0.3)) as t (item_a, item_b, score)`;

const users = `select namespace, user_id, null::varchar as country, null::timestamp as signed_up_at,
  json_object('name', name, 'email', email)::varchar as attributes, '2026-10-01' as last_seen,
  namespace as _source, 'all.csv' as _file, 2::bigint as _line
  from (values ('crm', '17', 'Ann Berg', 'ann@mail.example'), ('shop', 'ann@mail.example', 'Anna Berg', 'ann@mail.example'))
  as t (namespace, user_id, name, email)`;
const userPairs = `select 'crm' as namespace_a, '17' as user_a, 'shop' as namespace_b, 'ann@mail.example' as user_b,
  0.61::decimal(7,6) as score, true as is_match, 'same' as email, null::varchar as phone, 'near' as given_name,
  'telling' as family_name, 'differs' as birth_date, null::varchar as postcode, null::varchar as street,
  null::varchar as city, null::varchar as decision`;
const fields = `match: { users: { fields: { name: ['name'], email: ['email'] } } }, sources:`;

describe('stocktake match', () => {
  let fixture: PublishedFixture;
  beforeAll(async () => {
    fixture = await openPublishedFixture(twoSources.replace('sources:', fields));
    const stock = stocktaking({ snapshot: 1, assets: [asset({ asset: 'raw.orders' })] });
    await fixture.publish(stock, {
      'match.pairs': pairs,
      'match.records.items': records,
      'match.pairs.users': userPairs,
      'match.records.users': users,
    });
  });
  afterAll(() => fixture.remove());

  const match = (...args: string[]) => stocktake(['match', ...args], { cwd: fixture.dir });
  const listed = async (...args: string[]) => {
    const { pairs: found } = JSON.parse((await match('list', '--json', ...args)).stdout);
    return found as { id: string; a: { itemId: string }; records: { a: { title: string } }; why: string[] }[];
  };

  it('lists the open pairs nearest to the threshold, and takes decisions about them by id', async () => {
    const [near, far, ...others] = await listed();
    expect(others).toEqual([]);
    expect(near).toMatchObject({ a: { itemId: 'm2' }, b: { itemId: 'o2' }, score: 0.7, isMatch: false });
    expect(near?.records.a.title).toBe('Blue lamp');
    expect(near?.why).toContain('numbers differ');
    const accepted = await match('accept', near?.id ?? '', '--by', 'kim', '--why', 'same article');
    expect([accepted.code, accepted.stdout]).toEqual([
      0,
      expect.stringContaining('main/m2 and other/o2 are one'),
    ]);
    const [left] = await listed();
    expect(left?.id).toBe(far?.id);
    const [made] = await readDecisions(fixture.store.dir, 'items');
    expect(made?.decision).toMatchObject({
      action: 'accept',
      by: 'kim',
      why: 'same article',
      a: { itemId: 'm2' },
    });
  });

  it('says which older decision a newer one overrules, and takes decisions back', async () => {
    const rejected = await match('reject', 'other/o2', 'main/m2', '--json');
    const [first] = await readDecisions(fixture.store.dir, 'items');
    const { decision, overruled } = JSON.parse(rejected.stdout);
    expect(overruled).toMatchObject([{ decision: first?.id, how: 'repeated' }]);
    expect((await match('undo', decision)).code).toBe(0);
    const { decisions } = JSON.parse((await match('decisions', '--json')).stdout);
    expect(decisions.map((one: { counts: string }) => one.counts)).toEqual(['yes', 'taken-back', 'yes']);
    expect((await match('show', 'main/m2', 'other/o2')).stdout).toContain(
      `accepted by decision ${first?.id}`,
    );
  });

  it('lists, shows and decides about users without telling who they are', async () => {
    const [list, json, open] = await Promise.all([
      match('list', '--kind', 'user'),
      match('list', '--kind', 'user', '--json'),
      match('list', '--kind', 'user', '--personal'),
    ]);
    expect(list.stdout).toContain('same and rare: family name');
    expect(list.stdout).toContain('shop/a…@m….e…');
    expect(open.stdout).toContain('shop/ann@mail.example Anna Berg');
    const [pair] = JSON.parse(json.stdout).pairs;
    expect(pair).toMatchObject({ b: { itemId: 'a…@m….e…' }, records: { a: { name: 'A… B…' } } });
    const shown = await match('show', pair.id, '--kind', 'user');
    expect(shown.stdout).toContain('email');
    const accepted = await match('accept', pair.id, '--kind', 'user', '--by', 'kim');
    expect(accepted.stdout).toContain('are one user');
    for (const { stdout, stderr } of [list, json, shown, accepted])
      expect(stdout + stderr).not.toMatch(/ann@mail|Berg/);
    const made = (await readDecisions(fixture.store.dir, 'items')).at(-1);
    expect(made?.decision).toMatchObject({
      kind: 'user',
      action: 'accept',
      b: { itemId: 'ann@mail.example' },
    });
    const [left, decisions, ofItems] = await Promise.all([
      match('list', '--kind', 'user'),
      match('decisions'),
      match('show', pair.id),
    ]);
    expect(left.stderr).toContain('No open pair');
    expect(decisions.stdout).toContain('accept crm/17 shop/a…@m….e… --kind user');
    expect(ofItems.code).toBe(2);
  });

  it('refuses what is not there and says what to do', async () => {
    const refusals = [
      [['accept', 'main/m1', 'other/none'], 'other has no such item id'],
      [['accept', 'main/m1', 'elsewhere/o1'], 'there are the namespaces main, other'],
      [['show', 'abc'], 'stocktake match list'],
      [['undo', 'abc'], 'stocktake match decisions'],
    ] as const;
    const answers = await Promise.all(refusals.map(([args]) => match(...args)));
    expect(answers.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
    for (const [index, [, hint]] of refusals.entries()) expect(answers[index]?.stderr).toContain(hint);
  });
});
