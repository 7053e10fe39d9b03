/** How well found clusters agree with the true ones; all from 0 to 1. */
export interface ClusterMetrics {
  readonly pairPrecision: number;
  readonly pairRecall: number;
  readonly pairF1: number;
  readonly b3Precision: number;
  readonly b3Recall: number;
  readonly b3F1: number;
}

/**
 * Compares two clusterings of the same records, given as one cluster number per record.
 *
 * Pairs: of the pairs of records found together, the share that truly are (precision), and the other way round (recall). Without any
 * such pair, 1 where the other side has none either, else 0. B³: per record, the share of its found cluster that is truly with it
 * (precision), and of its true cluster that was found with it (recall), averaged over records.
 * Source: B-cubed, Bagga and Baldwin 1998.
 */
export function clusterMetrics(found: Int32Array, truth: Int32Array): ClusterMetrics {
  const foundSizes = sizesOf(found);
  const trueSizes = sizesOf(truth);
  const together = new Map<number, number>();
  const width = 2 ** 26;
  for (let record = 0; record < found.length; record++) {
    const cell = (found[record] as number) * width + (truth[record] as number);
    together.set(cell, (together.get(cell) ?? 0) + 1);
  }
  let [right, precision, recall] = [0, 0, 0];
  for (const [cell, count] of together) {
    right += pairsIn(count);
    precision += (count * count) / (foundSizes.get(Math.floor(cell / width)) ?? 1);
    recall += (count * count) / (trueSizes.get(cell % width) ?? 1);
  }
  const pairPrecision = shareOf(right, pairsOf(foundSizes), pairsOf(trueSizes));
  const pairRecall = shareOf(right, pairsOf(trueSizes), pairsOf(foundSizes));
  const [b3Precision, b3Recall] = [precision / found.length, recall / found.length];
  return {
    pairPrecision,
    pairRecall,
    pairF1: harmonic(pairPrecision, pairRecall),
    b3Precision,
    b3Recall,
    b3F1: harmonic(b3Precision, b3Recall),
  };
}

/** Pairs of records that lie in one cluster. */
export function pairsTogether(clusters: Int32Array): number {
  return pairsOf(sizesOf(clusters));
}

function sizesOf(clusters: Int32Array): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const cluster of clusters) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  return sizes;
}

function pairsOf(sizes: ReadonlyMap<number, number>): number {
  let pairs = 0;
  for (const size of sizes.values()) pairs += pairsIn(size);
  return pairs;
}

function pairsIn(size: number): number {
  return (size * (size - 1)) / 2;
}

function shareOf(right: number, of: number, others: number): number {
  if (of > 0) return right / of;
  return others === 0 ? 1 : 0;
}

function harmonic(a: number, b: number): number {
  return a + b > 0 ? (2 * a * b) / (a + b) : 0;
}
