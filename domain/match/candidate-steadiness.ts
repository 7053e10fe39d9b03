import { type SparseRows, transpose } from '../math/csr.ts';
import type { BlockingKeys } from './candidate-keys.ts';

/** A code that more records have names no single thing. */
const mostRecordsOfCode = 20;
/** How many sightings the presumption of a half counts for. */
const presumed = 5;

/**
 * How steady keys are, 0 to 1: of the records that share a rare code with a record that has the key, the share that has it too.
 * What shops say of a thing at will (`with`, `rated`) is unsteady, what belongs to its name is steady. No labels are needed; a
 * half where no codes tell.
 *
 * @param codes rows of code numbers per record
 * @returns [keys]
 */
export function keySteadiness(keys: BlockingKeys, codes: SparseRows, codeCount: number): Float32Array {
  const { together, seen } = countTogether(keys, transpose(codes, codeCount));
  return Float32Array.from(seen, (all, key) => ((together[key] as number) + presumed / 2) / (all + presumed));
}

function countTogether(keys: BlockingKeys, lists: SparseRows) {
  const [together, seen] = [new Float64Array(keys.keys), new Float64Array(keys.keys)];
  const marked = new Int32Array(keys.keys).fill(-1);
  const start = (record: number): number => keys.offsets[record] as number;
  for (let code = 0; code + 1 < lists.offsets.length; code++) {
    const [from, to] = [lists.offsets[code] as number, lists.offsets[code + 1] as number];
    if (to - from < 2 || to - from > mostRecordsOfCode) continue;
    for (let a = from; a < to; a++) {
      const record = lists.columns[a] as number;
      for (let at = start(record); at < start(record + 1); at++) marked[keys.columns[at] as number] = record;
      for (let b = from; b < to; b++) {
        if (a === b) continue;
        const other = lists.columns[b] as number;
        for (let at = start(other); at < start(other + 1); at++) {
          const key = keys.columns[at] as number;
          seen[key] = (seen[key] as number) + 1;
          if (marked[key] === record) together[key] = (together[key] as number) + 1;
        }
      }
    }
  }
  return { together, seen };
}

/** Rows of a table's codes: its terms that `isCode` accepts. */
export function codeRows(rows: SparseRows, isCode: (term: number) => boolean): SparseRows {
  const records = rows.offsets.length - 1;
  const offsets = new Int32Array(records + 1);
  const columns = Int32Array.from(rows.columns.filter(isCode));
  let end = 0;
  for (let record = 0; record < records; record++) {
    for (let at = rows.offsets[record] as number; at < (rows.offsets[record + 1] as number); at++) {
      if (isCode(rows.columns[at] as number)) end++;
    }
    offsets[record + 1] = end;
  }
  return { offsets, columns };
}
