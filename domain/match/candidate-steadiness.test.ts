import { describe, expect, it } from 'vitest';
import { codeRows, keySteadiness } from './candidate-steadiness.ts';

describe('steadiness of keys', () => {
  it('is the share of records of one code that have a key of one of them too', () => {
    // Records 0 and 1 share code 0; key 0 is in both, key 1 in the first only, key 2 in a record without the code.
    const keys = { keys: 3, offsets: Int32Array.of(0, 2, 3, 4), columns: Int32Array.of(0, 1, 0, 2) };
    const codes = { offsets: Int32Array.of(0, 1, 2, 2), columns: Int32Array.of(0, 0) };
    const [both, one, none] = keySteadiness(keys, codes, 1);
    expect(both).toBeCloseTo((2 + 2.5) / (2 + 5), 6);
    expect(one).toBeCloseTo((0 + 2.5) / (1 + 5), 6);
    expect(none).toBe(0.5);
  });

  it('asks nothing of a code that too many have', () => {
    const records = 21;
    const offsets = Int32Array.from({ length: records + 1 }, (_, record) => record);
    const keys = { keys: 1, offsets, columns: new Int32Array(records) };
    expect([...keySteadiness(keys, keys, 1)]).toEqual([0.5]);
  });

  it('picks the codes of rows', () => {
    const rows = { offsets: Int32Array.of(0, 2, 3), columns: Int32Array.of(0, 3, 4) };
    const { offsets, columns } = codeRows(rows, (term) => term >= 3);
    expect([[...offsets], [...columns]]).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });
});
