import type { DatasetSlice, LedgerEntry } from '../../schemas/artifact.ts';
import type { NamedColumnDecision } from '../../schemas/column-decision.ts';
import type { Config } from '../../schemas/config.ts';
import type { Problem } from '../../schemas/stage.ts';

/** What an inventory is taken of. */
export interface InventoryWork {
  /** The night's date in the business time zone. */
  readonly dataDate: string;
  readonly timezone: string;
  readonly config: Pick<Config, 'project' | 'sources' | 'currency'>;
  /** Every dataset as this run will publish it. */
  readonly datasets: Readonly<Record<string, readonly DatasetSlice[]>>;
  /** Source → slices that are new or have other content in this run. */
  readonly arrived: Readonly<Record<string, readonly string[]>>;
  /** The datasets of the snapshot before, earlier inventory included. */
  readonly previous: Readonly<Record<string, readonly DatasetSlice[]>>;
  readonly ledger: readonly LedgerEntry[];
  readonly problems: readonly Problem[];
  /** What people decided about columns, in the order they did; absent where nobody did. */
  readonly columnDecisions?: readonly NamedColumnDecision[];
}

/** The slices of a dataset, none where it is absent. */
export function slicesIn(
  datasets: Readonly<Record<string, readonly DatasetSlice[]>>,
  dataset: string,
): readonly DatasetSlice[] {
  return datasets[dataset] ?? [];
}
