import { openStream } from '../math/random.ts';
import type { CellFeatures } from './cell-features.ts';

const flagged = 3;

/**
 * Picks the rows whose labels tell most: one after the other the row whose cells stand for the most cells of which none
 * is labelled yet, counting a kind of cell by the logarithm of its size; a kind that a detector flags counts several times:
 * whether to trust it is what labels tell best.
 *
 * Kinds are cells of a column that look the same to the detectors. Same features and seed, same rows.
 * Source: the tuple sampling of Raha (Mahdavi et al. 2019), with the kinds read off instead of clustered.
 *
 * @param wanted how many; fewer where the table has fewer
 */
export function pickRows(features: CellFeatures, wanted: number, seed: number): number[] {
  const kinds = Array.from({ length: features.rows }, (_, row) =>
    Array.from({ length: features.columns }, (__, column) => `${column} ${features.keyOf(row, column)}`),
  );
  const gains = gainsOf(kinds);
  const order = shuffled(features.rows, seed);
  const covered = new Set<string>();
  const picked: number[] = [];
  while (picked.length < Math.min(wanted, features.rows)) {
    let best = -1;
    let most = -1;
    for (const row of order) {
      if (picked.includes(row)) continue;
      let gain = 0;
      for (const kind of kinds[row] ?? []) gain += covered.has(kind) ? 0 : (gains.get(kind) ?? 0);
      if (gain > most) [best, most] = [row, gain];
    }
    for (const kind of kinds[best] ?? []) covered.add(kind);
    picked.push(best);
  }
  return picked.sort((a, b) => a - b);
}

function gainsOf(kinds: readonly (readonly string[])[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const kind of kinds.flat()) sizes.set(kind, (sizes.get(kind) ?? 0) + 1);
  const isFlagged = (kind: string): boolean => /^\d+ [a-z]/.test(kind);
  return new Map(
    [...sizes].map(([kind, size]) => [kind, Math.log1p(size) * (isFlagged(kind) ? flagged : 1)]),
  );
}

function shuffled(rows: number, seed: number): number[] {
  const random = openStream(seed, 'pick-rows');
  const order = Array.from({ length: rows }, (_, row) => row);
  for (let at = rows - 1; at > 0; at--) {
    const other = random.between(0, at);
    [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
  }
  return order;
}
