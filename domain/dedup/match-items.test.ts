import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { type CleanFixture, type CleanRow, openCleanFixture, stageContext } from './clean-fixture.ts';
import { mergeRecords } from './dedup-records.ts';
import { goldenRecords } from './golden.ts';
import type { Verdict } from './match-decisions.ts';
import { matchItems } from './match-items.ts';

let fixture: CleanFixture;
beforeEach(async () => {
  fixture = await openCleanFixture();
});
afterEach(() => fixture.close());

const lines = ['Solveig', 'Linnea', 'Prunelle', 'Hasel', 'Rosmarin', 'Amande', 'Bruma', 'Clair'];
const lamp = (line: string): string => `Mirovale ${line} Lamp Red 30 cm`;

/** Items of sources given as [source, namespace, rows], merged. */
async function records(
  ...sources: [source: string, namespace: string, rows: CleanRow[]][]
): Promise<DatasetSlice[]> {
  const inputs = await Promise.all(
    sources.map(async ([source, namespace, rows]) => ({
      source,
      namespace,
      mode: 'full' as const,
      slices: [
        await fixture.clean(
          source,
          'items',
          'all',
          rows.map((row, index) => ({ namespace, _line: index + 1, ...row })),
        ),
      ],
    })),
  );
  const output = await mergeRecords(fixture.store, fixture.context, {
    entity: 'items',
    inputs,
    previous: [],
  });
  return output.datasets['match.records.items'] ?? [];
}

const shopAndSupplier = () =>
  records(
    ['web', 'main', lines.slice(0, 6).map((line, index) => ({ item_id: `m${index}`, title: lamp(line) }))],
    ['app', 'main', [{ item_id: 'm0', title: null }]],
    [
      'feed',
      'other',
      lines.slice(2).map((line, index) => ({ item_id: `o${index}`, title: lamp(line).toUpperCase() })),
    ],
  );

const work = (made: DatasetSlice[], given: { namespaces?: string[]; threshold?: number } = {}) => ({
  records: made,
  namespaces: ['main', 'other'],
  threshold: 0.75,
  ...given,
});

const verdict = (action: Verdict['action'], a: string, b: string): Verdict => {
  const ref = (itemId: string) => ({ namespace: itemId.startsWith('o') ? 'other' : 'main', itemId });
  return { action, a: ref(a), b: ref(b), decision: `${action} ${a} ${b}` };
};

