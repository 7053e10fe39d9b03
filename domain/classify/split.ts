import { openStream } from '../math/random.ts';

/** Row numbers of two parts, each ascending. */
export interface Split {
  readonly train: Int32Array;
  readonly held: Int32Array;
}

/**
 * Splits rows into a part to train on and a part held out, label by label, seeded.
 *
 * Each label gives `share` of its rows (rounded), but keeps at least one to train on; a label with one row gives none.
 */
export function stratifiedSplit(labels: readonly string[], share: number, seed: number): Split {
  const byLabel = new Map<string, number[]>();
  for (const [row, label] of labels.entries()) {
    const rows = byLabel.get(label);
    if (rows) rows.push(row);
    else byLabel.set(label, [row]);
  }
  const held = new Uint8Array(labels.length);
  for (const [label, rows] of byLabel) {
    const random = openStream(seed, 'split', label);
    const count = Math.min(rows.length - 1, Math.round(rows.length * share));
    for (let taken = 0; taken < count; taken++) {
      const at = random.between(taken, rows.length - 1);
      [rows[taken], rows[at]] = [rows[at] as number, rows[taken] as number];
      held[rows[taken] as number] = 1;
    }
  }
  const all = Int32Array.from(labels.keys());
  return { train: all.filter((row) => held[row] === 0), held: all.filter((row) => held[row] === 1) };
}
