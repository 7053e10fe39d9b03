/** Kinds of difference between two inventories, gravest first. */
export const differenceKinds = [
  'asset_removed',
  'column_dropped',
  'column_renamed',
  'column_retyped',
  'check_changed',
  'asset_added',
  'column_added',
  'columns_reordered',
  'personal_changed',
  'meaning_changed',
  'nulls_changed',
  'health_changed',
  'rows_changed',
  'freshness_changed',
] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

/** One difference. `before` and `after` are empty where that side has nothing. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly asset: string;
  /** The column, or empty for the asset as a whole. */
  readonly column: string;
  readonly before: string;
  readonly after: string;
  /** Whether a reader of the data can fail because of it. */
  readonly breaking: boolean;
  /** The difference in a sentence for people, in English. */
  readonly sentence: string;
}
