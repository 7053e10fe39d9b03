/** Why a cell is held to be wrong. */
export type Reason =
  | 'missing-spelling'
  | 'mixed-unit'
  | 'lost-precision'
  | 'number-format'
  | 'time-format'
  | 'shifted-value'
  | 'dependency'
  | 'missing-value'
  | 'scale-slip'
  | 'typo'
  | 'pattern'
  | 'learned';

/**
 * One cell held to be wrong. `row` counts from 0 below the header; `confidence` is in (0, 1].
 *
 * Without `repair` the right value cannot be told from the data: the cell is flagged, not guessed.
 */
export interface Finding {
  readonly row: number;
  readonly column: string;
  readonly value: string;
  readonly reason: Reason;
  readonly confidence: number;
  readonly repair?: string;
}