describe('matching of items', () => {
  it('leads every record to its golden id and tells the size of its cluster', async () => {
    const output = await matchItems(fixture.store, fixture.context, work(await shopAndSupplier()));
    const clusters = await fixture.read(output.datasets['match.clusters']);
    expect(clusters.map((row) => Object.values(row).join(' '))).toEqual([
      'main m0 app m0 1',
      'main m0 web m0 1',
      'main m1 web m1 1',
      'main m2 web m2 2',
      'main m3 web m3 2',
      'main m4 web m4 2',
      'main m5 web m5 2',
      'other o0 feed m2 2',
      'other o1 feed m3 2',
      'other o2 feed m4 2',
      'other o3 feed m5 2',
      'other o4 feed other:o4 1',
      'other o5 feed other:o5 1',
    ]);
    expect(output.facts).toMatchObject({ items: 12, matches: 4 });
  });

  it('writes matches and near ones with their evidence', async () => {
    const output = await matchItems(fixture.store, fixture.context, work(await shopAndSupplier()));
    const pairs = await fixture.read(output.datasets['match.pairs']);
    const matches = pairs.filter((row) => row.is_match === true);
    expect(matches.map((row) => `${row.namespace_a}/${row.item_a} ${row.namespace_b}/${row.item_b}`)).toEqual(
      ['main/m2 other/o0', 'main/m3 other/o1', 'main/m4 other/o2', 'main/m5 other/o3'],
    );
    expect(matches[0]).toMatchObject({
      word_overlap: '1.000000',
      missed_a: '0.000000',
      numbers: 'agree',
      brand: 'unknown',
      price_ratio: null,
    });
    for (const { score, is_match } of pairs) expect(Number(score) >= 0.75 || is_match === false).toBe(true);
  });

  it('follows the order of namespaces, and puts unnamed ones last', async () => {
    const made = await shopAndSupplier();
    const goldenIds = async (namespaces: string[]) => {
      const output = await matchItems(fixture.store, fixture.context, work(made, { namespaces }));
      const rows = await fixture.read(output.datasets['match.clusters'], 'distinct golden_id');
      return rows.map((row) => String(row.golden_id)).sort();
    };
    const otherFirst = ['main:m0', 'main:m1', 'o0', 'o1', 'o2', 'o3', 'o4', 'o5'];
    expect(await goldenIds(['other', 'main'])).toEqual(otherFirst);
    expect(await goldenIds(['other'])).toEqual(otherFirst);
    expect(await goldenIds(['main'])).toContain('other:o4');
  });

  it('makes golden records that hold both namespaces', async () => {
    const made = await shopAndSupplier();
    const matched = await matchItems(fixture.store, fixture.context, work(made));
    const output = await goldenRecords(fixture.store, fixture.context, {
      entity: 'items',
      records: made,
      clusters: matched.datasets['match.clusters'] ?? [],
      namespaces: ['main', 'other'],
    });
    const golden = await fixture.read(
      output.datasets['unified.items'],
      'item_id, title, namespaces, source_rows',
    );
    expect(golden).toHaveLength(8);
    expect(golden[2]).toEqual({
      item_id: 'm2',
      title: lamp('Prunelle'),
      namespaces: '["main","other"]',
      source_rows: '2',
    });
    expect(
      output.ledger.map(({ source, rowsIn, rowsOut, merged }) => [source, rowsIn, rowsOut, merged]),
    ).toEqual([
      ['app', 1, 1, 0],
      ['feed', 6, 2, 4],
      ['web', 6, 5, 1],
    ]);
  });

  it('compares nothing within one namespace', async () => {
    const twins = [
      { item_id: 'a', title: lamp('Solveig') },
      { item_id: 'b', title: lamp('Solveig') },
    ];
    const output = await matchItems(
      fixture.store,
      fixture.context,
      work(await records(['web', 'main', twins])),
    );
    expect(await fixture.read(output.datasets['match.pairs'])).toEqual([]);
    expect(await fixture.read(output.datasets['match.clusters'], 'item_id, golden_id, cluster_size')).toEqual(
      [
        { item_id: 'a', golden_id: 'a', cluster_size: '1' },
        { item_id: 'b', golden_id: 'b', cluster_size: '1' },
      ],
    );
    expect(output.facts).toEqual({ items: 2, matches: 0 });
  });

  it('lets decisions win: a pair never compared is one, a match is two, and undone everything is as before', async () => {
    const made = await shopAndSupplier();
    const before = await matchItems(fixture.store, fixture.context, work(made));
    const verdicts = [verdict('accept', 'm0', 'o5'), verdict('reject', 'm2', 'o0')];
    const output = await matchItems(fixture.store, fixture.context, { ...work(made), verdicts });
    const clusters = await fixture.read(output.datasets['match.clusters']);
    const golden = Object.fromEntries(clusters.map((row) => [row.item_id, row.golden_id]));
    expect([golden.o5, golden.o0, golden.o1]).toEqual(['m0', 'other:o0', 'm3']);
    const pairs = await fixture.read(output.datasets['match.pairs'], 'item_a, item_b, is_match, decision');
    expect(pairs.filter(({ decision }) => decision !== null)).toEqual([
      { item_a: 'm0', item_b: 'o5', is_match: true, decision: 'accept m0 o5' },
      { item_a: 'm2', item_b: 'o0', is_match: false, decision: 'reject m2 o0' },
    ]);
    const again = stageContext({ force: true });
    expect(await matchItems(fixture.store, again, { ...work(made), verdicts: [] })).toEqual(before);
    expect(await matchItems(fixture.store, fixture.context, { ...work(made), verdicts: [] })).toEqual({
      ...before,
      reused: 1,
    });
  });

  it('unites accepted items of one namespace, and passes over items that are not there', async () => {
    const made = await records(['web', 'main', [{ item_id: 'm0' }, { item_id: 'm1' }, { item_id: 'm2' }]]);
    const verdicts = [verdict('accept', 'm1', 'm2'), verdict('accept', 'm0', 'gone')];
    const output = await matchItems(fixture.store, fixture.context, { ...work(made), verdicts });
    const clusters = await fixture.read(output.datasets['match.clusters'], 'item_id, golden_id');
    expect(clusters.map(({ golden_id }) => golden_id)).toEqual(['m0', 'm1', 'm1']);
    const [slice] = output.datasets['match.pairs'] as [DatasetSlice];
    const { facts } = await fixture.store.manifests.read(slice.manifest);
    expect(facts.decided).toEqual({ pairs: 1, unknown: 1 });
  });

  it('refuses ids that would make two things one', async () => {
    const made = await records(
      ['web', 'main', [{ item_id: 'other:o' }, { item_id: 'other::o' }]],
      ['feed', 'other', [{ item_id: 'o' }]],
    );
    await expect(matchItems(fixture.store, fixture.context, work(made))).rejects.toMatchObject({
      code: 'STK-DEDUP-GOLDEN-ID',
    });
  });

  it('gives the same bytes on 1, 2 or 3 threads, is found again, and depends on the threshold', async () => {
    const made = await shopAndSupplier();
    const run = (threads: number, force = true, threshold = 0.75) =>
      matchItems(fixture.store, stageContext({ threads, force }), work(made, { threshold }));
    const one = await run(1);
    expect(await run(2)).toEqual(one);
    expect(await run(3)).toEqual(one);
    expect(await run(2, false)).toEqual({ ...one, reused: 1 });
    expect((await run(2, false, 1)).facts).toMatchObject({ items: 12, matches: 0 });
  });

  it('tells how blocking did in the facts of its manifest', async () => {
    const output = await matchItems(fixture.store, fixture.context, work(await shopAndSupplier()));
    const [slice] = output.datasets['match.pairs'] as [DatasetSlice];
    const { facts, ledger } = await fixture.store.manifests.read(slice.manifest);
    expect(facts).toMatchObject({ items: 12, clusters: 8, matches: 4 });
    expect(facts.blocking).toMatchObject({ possible: 36, pairCompleteness: 1, sampled: 12 });
    expect(ledger.map(({ source, rowsIn, rowsOut }) => [source, rowsIn, rowsOut])).toEqual([
      ['app', 1, 1],
      ['feed', 6, 6],
      ['web', 6, 6],
    ]);
  });

  it('stops when the run is cancelled while it compares', async () => {
    const many = (namespace: string): Promise<DatasetSlice> =>
      fixture.cleanQuery(
        namespace,
        'items',
        'all',
        `select '${namespace}' || n as item_id, 'Lamp ' || (n % 97) || ' cm ' || chr(97 + (n % 23)::int) || 'olveig' as title,
  null::varchar as description, null::varchar as category, null::varchar as brand, null::decimal(18,4) as price,
  null::varchar as currency, null::varchar as image_refs, null::varchar as attributes, '${namespace}' as namespace,
  1::bigint as source_rows, '${namespace}' as _source, 'all' as _slice, 'all.csv' as _file, n as _line
from range(3000) t(n)`,
      );
    const inputs = await Promise.all(
      ['main', 'other'].map(async (source) => ({
        source,
        namespace: source,
        mode: 'full' as const,
        slices: [await many(source)],
      })),
    );
    const merged = await mergeRecords(fixture.store, fixture.context, {
      entity: 'items',
      inputs,
      previous: [],
    });
    const made = merged.datasets['match.records.items'] ?? [];
    const controller = new AbortController();
    const heartbeat = (progress: Readonly<Record<string, unknown>>): void => {
      if (progress.items === 6000) controller.abort(new Error('cancelled by test'));
    };
    const context = stageContext({ signal: controller.signal, heartbeat });
    await expect(matchItems(fixture.store, context, work(made))).rejects.toThrow('cancelled by test');
  });
});
