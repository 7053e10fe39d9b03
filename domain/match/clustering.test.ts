import { describe, expect, it } from 'vitest';
import { clusterByAverage } from './clustering.ts';

/** Clusters records by the log-odds of named pairs; all other pairs have `rest`. */
function cluster(
  records: number,
  known: readonly (readonly [number, number, number])[],
  rest = -1,
): number[] {
  const oddsOf = new Map(
    known.flatMap(([a, b, odds]) => [[`${a} ${b}`, odds] as const, [`${b} ${a}`, odds] as const]),
  );
  return [
    ...clusterByAverage(
      records,
      {
        left: Int32Array.from(known, ([a]) => a),
        right: Int32Array.from(known, ([, b]) => b),
        scores: Float32Array.from(known, ([, , odds]) => odds),
      },
      (a, b) => oddsOf.get(`${a} ${b}`) ?? rest,
    ),
  ];
}

describe('clustering by average linkage', () => {
  it('names a cluster after its lowest record and leaves the rest alone', () => {
    expect(
      cluster(
        5,
        [
          [3, 1, 2],
          [4, 3, 1],
        ],
        0,
      ),
    ).toEqual([0, 1, 2, 1, 1]);
  });

  it('does not join two clusters over one weak bridge', () => {
    const pairs = [
      [0, 1, 5],
      [2, 3, 5],
      [1, 2, 1],
    ] as const;
    expect(cluster(4, pairs)).toEqual([0, 0, 2, 2]);
    expect(cluster(4, pairs, 0.1)).toEqual([0, 0, 0, 0]);
  });

  it('holds apart what contradicts each other, whoever is like both', () => {
    expect(
      cluster(3, [
        [0, 1, 4],
        [1, 2, 3],
        [0, 2, -9],
      ]),
    ).toEqual([0, 0, 2]);
  });

  it('takes the surer pair first, in whatever order pairs come', () => {
    const pairs = [
      [1, 2, 3],
      [0, 1, 4],
      [0, 2, -9],
    ] as const;
    expect(cluster(3, pairs)).toEqual([0, 0, 2]);
    expect(cluster(3, [...pairs].reverse())).toEqual([0, 0, 2]);
  });

  it('joins nothing without a pair that speaks for it', () => {
    expect(
      cluster(
        3,
        [
          [0, 1, 0],
          [1, 2, -1],
        ],
        5,
      ),
    ).toEqual([0, 1, 2]);
    expect(cluster(0, [])).toEqual([]);
  });
});
