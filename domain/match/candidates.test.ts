import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockingKeys, keysOfTerm } from './candidate-keys.ts';
import { defaultCandidates, defaultReads, findCandidates } from './candidates.ts';
import { buildTerms } from './title-terms.ts';

function rows(lists: readonly (readonly number[])[]) {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, row) => {
    offsets[row + 1] = (offsets[row] ?? 0) + list.length;
  });
  return { offsets, columns: Int32Array.from(lists.flat()) };
}

describe('blocking', () => {
  it('finds pairs over what they share, each once, the lower record left', () => {
    const { left, right } = findCandidates(rows([[0, 1], [2], [1, 3], [3]]), 4);
    expect(Array.from(left, (one, place) => `${one}-${right[place]}`).sort()).toEqual(['0-2', '2-3']);
  });

  it('keeps the likest where it may keep one, and the other side may keep more', () => {
    const { left, right, likeness } = findCandidates(rows([[0, 1, 2], [0, 1, 2], [0]]), 3, { candidates: 1 });
    expect(Array.from(left, (one, place) => `${one}-${right[place]}`)).toEqual(['0-1', '0-2']);
    expect(likeness[0]).toBeCloseTo(1, 5);
  });

  it('stops at its budget, rarest keys first', () => {
    const table = rows([[0, 1], [0, 1], [0], [0], [0]]);
    const { left, right } = findCandidates(table, 2, { mostReads: 3 });
    expect([[...left], [...right]]).toEqual([[0], [1]]);
  });

  it('keeps within its budgets of pairs and of reads', () => {
    for (const records of [1000, 35_311, 1_000_000]) {
      const most = records * defaultCandidates(records);
      expect(most).toBeLessThanOrEqual(Math.max(10_000_000, 5 * records));
      expect(1 - most / ((records * (records - 1)) / 2)).toBeGreaterThanOrEqual(0.988);
      expect(records * defaultReads(records)).toBeLessThanOrEqual(1_500_000_000);
    }
  });

  it('is symmetric and never pairs a record with itself', () => {
    const lists = fc.array(fc.uniqueArray(fc.nat(9), { maxLength: 5 }), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(lists, (keys) => {
        const { left, right } = findCandidates(rows(keys), 10, { candidates: 3 });
        const pairs = Array.from(left, (one, place) => `${one} ${right[place]}`);
        expect(new Set(pairs).size).toBe(pairs.length);
        left.forEach((one, place) => {
          const other = right[place] as number;
          expect(one).toBeLessThan(other);
          expect(keys[one]?.some((key) => keys[other]?.includes(key))).toBe(true);
        });
      }),
    );
  });
});

describe('blocking keys', () => {
  it('finds a model number by its beginning, by a run inside it, and a word by its first letters', () => {
    expect(keysOfTerm('nu7100kx')).toEqual(new Set(['nu7100kx', 'nu710', 'nu7100', 'nu7100k', '7100']));
    expect(keysOfTerm('ue65nu7100')).toContain('nu7100');
    expect(keysOfTerm('freezer')).toEqual(new Set(['freezer', 'free…']));
    expect(keysOfTerm('red')).toEqual(new Set(['red']));
    expect(keysOfTerm('123456')).toEqual(new Set(['123456']));
  });

  it('leaves out keys that lead nowhere', () => {
    const keys = blockingKeys(buildTerms([['red lamp'], ['red tent'], ['oven']]));
    expect([...keys.offsets]).toEqual([0, 1, 2, 2]);
  });
});
