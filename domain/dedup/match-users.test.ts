import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { interactionsStep } from '../warehouse/interactions-sql.ts';
import { runSteps } from '../warehouse/steps.ts';
import { type CleanFixture, openCleanFixture } from './clean-fixture.ts';
import { mergeRecords } from './dedup-records.ts';
import { goldenRecords } from './golden.ts';
import type { Verdict } from './match-decisions.ts';
import { matchUsers, type UserMatchWork } from './match-users.ts';
import { userFieldsOf } from './user-fields.ts';
import { makeUsers } from './user-fixture.ts';

const attributes = [
  'email',
  'phone',
  'name',
  'given_name',
  'family_name',
  'birth_date',
  'postcode',
  'street',
  'city',
];

describe('matching of users', () => {
  let fixture: CleanFixture;
  let records: DatasetSlice[];
  beforeAll(async () => {
    fixture = await openCleanFixture();
    const users = makeUsers(40, 7);
    const inputs = await Promise.all(
      (['shop', 'crm'] as const).map(async (source) => {
        const rows = users
          .filter(({ namespace }) => namespace === source)
          .map((one, index) => ({
            namespace: source,
            user_id: one.userId,
            attributes: JSON.stringify({
              ...one.attributes,
              ...(source === 'crm' ? { segment: 'gold' } : { 'opt "in"': true }),
            }),
            _line: index + 1,
          }));
        return {
          source,
          namespace: source,
          mode: 'full' as const,
          slices: [await fixture.clean(source, 'users', 'all', rows)],
        };
      }),
    );
    const merged = await mergeRecords(fixture.store, fixture.context, {
      entity: 'users',
      inputs,
      previous: [],
    });
    records = merged.datasets['match.records.users'] ?? [];
  });
  afterAll(() => fixture.close());

  const match = (given: Partial<UserMatchWork> = {}) =>
    matchUsers(fixture.store, fixture.context, {
      records,
      namespaces: ['shop'],
      fields: userFieldsOf(undefined, attributes),
      threshold: 0.5,
      withinSystem: false,
      verdicts: [],
      ...given,
    });
  const clustersOf = async (given: Partial<UserMatchWork> = {}) => {
    const output = await match(given);
    const rows = await fixture.read(output.datasets['match.clusters.users']);
    return new Map(rows.map((row) => [`${row.namespace}/${row.user_id}`, String(row.golden_id)]));
  };

  it('leads users of both systems to one golden id, and keeps values out of pairs and facts', async () => {
    const output = await match();
    expect(output.facts).toMatchObject({ users: makeUsers(40, 7).length });
    const pairs = await fixture.read(output.datasets['match.pairs.users']);
    const matches = pairs.filter(({ is_match }) => is_match === true);
    expect(matches.length).toBeGreaterThan(20);
    const golden = await clustersOf();
    for (const { user_a, user_b } of matches) {
      expect([golden.get(`crm/${user_a}`), golden.get(`shop/${user_b}`)]).toEqual([user_b, user_b]);
    }
    const [slice] = output.datasets['match.pairs.users'] ?? [];
    const manifest = slice && (await fixture.store.manifests.read(slice.manifest));
    const told = JSON.stringify([pairs, manifest, output, fixture.beats]);
    const values = makeUsers(40, 7).flatMap((one) => Object.values(one.attributes));
    expect(values.filter((value) => value.length > 4 && told.includes(value))).toEqual([]);
    expect(manifest?.facts.learned).toMatchObject({ weights: { email: { differs: expect.any(Number) } } });
  });

  it('makes a golden user whose attributes come from both systems, each with its row', async () => {
    const { datasets } = await match();
    const output = await goldenRecords(fixture.store, fixture.context, {
      entity: 'users',
      records,
      clusters: datasets['match.clusters.users'] ?? [],
      namespaces: ['shop'],
    });
    const rows = await fixture.read(output.datasets['unified.users']);
    const both = rows.find(({ namespaces }) => namespaces === '["crm","shop"]');
    const said = JSON.parse(String(both?.attributes));
    expect(said).toMatchObject({ segment: 'gold', 'opt "in"': true });
    expect(Object.keys(said)).toEqual(Object.keys(said).sort());
    const places = JSON.parse(String(both?._provenance));
    expect(places['attributes.segment']).toMatchObject({ source: 'crm', file: 'all.csv', namespace: 'crm' });
    expect(places['attributes.email']).toMatchObject({ source: 'shop', id: both?.user_id });
    expect(places['attributes.opt "in"']).toMatchObject({ source: 'shop' });
  });

  it('lets events of both ids belong to one user', async () => {
    const { datasets } = await match();
    const files = async (slices: readonly DatasetSlice[] = []) =>
      fixture.store.objects.openAll(slices.flatMap((one) => one.files));
    const [pair] = (await fixture.read(datasets['match.pairs.users'])).filter(
      ({ is_match }) => is_match === true,
    );
    const event = { item_id: 'i', kind: 'view', time: '2026-10-01 10:00:00' };
    const events = [
      await fixture.clean('shop', 'events', '2026-10-01', [
        { ...event, user_id: String(pair?.user_b) },
        { ...event, user_id: 'ghost', _line: 2 },
      ]),
      await fixture.clean('crm', 'events', '2026-10-01', [{ ...event, user_id: String(pair?.user_a) }]),
    ];
    const step = interactionsStep({
      events: await files(events),
      clusters: [],
      userClusters: await files(datasets['match.clusters.users']),
      namespaces: { shop: 'shop', crm: 'crm' },
      dataDate: '2026-10-01',
    });
    await runSteps(fixture.warehouse, [step]);
    const seen = await fixture.warehouse.rows(
      'seen',
      'select user_id, count(*)::integer as n from interactions group by 1 order by n desc',
    );
    expect(seen).toEqual([
      { user_id: pair?.user_b, n: 2 },
      { user_id: 'ghost', n: 1 },
    ]);
  });

  it('obeys decisions, and taken back gives what there was before, from the store', async () => {
    const plain = await clustersOf();
    const [user, golden] = [...plain].find(
      ([name, id]) => name.startsWith('crm/') && !id.startsWith('crm:'),
    ) ?? ['', ''];
    const ref = (name: string) => ({
      namespace: name.slice(0, name.indexOf('/')),
      itemId: name.slice(name.indexOf('/') + 1),
    });
    const verdict: Verdict = { action: 'reject', a: ref(user), b: ref(`shop/${golden}`), decision: 'd' };
    const decided = await clustersOf({ verdicts: [verdict] });
    expect(decided.get(user)).not.toBe(golden);
    expect(await match()).toMatchObject({ reused: 1 });
    const alone = await clustersOf({ fields: {} });
    expect(alone.get(user)).toBe(user.replace('/', ':'));
  });
});

describe('fields of users', () => {
  it('are told by the names of attributes, or by the configuration alone', () => {
    expect(
      userFieldsOf(undefined, ['E-Mail', 'Mobile No', 'lastname', 'PLZ', 'segment', 'Geburtsdatum', 'mail']),
    ).toEqual({
      email: ['E-Mail', 'mail'],
      phone: ['Mobile No'],
      family_name: ['lastname'],
      birth_date: ['Geburtsdatum'],
      postcode: ['PLZ'],
    });
    expect(userFieldsOf(undefined, ['segment', 'city'])).toEqual({});
    expect(userFieldsOf({}, attributes)).toEqual({});
  });
});
