import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../runtime/hashing.ts';
import { stageContext } from '../runtime/stage-fixture.ts';
import { openSliceFixture, type SliceFixture } from '../warehouse/slice-fixture.ts';
import { type CatalogWork, catalogTexts, readContents } from './catalog-texts.ts';

let fixture: SliceFixture;
let work: CatalogWork;
beforeEach(async () => {
  fixture = await openSliceFixture();
  const items = await fixture.slice(
    'unified.items',
    'all',
    `select * from (values ('a', 'Oak chair', 'Solveig', null), ('b', ' Oak chair ', 'Solveig', '  '), ('c', null, null, null),
       ('d', 'Cafe\u0301', null, 'wide')) as t(item_id, title, brand, description) order by item_id`,
  );
  const review = (day: string, text: string) =>
    fixture.slice(
      'unified.reviews',
      day,
      `select 'reviews' as _source, '${day}' as _slice, 'f.csv' as _file, 3 as _line, '${text}' as text order by 1`,
    );
  work = {
    items: [items],
    reviews: [await review('2026-10-01', 'Good'), await review('2026-10-02', 'Oak chair. Solveig')],
    itemText: ['title', 'brand', 'description'],
    dataDate: '2026-10-02',
  };
});
afterEach(() => fixture.close());

describe('catalogTexts', () => {
  it('names every text by its content: equal texts once, blank ones not at all', async () => {
    const output = await catalogTexts(fixture.store, stageContext(), work);
    const owners = await fixture.read(output.datasets['feature.texts']);
    const chair = sha256('Oak chair. Solveig');
    expect(owners.map(({ kind, id, hash }) => [kind, id, hash])).toEqual([
      ['item', 'a', chair],
      ['item', 'b', chair],
      ['item', 'd', sha256('Caf\u00e9. wide')],
      ['review', 'reviews/2026-10-01/f.csv:3', sha256('Good')],
      ['review', 'reviews/2026-10-02/f.csv:3', chair],
    ]);
    const contents = await readContents(
      fixture.store,
      stageContext(),
      output.datasets['feature.contents'] ?? [],
    );
    expect(contents.map(({ text }) => text).sort()).toEqual([
      'Caf\u00e9. wide',
      'Good',
      'Oak chair. Solveig',
    ]);
    for (const { hash, text } of contents) expect(hash).toBe(sha256(text));
  });

  it('reads no review after the data date', async () => {
    const output = await catalogTexts(fixture.store, stageContext(), { ...work, dataDate: '2026-10-01' });
    expect(await fixture.read(output.datasets['feature.texts'])).toHaveLength(4);
  });

  it('has nothing to do without items and reviews', async () => {
    const output = await catalogTexts(fixture.store, stageContext(), { ...work, items: [], reviews: [] });
    expect(output).toMatchObject({ parts: 0, why: 'there are no items and no reviews yet' });
  });
});
