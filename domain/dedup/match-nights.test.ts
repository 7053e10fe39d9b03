import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { type CleanFixture, openCleanFixture, stageContext } from './clean-fixture.ts';
import { mergeRecords } from './dedup-records.ts';
import type { Verdict } from './match-decisions.ts';
import { matchItems } from './match-items.ts';

const makers = ['Mirovale', 'Nordvik', 'Hasel', 'Bruma', 'Amande'];
const kinds = ['Lamp', 'Chair', 'Teapot', 'Backpack', 'Kettle', 'Blanket', 'Mirror', 'Bowl'];

/** Forty items of the shop and of a supplier who writes them otherwise, with some titles given another text. */
function titles(changed: Readonly<Record<string, string>> = {}): Record<string, string> {
  const all = makers.flatMap((maker, m) =>
    kinds.map((kind, k): [string, string] => [`${m}${k}`, `${maker} ${kind} ${10 + 7 * k + m} cm`]),
  );
  const own = all.map(([id, title]): [string, string] => [`m${id}`, title]);
  const other = all.map(([id, title]): [string, string] => [`o${id}`, title.toUpperCase()]);
  return { ...Object.fromEntries([...own, ...other]), ...changed };
}

describe('nights of matching', () => {
  let fixture: CleanFixture;
  beforeAll(async () => {
    fixture = await openCleanFixture();
  });
  afterAll(() => fixture.close());

  const records = async (all: Record<string, string>): Promise<DatasetSlice[]> => {
    const inputs = await Promise.all(
      ['main', 'other'].map(async (namespace) => {
        const rows = Object.entries(all)
          .filter(([id]) => id.startsWith(namespace[0] ?? ''))
          .map(([item_id, title], index) => ({ namespace, item_id, title, _line: index + 1 }));
        const slices = [await fixture.clean(namespace, 'items', 'all', rows)];
        return { source: namespace, namespace, mode: 'full' as const, slices };
      }),
    );
    const merged = await mergeRecords(fixture.store, fixture.context, {
      entity: 'items',
      inputs,
      previous: [],
    });
    return merged.datasets['match.records.items'] ?? [];
  };
  const night = async (
    date: string,
    made: DatasetSlice[],
    before: readonly DatasetSlice[] = [],
    given: { verdicts?: Verdict[]; force?: boolean; threads?: number } = {},
  ) => {
    const output = await matchItems(fixture.store, stageContext({ ...given }), {
      records: made,
      namespaces: ['main', 'other'],
      threshold: 0.75,
      verdicts: given.verdicts ?? [],
      night: { date, previous: before, relearnDays: 7, relearnShare: 0.2 },
    });
    const pairs = output.datasets['match.pairs'] ?? [];
    const clusters = await fixture.read(output.datasets['match.clusters'], 'item_id, golden_id');
    const compared = Number(output.facts?.compared);
    const golden = Object.fromEntries(clusters.map((row) => [row.item_id, row.golden_id]));
    return { output, pairs, golden, compared, why: output.why ?? '' };
  };
  const changed = { o00: 'MIROVALE LAMP, 10 CM', m99: 'Bruma Hammock', o99: 'BRUMA HAMMOCK' };

  it('compare only what is new or changed, and give the same again from the same memory', async () => {
    const first = await night('2026-10-01', await records(titles()));
    const full = first.compared;
    expect(first.why).toContain('learned anew: no earlier night');
    const made = await records(titles(changed));
    const second = await night('2026-10-02', made, first.pairs);
    expect(second.compared).toBeGreaterThan(0);
    expect(second.compared).toBeLessThan(full / 5);
    expect(second.why).toContain('words as learned on 2026-10-01');
    expect([second.golden.o00, second.golden.o99, second.golden.o47]).toEqual(['m00', 'm99', 'm47']);
    expect(await night('2026-10-02', made, first.pairs, { threads: 3 })).toMatchObject({
      output: { reused: 1, datasets: second.output.datasets },
    });
    const third = await night('2026-10-03', made, second.pairs);
    expect(third.output).toMatchObject({ reused: 1, datasets: second.output.datasets });
  });

  it('learn anew after a week, beyond a drift and when forced', async () => {
    const first = await night('2026-10-01', await records(titles()));
    const made = await records(titles(changed));
    expect((await night('2026-10-08', made, first.pairs)).why).toContain('words were learned on 2026-10-01');
    const other = Object.fromEntries(Object.entries(titles()).map(([id, title]) => [id, `${title} new`]));
    expect((await night('2026-10-02', await records(other), first.pairs)).why).toContain(
      '100.0 % of the learned',
    );
    expect((await night('2026-10-02', made, first.pairs, { force: true })).why).toContain(
      'the run is forced',
    );
  });

  it('forget a decision that is taken back nights later, to the byte', async () => {
    const [a, b] = [await records(titles()), await records(titles(changed))];
    const plain = await night('2026-10-02', b, (await night('2026-10-01', a)).pairs);
    const ref = (itemId: string) => ({ namespace: itemId.startsWith('m') ? 'main' : 'other', itemId });
    const verdict: Verdict = { action: 'accept', a: ref('m00'), b: ref('o47'), decision: 'd' };
    const decided = await night('2026-10-01', a, [], { verdicts: [verdict] });
    expect([decided.golden.o47, decided.golden.o00]).toEqual(['m00', 'other:o00']);
    const undone = await night('2026-10-02', b, decided.pairs);
    expect(undone.output.datasets).toEqual(plain.output.datasets);
  });
});
