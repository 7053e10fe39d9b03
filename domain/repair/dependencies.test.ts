import { describe, expect, it } from 'vitest';
import { findDependencies, isSoft, measureDependency } from './dependencies.ts';
import { groupRows } from './grouping.ts';
import { addPairDependencies } from './pair-dependencies.ts';
import { tableOf, times } from './table-fixture.ts';
import { codeColumn, type TextTable } from './text-table.ts';

const coded = (table: TextTable) => table.columns.map(codeColumn);
const measure = (table: TextTable) => {
  const [determinant, dependent] = coded(table);
  if (!determinant || !dependent) throw new Error('two columns are needed');
  return measureDependency(groupRows([determinant]), dependent);
};
const towns = ['Aldmouth', 'Brackwell', 'Corvale', 'Dunhaven'];
const cycle = (row: number): string => towns[row % towns.length] ?? '';

describe('dependencies', () => {
  it('measures 1 where a column tells another', () => {
    const found = measure(
      tableOf({
        zip: Array.from({ length: 40 }, (_, row) => `${row % 4}`),
        town: Array.from({ length: 40 }, (_, row) => cycle(row)),
      }),
    );
    expect(found).toMatchObject({ strength: 1, coverage: 1 });
  });

  it('is not fooled by a key: groups of one row cover nothing', () => {
    const key = Array.from({ length: 40 }, (_, row) => `k${row}`);
    const town = Array.from({ length: 40 }, (_, row) => cycle(row));
    expect(measure(tableOf({ key, town }))).toMatchObject({ coverage: 0 });
    expect(findDependencies(coded(tableOf({ key, town })))).toEqual([]);
  });

  it('is not fooled by a constant column: there is nothing to tell', () => {
    const zip = Array.from({ length: 40 }, (_, row) => `${row % 4}`);
    expect(measure(tableOf({ zip, land: times(40, 'X') })).strength).toBe(0);
  });

  it('measures nothing where columns have nothing to do with each other', () => {
    const a = Array.from({ length: 400 }, (_, row) => `${row % 4}`);
    const b = Array.from({ length: 400 }, (_, row) => cycle(Math.floor(row / 4)));
    expect(measure(tableOf({ a, b })).strength).toBeLessThan(0.1);
  });

  it('tells groups that hold several values from cells that are wrong at random', () => {
    const shop = Array.from({ length: 400 }, (_, row) => `s${row % 40}`);
    const packs = Array.from({ length: 400 }, (_, row) => (row % 40 < 8 && row % 80 < 40 ? '6' : '12'));
    const wrong = Array.from({ length: 400 }, (_, row) => ((row * 7) % 10 === 0 ? '6' : `v${row % 40}`));
    expect(isSoft(measure(tableOf({ shop, packs })))).toBe(true);
    expect(isSoft(measure(tableOf({ shop, wrong })))).toBe(false);
  });

  it('takes two columns together where neither is enough', () => {
    const state = Array.from({ length: 600 }, (_, row) => `s${row % 6}`);
    const status = Array.from({ length: 600 }, (_, row) => (Math.floor(row / 6) % 2 === 0 ? 'S' : 'M'));
    const sum = state.map((text, row) => `${Number(text.slice(1)) * 100 + (status[row] === 'S' ? 0 : 50)}`);
    const columns = coded(tableOf({ state, status, sum }));
    const found = addPairDependencies(columns, findDependencies(columns), 1);
    expect(found.filter(({ dependent }) => dependent === 2).map(({ determinant }) => determinant)).toEqual([
      [0, 1],
    ]);
  });
});
