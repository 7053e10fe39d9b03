import { describe, expect, it } from 'vitest';
import { createPairFeatures } from './pair-features.ts';

const records = {
  columns: ['title', 'maker', 'price'],
  left: [
    ['acme red lamp xk-200', 'acme', '10'],
    ['bolt desk 120 cm', '', ''],
  ],
  right: [
    ['red lamp by acme xk200b', 'acme inc', '20'],
    ['bolt desk 140 cm oak', 'bolt', '99'],
    ['', '', ''],
  ],
};
const features = createPairFeatures(records);

function valuesOf(left: number, right: number, from = features): Record<string, number> {
  const matrix = from.compare({ lefts: Int32Array.of(left), rights: Int32Array.of(right) });
  return Object.fromEntries(matrix.names.map((name, at) => [name, matrix.values[at] as number]));
}

describe('createPairFeatures', () => {
  it('finds a model number that is spelled otherwise', () => {
    const lamp = valuesOf(0, 0);
    expect(lamp['main codeLeft']).toBe(5);
    expect(lamp['main codeLeftMissed']).toBe(0);
    expect(lamp['main codeRightMissed']).toBe(1);
    expect([lamp['main codeBegin'], lamp['main codeRestLeft'], lamp['main codeRestRight']]).toEqual([
      5, 0, 1,
    ]);
    expect(lamp['main codeRunShare']).toBe(1);
  });

  it('compares prices, and says on which side one is missing', () => {
    expect(valuesOf(0, 0)['price: ratio']).toBe(0.5);
    expect(valuesOf(0, 0)['price: missing']).toBe(0);
    expect(valuesOf(1, 1)['price: missing']).toBe(1);
    expect(valuesOf(1, 1)['price: ratio']).toBeNaN();
  });

  it('finds a measure that contradicts', () => {
    expect(valuesOf(1, 1)['main measuresDiffer']).toBe(1);
    expect(valuesOf(1, 1)['main numbersCommon']).toBe(0);
  });

  it('compares a record with itself as equal in everything', () => {
    const same = createPairFeatures({ ...records, right: records.left });
    const lamp = valuesOf(0, 0, same);
    expect(lamp['whole cosine']).toBeCloseTo(1, 6);
    expect(lamp['main spelledLeft']).toBeCloseTo(1, 6);
    expect(lamp['main unspelledRight']).toBe(0);
    expect([lamp['title: equal'], lamp['price: ratio'], lamp['maker: jaroWinkler']]).toEqual([1, 1, 1]);
  });

  it('leaves what cannot be compared missing', () => {
    const empty = valuesOf(0, 2);
    expect(empty['whole cosine']).toBeNaN();
    expect(empty['title: missing']).toBe(2);
  });

  it('gives a pair the same values alone and among others, but for its rivals', () => {
    const several = features.compare({ lefts: Int32Array.of(1, 0, 0), rights: Int32Array.of(1, 1, 0) });
    const alone = valuesOf(0, 0);
    const values = several.values.subarray(2 * several.width);
    for (const [at, name] of several.names.entries()) {
      if (!/(above|rank)(Left|Right)$/.test(name)) expect([name, values[at]]).toEqual([name, alone[name]]);
    }
    expect(alone['whole cosine rankRight']).toBe(0);
  });

  it('compares records of one column, whatever it is called', () => {
    const one = createPairFeatures({ columns: ['?'], left: [['a b c']], right: [['a b d']] });
    expect(valuesOf(0, 0, one)['whole jaccard']).toBe(0.5);
  });
});
