import { expect, it } from 'vitest';
import { isContextFeature, writeContext } from './pair-context.ts';

it('tells how a score stands among the other pairs of the left and the right record', () => {
  const ends = { lefts: Int32Array.of(0, 0, 1), rights: Int32Array.of(5, 6, 5) };
  const into = new Float32Array(3 * 4);
  writeContext(ends, [0.75, 0.5, 0.25], into, 4, 0);
  expect([...into.subarray(0, 4)]).toEqual([0.25, 0.5, 0, 0]);
  expect([...into.subarray(4, 8)]).toEqual([-0.25, 0.5, 1, 0]);
  expect([...into.subarray(8, 12)]).toEqual([0.25, -0.5, 0, 1]);
});

it('sees no rival in the same pair given twice, and takes a missing score for 0', () => {
  const ends = { lefts: Int32Array.of(0, 0, 1), rights: Int32Array.of(5, 5, 5) };
  const into = new Float32Array(3 * 4);
  writeContext(ends, [0.5, 0.5, Number.NaN], into, 4, 0);
  expect([...into.subarray(0, 4)]).toEqual([0.5, 0.5, 0, 0]);
  expect([...into.subarray(8, 12)]).toEqual([0, -0.5, 0, 1]);
});

it('knows its features by their names', () => {
  expect(isContextFeature('whole cosine aboveLeft')).toBe(true);
  expect(isContextFeature('whole cosine')).toBe(false);
});
