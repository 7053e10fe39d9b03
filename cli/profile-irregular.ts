import {
  findIrregularities,
  type Irregularities,
  type Irregularity,
  type IrregularityWork,
} from '../domain/inventory/irregularities.ts';
import { shownValue } from '../domain/inventory/patterns.ts';
import { countText } from '../domain/report/format.ts';
import type { Warehouse } from '../domain/warehouse/warehouse.ts';
import type { ColumnRow } from '../schemas/inventory.ts';
import { table } from './output.ts';

/** Kinds of column that tell another by chance only. */
const noKeys = ['time', 'money', 'quantity', 'number', 'flag'];

/** The irregularities of a dataset: counts of every column, examples of those that the inventory calls not personal. */
export async function irregularitiesOf(
  warehouse: Warehouse,
  work: IrregularityWork,
  known: readonly ColumnRow[],
): Promise<Irregularities> {
  const kinds = new Map(known.map(({ column, kind }) => [column, kind]));
  const mayTell = (column: string): boolean => !noKeys.includes(kinds.get(column) ?? '');
  const { found, skippedPairs } = await findIrregularities(warehouse, { ...work, mayTell });
  const open = new Set(
    known.filter(({ personal, kind }) => !personal && kind !== 'json').map(({ column }) => column),
  );
  const shown = (one: Irregularity): Irregularity['examples'] =>
    open.has(one.column) ? one.examples.map((each) => ({ ...each, value: shownValue(each.value) })) : [];
  return { skippedPairs, found: found.map((one) => ({ ...one, examples: shown(one) })) };
}

/** Irregularities for people, a line each. */
export function irregularityText({ found, skippedPairs }: Irregularities): string {
  const skipped =
    skippedPairs > 0 ? `\n${countText(skippedPairs)} pairs of columns were not compared: too many` : '';
  if (found.length === 0) return `Nothing is irregular.${skipped}`;
  const lines = table(found, [
    { title: 'column', value: ({ column }) => column },
    {
      title: 'irregular',
      value: ({ kind, expected }) => (expected ? `${kind} (${wordOf(kind)} ${expected})` : kind),
    },
    { title: 'values', value: ({ values }) => countText(values), align: 'right' },
    { title: 'rows', value: ({ rows }) => countText(rows), align: 'right' },
    { title: 'for example', value: ({ examples }) => examples.slice(0, 6).map(exampleText).join(', ') },
  ]);
  return `\n${lines}${skipped}`;
}

function wordOf(kind: Irregularity['kind']): string {
  return kind === 'other forms' ? 'than' : 'of';
}

function exampleText({ value, rows }: Irregularity['examples'][number]): string {
  const characters = [...value.replaceAll(/\s+/g, ' ')];
  const short = characters.length <= 24 ? value : `${characters.slice(0, 23).join('')}…`;
  return `${JSON.stringify(short)} ${countText(rows)}`;
}
