import { describe, expect, it } from 'vitest';
import { dateStyleOf, respellDate } from './date-spelling.ts';
import { detectForms } from './forms.ts';
import { detectPatterns } from './patterns.ts';
import { said, tableOf, times } from './table-fixture.ts';
import { timeStyleOf } from './time-spelling.ts';
import { detectTypos } from './typos.ts';

const two = (number: number): string => String(number).padStart(2, '0');

describe('detectForms', () => {
  it('writes times as the column does, whatever stands beside them', () => {
    const at = [
      ...Array.from({ length: 40 }, (_, row) => `${1 + (row % 12)}:${two(row)} p.m.`),
      '4/5/2020 6:05 a.m.',
      'Mon 7:10pm',
      '19:45',
    ];
    expect(said(detectForms, tableOf({ at }))).toEqual([
      '40 at: 4/5/2020 6:05 a.m. → 6:05 a.m.',
      '41 at: Mon 7:10pm → 7:10 p.m.',
      '42 at: 19:45 → 7:45 p.m.',
    ]);
  });

  it('writes dates as the column does where day and month can be told apart', () => {
    const day = [
      ...Array.from({ length: 60 }, (_, row) => `${1 + (row % 12)}/${1 + (row % 28)}/${two(row % 20)}`),
      '2007-04-16',
      '2011-12-03',
    ];
    expect(said(detectForms, tableOf({ day }))).toEqual([
      '60 day: 2007-04-16 → 4/16/07',
      '61 day: 2011-12-03 → 12/3/11',
    ]);
  });

  it('puts the marks of the column between the same letters and digits', () => {
    const issn = [
      ...Array.from({ length: 40 }, (_, row) => `12${two(row)}-98${two(row)}`),
      '12345678',
      '1234 5678',
    ];
    const pages = [...Array.from({ length: 40 }, (_, row) => `${row}-${row + 7}`), '12--19', '3-9'];
    expect(said(detectForms, tableOf({ issn, pages }))).toEqual([
      '40 issn: 12345678 → 1234-5678',
      '40 pages: 12--19 → 12-19',
      '41 issn: 1234 5678 → 1234-5678',
    ]);
  });

  it('takes off marks that several rows append to known values', () => {
    const town = [...times(20, 'Aldmouth'), ...times(20, 'Corvale'), 'Aldmouth-*', 'Corvale-*', 'Corvale-*'];
    expect(said(detectForms, tableOf({ town }))).toEqual([
      '40 town: Aldmouth-* → Aldmouth',
      '41 town: Corvale-* → Corvale',
      '42 town: Corvale-* → Corvale',
    ]);
  });
});

describe('timeStyleOf', () => {
  it('keeps case, gap and padding of the example', () => {
    expect(timeStyleOf('07:10AM')?.('at 9:05 pm')).toBe('09:05PM');
    expect(timeStyleOf('19:10')?.('12:05 a.m.')).toBe('0:05');
  });

  it('reads nothing into two times, or none', () => {
    const style = timeStyleOf('7:10 a.m.');
    expect(style?.('7:10 a.m. or 8:10 a.m.')).toBeUndefined();
    expect(style?.('not available')).toBeUndefined();
    expect(style?.('27:99')).toBeUndefined();
    expect(timeStyleOf('noon')).toBeUndefined();
  });
});

describe('dates', () => {
  it('are not read where month and day cannot be told apart', () => {
    expect(dateStyleOf(['1/2/2003', '3/4/2005'])).toBeUndefined();
    expect(dateStyleOf(['1/2/2003', '13/14/2005'])).toBeUndefined();
  });

  it('are respelled between orders, and impossible ones are not', () => {
    const from = dateStyleOf(['16.04.2007']);
    const to = dateStyleOf(['2007-04-16']);
    if (!from || !to) throw new Error('both are dates');
    expect(respellDate('03.12.2011', from, to)).toBe('2011-12-03');
    expect(respellDate('03.31.2011', from, to)).toBeUndefined();
  });
});

describe('detectPatterns', () => {
  it('flags letters in numbers and digits among words, without a repair', () => {
    const zip = [...Array.from({ length: 98 }, (_, row) => `12${two(row)}`), '1o23', '14b7'];
    const word = [...times(50, 'garden hose'), ...times(49, 'desk lamp'), '16 oz'];
    expect(said(detectPatterns, tableOf({ zip, word }))).toEqual([
      '98 zip: 1o23 ?',
      '99 zip: 14b7 ?',
      '99 word: 16 oz ?',
    ]);
  });

  it('takes a number for a number, and free text for free text', () => {
    const n = [...Array.from({ length: 99 }, (_, row) => `${row}`), '-3.5'];
    const text = Array.from(
      { length: 100 },
      (_, row) => `${'word '.repeat(row % 30)}${row}${'!'.repeat(row % 7)}`,
    );
    expect(said(detectPatterns, tableOf({ n, text }))).toEqual([]);
  });
});

describe('detectTypos', () => {
  it('repairs a rare text beside a frequent one, and a rare word', () => {
    const kind = [...times(60, 'acute care'), ...times(38, 'long stay'), 'acute cqre', 'lomg stay'];
    const count = Array.from({ length: 100 }, (_, row) => (row === 50 ? '50 pieecs' : `${row} pieces`));
    expect(said(detectTypos, tableOf({ kind, count }))).toEqual([
      '50 count: 50 pieecs → 50 pieces',
      '98 kind: acute cqre → acute care',
      '99 kind: lomg stay → long stay',
    ]);
  });

  it('leaves other numbers, and rare words of usual letters, alone', () => {
    const code = [...times(60, 'ward 1'), ...times(39, 'ward 2'), 'ward 3'];
    const town = [...times(60, 'Portland'), ...times(39, 'Cortona'), 'Cortland'];
    expect(said(detectTypos, tableOf({ code, town }))).toEqual([]);
  });
});
