import { describe, expect, it } from 'vitest';
import { counted } from './words.ts';

describe('counted', () => {
  it.each([
    [0, '0 rows'],
    [1, '1 row'],
    [999, '999 rows'],
    [1000, '1,000 rows'],
    [541_909, '541,909 rows'],
    [12_345_678, '12,345,678 rows'],
  ])('writes %i as %s', (count, words) => {
    expect(counted(count, 'row')).toBe(words);
  });
});
