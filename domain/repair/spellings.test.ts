import { describe, expect, it } from 'vitest';
import { detectMissingSpellings } from './missing-spellings.ts';
import { detectMixedUnits } from './mixed-units.ts';
import { detectNumberFormats } from './number-format.ts';
import { detectShiftedValues } from './shifted-values.ts';
import { said, tableOf, times } from './table-fixture.ts';

const numbers = (count: number, write: (number: number) => string): string[] =>
  Array.from({ length: count }, (_, at) => write(at % 10));

describe('detectMixedUnits', () => {
  it('keeps the number where a column mixes spellings of a unit', () => {
    const size = [
      ...numbers(20, (n) => `${n}.0 ml`),
      ...numbers(20, (n) => `${n}.0 ml.`),
      ...numbers(20, (n) => `${n}.5ML`),
    ];
    const found = said(detectMixedUnits, tableOf({ size }));
    expect(found).toHaveLength(60);
    expect(found).toEqual(expect.arrayContaining(['3 size: 3.0 ml → 3', '43 size: 3.5ML → 3.5']));
  });

  it('writes the dominant spelling where one dominates', () => {
    const size = [...numbers(100, (n) => `${n} kg`), '3 KG', '4 KG', '5 KG'];
    expect(said(detectMixedUnits, tableOf({ size }))).toEqual([
      '100 size: 3 KG → 3 kg',
      '101 size: 4 KG → 4 kg',
      '102 size: 5 KG → 5 kg',
    ]);
  });

  it.each([
    ['one spelling everywhere', numbers(60, (n) => `${n} patients`)],
    ['a percent sign everywhere, and a word', [...numbers(60, (n) => `${n}%`), 'empty', 'empty']],
    [
      'street names',
      Array.from(
        { length: 60 },
        (_, row) => `${row % 6}0 ${['mill lane', 'quay', 'high street', 'gate', 'close', 'yard'][row % 6]}`,
      ),
    ],
  ])('leaves a column of %s alone', (_, column) => {
    expect(said(detectMixedUnits, tableOf({ column }))).toEqual([]);
  });

  it('drops a percent sign that does not change the scale', () => {
    const share = [...numbers(60, (n) => `0.0${n}`), '0.03%', '0.04%', '0.05%'];
    expect(said(detectMixedUnits, tableOf({ share }))).toContain('60 share: 0.03% → 0.03');
  });

  it('divides percent by a hundred where the column writes shares', () => {
    const share = [
      ...Array.from({ length: 100 }, (_, at) => `0.${at % 9}5`),
      ...numbers(20, (n) => `${n}5%`),
    ];
    const found = said(detectMixedUnits, tableOf({ share }));
    expect(found.filter((line) => line.includes('→')).every((line) => /: (\d)5% → 0\.\d?5$/.test(line))).toBe(
      true,
    );
  });

  it('flags a number that was rounded when it was written, and does not guess its digits', () => {
    const share = [
      ...Array.from({ length: 300 }, (_, at) => `0.0${10 + (at % 90)}`),
      ...numbers(30, (n) => `0.0${n}%`),
    ];
    const found = said(detectMixedUnits, tableOf({ share }));
    expect(found).toHaveLength(30);
    expect(found[4]).toBe('304 share: 0.04% ?');
  });
});

describe('detectNumberFormats', () => {
  it('strips zeros that hardly a number of the column has', () => {
    expect(
      said(detectNumberFormats, tableOf({ n: [...numbers(60, (n) => `${n}`), '12.0', '7.50'] })),
    ).toEqual(['60 n: 12.0 → 12', '61 n: 7.50 → 7.5']);
  });

  it('writes the decimals that the column writes, and puts back a point that was lost', () => {
    const n = [
      ...Array.from({ length: 90 }, (_, at) => `${(10 + at) / 10}`).map((text) => Number(text).toFixed(1)),
      '6',
      '25',
    ];
    expect(said(detectNumberFormats, tableOf({ n }))).toEqual(['90 n: 6 → 6.0', '91 n: 25 → 2.5']);
  });

  it('leaves codes and mixed decimals alone', () => {
    const mixed = numbers(60, (n) => (n % 2 === 0 ? `${n}` : `${n}.0`));
    expect(said(detectNumberFormats, tableOf({ mixed, code: numbers(60, (n) => `00${n}`) }))).toEqual([]);
  });
});

describe('detectMissingSpellings', () => {
  it('empties a spelling of nothing among numbers', () => {
    expect(said(detectMissingSpellings, tableOf({ n: [...numbers(20, String), 'N/A', 'null'] }))).toEqual([
      '20 n: N/A → ',
      '21 n: null → ',
    ]);
  });

  it('follows the empty cells of the table, but leaves words that may be values', () => {
    expect(said(detectMissingSpellings, tableOf({ a: ['x', '', 'n/a', 'none'], b: times(4, 'y') }))).toEqual([
      '2 a: n/a → ',
    ]);
  });

  it('keeps the one spelling of a table that leaves nothing empty', () => {
    expect(said(detectMissingSpellings, tableOf({ a: ['x', 'n/a', 'n/a'], b: times(3, 'y') }))).toEqual([]);
  });
});

describe('detectShiftedValues', () => {
  const rows = Array.from({ length: 40 }, (_, row) =>
    ['Aldmouth', 'NE', 'Brackwell', 'SW'].slice((row % 2) * 2),
  );

  it('moves a value back that stands behind another', () => {
    const town = rows.map(([name, region], row) => (row < 4 ? `${name} ${region}` : (name ?? '')));
    const region = rows.map(([, text], row) => (row < 4 ? '' : (text ?? '')));
    const found = said(detectShiftedValues, tableOf({ town, region }));
    expect(found).toHaveLength(8);
    expect(found.slice(0, 2)).toEqual(['0 town: Aldmouth NE → Aldmouth', '0 region:  → NE']);
  });

  it('leaves names alone that end like a value where nothing is missing', () => {
    const town = rows.map(([name, region], row) => (row < 4 ? `${name} ${region}` : (name ?? '')));
    const region = rows.map(([, text]) => text ?? '');
    expect(said(detectShiftedValues, tableOf({ town, region }))).toEqual([]);
  });
});
