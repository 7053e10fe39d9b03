import { quotedString } from '../domain/warehouse/quoting.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { currentSnapshot, readTable } from './read-table.ts';
import { openReading } from './session.ts';

/** What `stocktake labels` takes. */
export interface LabelsOptions {
  /** Only labels of one user or item. */
  readonly id?: string;
  readonly limit: number;
}

const keys = { items: 'item_id', users: 'user_id' } as const;

/** `stocktake labels items|users`: who is labelled what, how sure, and by which model. */
export async function labels(
  kind: 'items' | 'users',
  options: LabelsOptions,
  globals: GlobalOptions,
): Promise<number> {
  const { store, out } = await openReading(globals);
  const snapshot = await currentSnapshot(store);
  const key = keys[kind];
  const rows = await readTable(
    store,
    snapshot,
    `label.${kind}`,
    (relation) => `select ${key} as id, label_kind, label, confidence::double as confidence, model_version
from ${relation}
${options.id === undefined ? '' : `where ${key} = ${quotedString(options.id)}`}
order by ${key}, label_kind, confidence desc, label
limit ${options.limit}`,
  );
  if (globals.json) {
    out.json({ dataDate: snapshot.dataDate, kind, labels: rows });
    return 0;
  }
  if (rows.length === 0) {
    out.data(
      options.id === undefined
        ? `No ${kind} are labelled yet; labels come with the next night: stocktake run`
        : `Nothing is labelled ${options.id} in snapshot ${snapshot.number}`,
    );
    return 0;
  }
  out.data(
    table(rows, [
      { title: kind === 'items' ? 'item' : 'user', value: (row) => String(row.id) },
      { title: 'kind', value: (row) => String(row.label_kind) },
      { title: 'label', value: (row) => (row.label === null ? '(not sure)' : String(row.label)) },
      { title: 'confidence', value: (row) => Number(row.confidence).toFixed(2), align: 'right' },
      { title: 'given by', value: (row) => String(row.model_version) },
    ]),
  );
  return 0;
}
