import type { CsrMatrix } from '../math/sparse.ts';
import { type ModelTensors, tensorOf } from './classifier.ts';
import { type TermKind, visitTerms } from './text-terms.ts';

/** Which terms become features. */
export interface TfIdfOptions {
  /** Texts a term must stand in. Default 2. */
  readonly minTexts?: number;
  /** Most features kept, the most frequent first. Default 200 000. */
  readonly maxFeatures?: number;
}

/** A term of one text and the feature it counts for. */
export interface TermOfText {
  readonly column: number;
  readonly term: string;
  /** The word a piece was first cut from; else the term. */
  readonly word: string;
  readonly kind: TermKind;
}

/** Turns texts into rows of numbers, learned from training texts only. */
export interface TfIdf {
  /** Number of features. */
  readonly width: number;
  /** One row a text; a text without a known term gives an empty row. */
  transform(texts: readonly string[]): CsrMatrix;
  /** The known terms of a text in order of first appearance, each once: what the columns of its row mean. */
  termsOf(text: string): TermOfText[];
  toTensors(): ModelTensors;
}

/**
 * Learns TF-IDF features: terms that stand in at least `minTexts` texts, weight `1 + ln(count)` times
 * `ln((1 + n) / (1 + texts)) + 1`, each row of L2 norm 1. Words and pieces of words share one row and one norm.
 *
 * Columns are ordered by the term's hash. Two terms with one 32-bit hash share a feature (about 5 in 100 000 at 200 000).
 * Source: scikit-learn's TfidfTransformer (smooth_idf, sublinear_tf).
 */
export function fitTfIdf(texts: readonly string[], options: TfIdfOptions = {}): TfIdf {
  const { minTexts = 2, maxFeatures = 200_000 } = options;
  const counts = new Map<number, number>();
  const lastSeen = new Map<number, number>();
  for (const [index, text] of texts.entries()) {
    visitTerms(text, (hash) => {
      if (lastSeen.get(hash) === index) return;
      lastSeen.set(hash, index);
      counts.set(hash, (counts.get(hash) ?? 0) + 1);
    });
  }
  const kept = [...counts]
    .filter(([, count]) => count >= minTexts)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, maxFeatures)
    .sort((a, b) => a[0] - b[0]);
  const hashes = Uint32Array.from(kept, ([hash]) => hash);
  const idf = Float32Array.from(kept, ([, count]) => Math.log((1 + texts.length) / (1 + count)) + 1);
  return createTfIdf(hashes, idf);
}

/**
 * Reads TF-IDF features written by `toTensors`.
 *
 * @throws ModelError STK-MODEL-TENSOR-MISSING when a tensor is not there
 */
export function tfIdfFromTensors(model: ModelTensors): TfIdf {
  const halves = tensorOf(model, 'hashes').data;
  const hashes = new Uint32Array(halves.length / 2);
  for (let column = 0; column < hashes.length; column++) {
    hashes[column] = (halves[2 * column] as number) * 65_536 + (halves[2 * column + 1] as number);
  }
  return createTfIdf(hashes, tensorOf(model, 'idf').data);
}

function createTfIdf(hashes: Uint32Array, idf: Float32Array): TfIdf {
  const columnOf = new Map<number, number>();
  for (const [column, hash] of hashes.entries()) columnOf.set(hash, column);
  return {
    width: hashes.length,
    transform: (texts) => transform(texts, columnOf, idf),
    termsOf: (text) => termsOf(text, columnOf),
    toTensors: () => ({
      metadata: { kind: 'tf-idf', version: '1' },
      tensors: {
        hashes: { shape: [hashes.length, 2], data: halvesOf(hashes) },
        idf: { shape: [idf.length], data: idf },
      },
    }),
  };
}

/** Upper and lower 16 bits of each hash: a 32-bit float holds both exactly, not the whole. */
function halvesOf(hashes: Uint32Array): Float32Array {
  const halves = new Float32Array(2 * hashes.length);
  for (const [column, hash] of hashes.entries()) {
    halves[2 * column] = hash >>> 16;
    halves[2 * column + 1] = hash & 0xffff;
  }
  return halves;
}

function transform(
  texts: readonly string[],
  columnOf: ReadonlyMap<number, number>,
  idf: Float32Array,
): CsrMatrix {
  const offsets = new Int32Array(texts.length + 1);
  const columns: Int32Array[] = [];
  const values: Float32Array[] = [];
  for (const [row, text] of texts.entries()) {
    const counts = new Map<number, number>();
    visitTerms(text, (hash) => {
      const column = columnOf.get(hash);
      if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
    });
    const found = Int32Array.from(counts.keys()).sort();
    columns.push(found);
    values.push(weigh(found, counts, idf));
    offsets[row + 1] = (offsets[row] as number) + found.length;
  }
  return {
    rows: texts.length,
    width: idf.length,
    offsets,
    columns: joined(columns, new Int32Array(offsets[texts.length] as number)),
    values: joined(values, new Float32Array(offsets[texts.length] as number)),
  };
}

function weigh(found: Int32Array, counts: ReadonlyMap<number, number>, idf: Float32Array): Float32Array {
  const weights = Float64Array.from(
    found,
    (column) => (1 + Math.log(counts.get(column) ?? 1)) * (idf[column] as number),
  );
  let squares = 0;
  for (const weight of weights) squares += weight * weight;
  const norm = Math.sqrt(squares) || 1;
  return Float32Array.from(weights, (weight) => weight / norm);
}

function joined<Values extends Int32Array | Float32Array>(pieces: readonly Values[], out: Values): Values {
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

function termsOf(text: string, columnOf: ReadonlyMap<number, number>): TermOfText[] {
  const found = new Map<number, TermOfText>();
  visitTerms(text, (hash, kind, part, from, to) => {
    const column = columnOf.get(hash);
    if (column !== undefined && !found.has(column)) {
      const term = part.slice(from, to);
      found.set(column, { column, term, word: kind === 'piece' ? part.trim() : term, kind });
    }
  });
  return [...found.values()];
}
