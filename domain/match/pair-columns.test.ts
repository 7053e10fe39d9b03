import { expect, it } from 'vitest';
import { describePairColumns, numberOf } from './pair-columns.ts';

it.each([
  ['12.99', 12.99],
  ['$ 1,299.00', 1299],
  ['7.2 %', 7.2],
  ['330 ml', 330],
  ['3:45', 225],
  ['-4', -4],
  ['.5', 0.5],
  ['', Number.NaN],
  ['red', Number.NaN],
  ['dscw120', Number.NaN],
  ['2001-05-03', Number.NaN],
])('reads %s as %f', (text, value) => {
  expect(numberOf(text)).toBe(value);
});

it('tells numbers, names and prose apart by their values and finds the column that names records', () => {
  const prose = 'a long text about the thing with many words that goes on and on and on';
  const records = [
    ['acme', 'acme red chair', '12.5', `${prose} 1`],
    ['acme', 'acme blue chair', '', `${prose} 2`],
    ['bolt', 'bolt green table', '$ 7', ''],
    ['bolt', 'bolt black table', '99', ''],
  ];
  const { columns, main } = describePairColumns(['a', 'b', 'c', 'd'], records);
  expect(columns.map(({ kind }) => kind)).toEqual(['text', 'text', 'number', 'prose']);
  expect(main).toBe(1);
});

it('takes the first column as text where all are numbers', () => {
  expect(describePairColumns(['x', 'y'], [['1', '2']])).toEqual({
    columns: [
      { name: 'x', kind: 'text' },
      { name: 'y', kind: 'number' },
    ],
    main: 0,
  });
});
