import { describe, expect, it } from 'vitest';
import { said, tableOf } from './table-fixture.ts';
import { voteInRounds } from './vote-rounds.ts';

const towns = [
  ['10', 'Aldmouth', 'NE'],
  ['20', 'Brackwell', 'SW'],
  ['30', 'Corvale', 'SW'],
  ['40', 'Dunhaven', 'NE'],
] as const;

/** Forty rows of zip, town and region with some cells changed: [row, column, value]. */
function votes(...changes: readonly (readonly [number, 'zip' | 'town' | 'region', string])[]): string[] {
  const columns: Record<'zip' | 'town' | 'region', string[]> = {
    zip: Array.from({ length: 40 }, (_, row) => towns[row % 4]?.[0] ?? ''),
    town: Array.from({ length: 40 }, (_, row) => towns[row % 4]?.[1] ?? ''),
    region: Array.from({ length: 40 }, (_, row) => towns[row % 4]?.[2] ?? ''),
  };
  for (const [row, column, value] of changes) columns[column][row] = value;
  return said((sheet) => voteInRounds(sheet, 1), tableOf(columns));
}

describe('voteInRounds', () => {
  it('repairs a cell that its group outvotes', () => {
    expect(votes([4, 'town', 'Aldmuth'])).toEqual(['4 town: Aldmuth → Aldmouth']);
  });

  it('fills a missing value that rows of the same key know', () => {
    expect(votes([5, 'town', ''], [6, 'region', ''])).toEqual(['5 town:  → Brackwell', '6 region:  → SW']);
  });

  it('accuses the one cell that the others of its row contradict, not the others', () => {
    expect(votes([8, 'zip', '20'])).toEqual(['8 zip: 20 → 10']);
  });

  it('leaves a tie alone', () => {
    const pair = { zip: ['1', '1', '2', '2'], town: ['A', 'B', 'C', 'C'] };
    const many = Array.from({ length: 30 }, () => pair);
    const table = tableOf({
      zip: many.flatMap(({ zip }, at) => zip.map((text) => `${text}-${at}`)),
      town: many.flatMap(({ town }, at) => town.map((text) => `${text}-${at}`)),
    });
    expect(said((sheet) => voteInRounds(sheet, 1), table)).toEqual([]);
  });

  it('keeps both values of a group that holds two', () => {
    const zip = Array.from({ length: 60 }, (_, row) => `${row % 6}`);
    const shop = Array.from(
      { length: 60 },
      (_, row) => `shop ${row % 6 === 0 ? `0${row % 12 === 0 ? 'a' : 'b'}` : row % 6}`,
    );
    expect(said((sheet) => voteInRounds(sheet, 1), tableOf({ zip, shop }))).toEqual([]);
  });
});
