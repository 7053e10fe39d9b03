import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildTopRows, transpose } from './csr.ts';

it('turns rows round, rows in rising order', () => {
  const rows = { offsets: Int32Array.of(0, 2, 2, 4), columns: Int32Array.of(2, 0, 0, 1) };
  const turned = transpose(rows, 4);
  expect([...turned.offsets]).toEqual([0, 2, 3, 4, 4]);
  expect([...turned.columns]).toEqual([0, 2, 2, 0]);
});

it('keeps the best entries of each row, best first, without the diagonal and without values up to 0', () => {
  const matrix = buildTopRows(
    4,
    2,
    (row, into) => {
      if (row === 1)
        for (const [column, value] of [
          [3, 1],
          [1, 9],
          [0, 2],
          [3, 2],
          [2, 1],
        ] as const)
          into.add(column, value);
      if (row === 2) into.add(0, -1);
    },
    (_, __, sum) => sum,
  );
  expect([...matrix.offsets]).toEqual([0, 0, 2, 2, 2]);
  expect([...matrix.columns]).toEqual([3, 0]);
  expect([...matrix.values]).toEqual([3, 2]);
});

it('grows beyond its first arrays', () => {
  const size = 60;
  const matrix = buildTopRows(
    size,
    size,
    (_, into) => {
      for (let column = 0; column < size; column++) into.add(column, column + 1);
    },
    (_, __, sum) => sum,
  );
  expect(matrix.values.length).toBe(size * (size - 1));
  expect(matrix.columns[matrix.offsets[59] as number]).toBe(58);
});

it('keeps what a full sort of 32-bit floats would keep, ties by the lower column', () => {
  const rows = fc.array(fc.oneof(fc.float({ min: 0, max: 100, noNaN: true }), fc.constantFrom(0.5, 1)), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 12 }), (list, keep) => {
      const size = list.length + 1;
      const { columns, values } = buildTopRows(
        size,
        keep,
        (row, into) => {
          if (row < list.length) return;
          for (const [column, value] of list.entries()) if (value > 0) into.add(column, value);
        },
        (_, __, sum) => sum,
      );
      const expected = list
        .map((value, column) => ({ value: Math.fround(value), column }))
        .filter(({ value }) => value > 0)
        .sort((a, b) => b.value - a.value || a.column - b.column)
        .slice(0, keep);
      expect([...columns]).toEqual(expected.map(({ column }) => column));
      expect([...values]).toEqual(expected.map(({ value }) => value));
    }),
  );
});

it('refuses more columns than it can order', () => {
  expect(() =>
    buildTopRows(
      2 ** 22 + 1,
      1,
      () => undefined,
      () => 0,
    ),
  ).toThrow(RangeError);
});
