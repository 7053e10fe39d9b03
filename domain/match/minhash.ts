/** How signatures are made. */
export interface MinHashOptions {
  /** Values of a signature; a power of two. Default 128. */
  readonly values?: number;
  /** Characters of a shingle. Default 5. */
  readonly shingle?: number;
}

/** Makes signatures whose agreeing share estimates the Jaccard index of two texts' shingles. */
export interface MinHasher {
  readonly values: number;
  /** Writes the signature of a text into `into[at .. at + values)`. */
  sign(text: string, into: Uint32Array, at: number): void;
}

/** Says that no shingle fell into a bin. */
const empty = 0xffffffff;

/**
 * Makes a hasher by one permutation: each shingle is hashed once, the hash's high bits choose a bin and its least hash is the bin's
 * value. Empty bins borrow from bins that a second hash chooses, so that estimates stay unbiased for short texts.
 *
 * A text shorter than a shingle is one shingle. The empty text's signature is all 0xffffffff. Shingles are of UTF-16 units, as they
 * stand: fold texts first where case should not matter.
 * Source: one permutation hashing, Li, Owen and Zhang 2012; optimal densification, Shrivastava 2017.
 * Cost: one multiplication chain per character, whatever the number of values; nothing is allocated.
 *
 * @throws RangeError where `values` is no power of two from 2 to 65,536 or `shingle` no whole number from 1
 */
export function createMinHasher({ values = 128, shingle = 5 }: MinHashOptions = {}): MinHasher {
  const bits = Math.log2(values);
  if (!Number.isInteger(bits) || bits < 1 || bits > 16) {
    throw new RangeError(`a signature of ${values} values; give a power of two from 2 to 65536`);
  }
  if (!Number.isInteger(shingle) || shingle < 1) {
    throw new RangeError(`shingles of ${shingle} characters; give a whole number from 1`);
  }
  const shift = 32 - bits;
  const removed = powerOf(multiplier, shingle);
  const [bins, filled] = [new Uint32Array(values), new Uint32Array(values)];
  return {
    values,
    sign(text, into, at) {
      bins.fill(empty);
      const length = text.length;
      let rolling = 0;
      for (let index = 0; index < length; index++) {
        rolling = (Math.imul(rolling, multiplier) + text.charCodeAt(index) + 1) | 0;
        if (index >= shingle)
          rolling = (rolling - Math.imul(removed, text.charCodeAt(index - shingle) + 1)) | 0;
        if (index + 1 < shingle && index + 1 < length) continue;
        const hash = mixed(rolling);
        const bin = hash >>> shift;
        if (hash < (bins[bin] as number)) bins[bin] = hash;
      }
      if (length > 0) fillEmpty(bins, filled);
      into.set(bins, at);
    },
  };
}

/** Share of agreeing values: an estimate of the Jaccard index, with a standard error of √(J (1 - J) / values). */
export function estimateJaccard(a: Uint32Array, b: Uint32Array, values: number, atA = 0, atB = 0): number {
  let agreed = 0;
  for (let place = 0; place < values; place++) if (a[atA + place] === b[atB + place]) agreed++;
  return agreed / values;
}

/** The exact Jaccard index of two texts' shingles; 1 for two empty texts. */
export function exactJaccard(a: string, b: string, shingle = 5): number {
  const [left, right] = [shinglesOf(a, shingle), shinglesOf(b, shingle)];
  if (left.size + right.size === 0) return 1;
  let shared = 0;
  for (const text of left) if (right.has(text)) shared++;
  return shared / (left.size + right.size - shared);
}

function shinglesOf(text: string, shingle: number): Set<string> {
  if (text === '') return new Set();
  const shingles = new Set<string>();
  for (let start = 0; start === 0 || start + shingle <= text.length; start++)
    shingles.add(text.slice(start, start + shingle));
  return shingles;
}

/** Each empty bin takes the value of a filled one that its number's hashes choose: the same for all texts with that bin filled. */
function fillEmpty(bins: Uint32Array, filled: Uint32Array): void {
  filled.set(bins);
  for (let bin = 0; bin < bins.length; bin++) {
    if (filled[bin] !== empty) continue;
    for (let attempt = 1; ; attempt++) {
      const value = filled[mixed(bin * 65_537 + attempt) & (bins.length - 1)] as number;
      if (value === empty) continue;
      bins[bin] = value;
      break;
    }
  }
}

/** Of Knuth's linear congruential generator MMIX, cut to 32 bits; odd, so that the rolling hash loses nothing. */
const multiplier = 0x4c957f2d;

function powerOf(base: number, exponent: number): number {
  let power = 1;
  for (let step = 0; step < exponent; step++) power = Math.imul(power, base);
  return power;
}

/** A well-mixed number of 32 bits. Source: finaliser of MurmurHash3 (public domain). */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
