import type { SparseRows } from '../math/csr.ts';
import { createMinHasher, type MinHashOptions } from './minhash.ts';

/** How near-duplicates are found. */
export interface BandOptions extends MinHashOptions {
  /** Values that must agree together; a divisor of the number of values. Default 4. */
  readonly rowsPerBand?: number;
}

/** Keys of texts: two texts with one key agree in all values of a band. */
export interface BandKeys extends SparseRows {
  readonly keys: number;
}

/**
 * Turns texts into blocking keys for `findCandidates`: one key per band of their MinHash signature. Two texts of Jaccard index J share
 * one with probability 1 - (1 - J^rows)^bands, which rises steeply about J = (1 / bands)^(1 / rows): 0.42 for 32 bands of 4.
 *
 * Empty texts have no keys. Keys that one text alone has are left out.
 * Source: locality-sensitive hashing, Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4.
 */
export function bandKeys(texts: readonly string[], options: BandOptions = {}): BandKeys {
  const hasher = createMinHasher(options);
  const rows = options.rowsPerBand ?? 4;
  if (!Number.isInteger(rows) || rows < 1 || hasher.values % rows !== 0) {
    throw new RangeError(`bands of ${rows} values do not divide a signature of ${hasher.values}`);
  }
  const bands = hasher.values / rows;
  const signature = new Uint32Array(hasher.values);
  const hashes = new Float64Array(texts.length * bands);
  texts.forEach((text, record) => {
    hasher.sign(text, signature, 0);
    for (let band = 0; band < bands; band++)
      hashes[record * bands + band] = hashOfBand(signature, band, rows, text === '');
  });
  return keysShared(hashes, texts.length, bands);
}

/** 53 bits of a band's values and its number; -1 where there is no text. */
function hashOfBand(signature: Uint32Array, band: number, rows: number, isEmpty: boolean): number {
  if (isEmpty) return -1;
  let [high, low] = [band + 1, band ^ 0x5bd1e995];
  for (let place = band * rows; place < (band + 1) * rows; place++) {
    const value = signature[place] as number;
    high = Math.imul(high ^ value, 0x85ebca6b);
    high ^= high >>> 15;
    low = Math.imul(low ^ value, 0xc2b2ae35);
    low ^= low >>> 13;
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

function keysShared(hashes: Float64Array, records: number, bands: number): BandKeys {
  const sorted = hashes.slice().sort();
  const ids = new Map<number, number>();
  for (let place = 1; place < sorted.length; place++) {
    const hash = sorted[place] as number;
    if (hash >= 0 && hash === sorted[place - 1] && !ids.has(hash)) ids.set(hash, ids.size);
  }
  const offsets = new Int32Array(records + 1);
  const columns = new Int32Array(hashes.length);
  let end = 0;
  for (let record = 0; record < records; record++) {
    for (let place = record * bands; place < (record + 1) * bands; place++) {
      const id = ids.get(hashes[place] as number);
      if (id !== undefined) columns[end++] = id;
    }
    offsets[record + 1] = end;
  }
  return { keys: ids.size, offsets, columns: columns.slice(0, end) };
}
