import { jaroWinkler } from '../math/string-likeness.ts';
import { type FeatureGroup, unknown, unknowns } from './pair-feature-row.ts';
import type { TextView } from './pair-profiles.ts';

/** Two texts of one column: equal, one inside the other, Jaro-Winkler where both are short (to 32 signs), missing on a side. */
export const valueGroup: FeatureGroup<TextView> = {
  names: ['equal', 'inside', 'jaroWinkler', 'missing'],
  write(row, left, right) {
    const missing = (left.isEmpty ? 1 : 0) + (right.isEmpty ? 2 : 0);
    if (missing > 0) {
      unknowns(row, 3);
    } else {
      const [a, b] = [left.squashed, right.squashed];
      row.put(a === b ? 1 : 0);
      row.put(a.includes(b) || b.includes(a) ? 1 : 0);
      row.put(Math.max(a.length, b.length) <= 32 ? jaroWinkler(a, b) : unknown);
    }
    row.put(missing);
  },
};

/** Two numbers of one column: smaller by larger, signed log of their quotient, difference, missing on a side. */
export const amountGroup: FeatureGroup<number> = {
  names: ['ratio', 'logQuotient', 'difference', 'missing'],
  write(row, left, right) {
    const missing = (Number.isNaN(left) ? 1 : 0) + (Number.isNaN(right) ? 2 : 0);
    if (missing > 0) {
      unknowns(row, 3);
    } else {
      const isPositive = left > 0 && right > 0;
      row.put(left === right ? 1 : isPositive ? Math.min(left, right) / Math.max(left, right) : unknown);
      row.put(isPositive ? Math.log(left / right) : unknown);
      row.put(Math.abs(left - right));
    }
    row.put(missing);
  },
};
