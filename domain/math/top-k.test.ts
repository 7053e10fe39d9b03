import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTopK, largest } from './top-k.ts';

it('keeps the same entries as a full sort, ties by the lower index', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 3 })), fc.integer({ min: 1, max: 8 }), (list, count) => {
      const expected = list
        .map((value, index) => ({ index, value }))
        .sort((a, b) => b.value - a.value || a.index - b.index)
        .slice(0, count);
      expect(largest(Float64Array.from(list), count)).toEqual(expected);
    }),
  );
});

it('leaves out what is to be skipped', () => {
  expect(largest(Float64Array.of(3, 9, 5), 2, Uint8Array.of(0, 1, 0))).toEqual([
    { index: 2, value: 5 },
    { index: 0, value: 3 },
  ]);
});

it('gives nothing where nothing is asked for', () => {
  expect(largest(Float64Array.of(1), 0)).toEqual([]);
});

it('is empty again after it was drained', () => {
  const heap = createTopK(2);
  const [indexes, values] = [new Int32Array(4), new Float64Array(4)];
  heap.offer(7, 1);
  expect(heap.drain(indexes, values, 0)).toBe(1);
  heap.offer(8, 0.5);
  expect(heap.drain(indexes, values, 1)).toBe(1);
  expect([...indexes.subarray(0, 2)]).toEqual([7, 8]);
});
