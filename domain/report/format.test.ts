import { describe, expect, it } from 'vitest';
import { counted, countText, durationText, figureText, percentText, sizeText } from './format.ts';

describe('figures for people', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [541_909, '541,909'],
    [1234.5678, '1,234.5678'],
  ])('groups the thousands of %d', (value, text) => {
    expect(countText(value)).toBe(text);
  });

  it('counts one in the singular', () => {
    expect([counted(1, 'source'), counted(0, 'source')]).toEqual(['1 source', '0 sources']);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_999, '1.0 MB'],
    [9_960, '10 kB'],
    [433_283_072, '433 MB'],
  ])('writes %d bytes in the unit that keeps them short', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });

  it.each([
    [40, '0.0 s'],
    [9_949, '9.9 s'],
    [35_000, '35 s'],
    [119_600, '2 min 0 s'],
    [200_000, '3 min 20 s'],
  ])('writes %d ms as seconds or minutes', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });

  it('keeps small shares visible and figures short', () => {
    expect([percentText(0), percentText(0.0004), percentText(0.125)]).toEqual(['0.0 %', '0.04 %', '12.5 %']);
    expect(['107.392599', '0.00012345', '12345.6', '1.000000', ''].map(figureText)).toEqual([
      '107.4',
      '0.0001',
      '12346',
      '1',
      '',
    ]);
  });
});
