import type { Field } from '../domain/catalog/catalog.ts';
import type { ColumnOrigin, RowFilter } from '../domain/catalog/lineage.ts';
import { isPlain, mappedExpressions } from '../domain/inventory/mapping-columns.ts';
import type { Warehouse } from '../domain/warehouse/warehouse.ts';
import { entities, entityNames } from '../schemas/entities.ts';
import type { Plan } from '../schemas/plan.ts';

/** Where columns come from, as far as the mapping knows it. */
export interface Origins {
  readonly origins: readonly ColumnOrigin[];
  readonly filters: readonly RowFilter[];
}

/**
 * Works out from a run's frozen mapping which columns of a source each clean column is made of, and which clean columns
 * each unified column.
 *
 * @param fields columns of the datasets the run made
 */
export async function columnOrigins(
  warehouse: Warehouse,
  { config }: Plan,
  fields: Readonly<Record<string, readonly Field[]>>,
): Promise<Origins> {
  const origins: ColumnOrigin[] = [];
  const filters: RowFilter[] = [];
  for (const [name, source] of Object.entries(config.sources)) {
    const raw = `raw.${name}`;
    const columns = (fields[raw] ?? []).map((field) => field.name);
    for (const found of await mappedExpressions(warehouse, source, columns)) {
      const dataset = `clean.${name}.${found.entity}`;
      const from = found.reads.map((column) => ({ dataset: raw, column }));
      if (found.target === 'where') filters.push({ dataset, expression: found.expression, from });
      else
        origins.push({
          dataset,
          column: found.target.split('.')[0] ?? found.target,
          how: found.target.startsWith('attributes.')
            ? `${found.target} = ${found.expression}`
            : found.expression,
          identity: isPlain(found) && !found.target.startsWith('attributes.'),
          from,
        });
    }
  }
  return { origins: [...origins, ...unifiedOrigins(config, fields)], filters };
}

/** Unified columns keep the names of the clean ones. Records are merged, so their values are chosen, not copied. */
function unifiedOrigins(
  { sources }: Plan['config'],
  fields: Readonly<Record<string, readonly Field[]>>,
): ColumnOrigin[] {
  return entityNames.flatMap((entity) => {
    const record = entities[entity].kind === 'record';
    const from = Object.entries(sources)
      .filter(([, source]) => source.entities[entity])
      .map(([name]) => `clean.${name}.${entity}`);
    const columns = Object.keys(entities[entity].columns).filter((column) =>
      fields[`unified.${entity}`]?.some(({ name }) => name === column),
    );
    return columns.map(
      (column): ColumnOrigin => ({
        dataset: `unified.${entity}`,
        column,
        how: record ? 'chosen among the records that are one' : 'taken over once',
        identity: !record,
        from: from
          .filter((dataset) => fields[dataset]?.some(({ name }) => name === column))
          .map((dataset) => ({ dataset, column })),
      }),
    );
  });
}
