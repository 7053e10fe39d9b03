import type { PairEnds } from './pair-context.ts';
import type { PairFile } from './pair-file.ts';
import type { PairRecords } from './pair-profiles.ts';

/** Pairs of several files over the distinct records of both sides. */
export interface PairSet extends PairEnds {
  readonly records: PairRecords;
  /** [pairs], 1 = one thing. */
  readonly labels: Uint8Array;
  /** Per file, where its pairs begin and end. */
  readonly parts: readonly { readonly from: number; readonly to: number }[];
}

/** Puts the pairs of files behind one another; records with equal values on one side become one. */
export function joinPairFiles(files: readonly PairFile[]): PairSet {
  const columns = [...new Set(files.flatMap((file) => file.columns))];
  const sides = { left: createSide(columns), right: createSide(columns) };
  const pairs = files.flatMap((file) => file.pairs);
  const lefts = Int32Array.from(pairs, ({ left }) => sides.left.of(left));
  const rights = Int32Array.from(pairs, ({ right }) => sides.right.of(right));
  let end = 0;
  const parts = files.map((file) => {
    const from = end;
    end += file.pairs.length;
    return { from, to: end };
  });
  return {
    records: { columns, left: sides.left.records, right: sides.right.records },
    lefts,
    rights,
    labels: Uint8Array.from(pairs, ({ isMatch }) => (isMatch ? 1 : 0)),
    parts,
  };
}

function createSide(columns: readonly string[]) {
  const numbers = new Map<string, number>();
  const records: (readonly string[])[] = [];
  return {
    records,
    of(record: ReadonlyMap<string, string>): number {
      const values = columns.map((column) => record.get(column) ?? '');
      const key = values.join('\u0000');
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, records.length);
      return records.push(values) - 1;
    },
  };
}
