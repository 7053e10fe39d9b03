import { describe, expect, it } from 'vitest';
import { isInflection, isOneEditApart, likenessOf } from './word-likeness.ts';

describe('likeness of words', () => {
  it.each([
    ['run.', 'running', 0.9],
    ['rimfrsot', 'rimfrost', 0.9],
    ['gray', 'grey', 0.8],
    ['yel', 'yellow', 0.85],
    ['shirt', 'shirts', 0.85],
    ['jkt', 'jacket', 0.8],
    ['dscw120', 'dscw120p', 0.9],
  ])('%s and %s can be one word', (a, b, likeness) => {
    expect(likenessOf(a, b)).toEqual({ left: likeness, right: likeness, isWhole: true });
    expect(likenessOf(b, a)).toEqual({ left: likeness, right: likeness, isWhole: true });
  });

  it.each([
    ['dscw120', 'dscw130'],
    ['red', 'blue'],
    ['bag', 'tag'],
    ['fe36', 'fe37'],
    ['solar', 'stellar'],
  ])('%s and %s cannot', (a, b) => {
    expect(likenessOf(a, b).left).toBe(0);
  });

  it('credits a compound with the share of the part it holds', () => {
    expect(likenessOf('bag', 'sleepingbag').left).toBe(0);
    const found = likenessOf('sleepingbag', 'sleeping');
    expect(found.isWhole).toBe(false);
    expect(found.right).toBe(0.85);
    expect(found.left).toBeCloseTo((0.85 * 8) / 11, 10);
  });

  it('knows the four edits, and no more than one', () => {
    expect(isOneEditApart('tent', 'text')).toBe(true);
    expect(isOneEditApart('tent', 'tents')).toBe(true);
    expect(isOneEditApart('tent', 'tet')).toBe(true);
    expect(isOneEditApart('tent', 'tetn')).toBe(true);
    expect(isOneEditApart('tent', 'tent')).toBe(false);
    expect(isOneEditApart('tent', 'etnt')).toBe(true);
    expect(isOneEditApart('tent', 'ttne')).toBe(false);
  });

  it('takes an ending of one or two letters for an inflection', () => {
    expect(isInflection('boot', 'boots')).toBe(true);
    expect(isInflection('xl', 'xxl')).toBe(false);
    expect(isInflection('men', 'mentor')).toBe(false);
  });
});
