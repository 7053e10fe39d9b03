import { type EntityColumnType, type EntityName, entities } from '../../schemas/entities.ts';
import type { Mapping, Source } from '../../schemas/source.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { PlannedCheck } from './checks.ts';
import { type BoundExpression, bindExpressions, type Expression } from './expressions.ts';
import { convertsMoney } from './own-normalizers.ts';
import { mappedEntities, type Rules } from './rules.ts';
import type { SourceShape } from './source-sql.ts';

/** One column of an entity and the expression that fills it, if any. */
export interface PlannedColumn {
  readonly name: string;
  readonly type: EntityColumnType;
  readonly required: boolean;
  readonly value?: BoundExpression;
}

/** A source column that people gave a value its type cannot hold. `cell` is its place among the source's columns. */
export interface UnheldColumn {
  readonly cell: number;
  readonly name: string;
  readonly type: string;
}

/** How one source becomes one entity, every expression fitted to the files at hand. */
export interface EntityPlan {
  readonly entity: EntityName;
  readonly kind: 'record' | 'event';
  /** The entity's columns in catalogue order, without `attributes`. */
  readonly columns: readonly PlannedColumn[];
  /** Further facts, sorted by name. */
  readonly attributes: readonly { readonly name: string; readonly value: BoundExpression }[];
  readonly where?: BoundExpression;
  readonly checks: readonly PlannedCheck[];
  /** Verdicts that a person's decision waives for the rows that the table `waived` names. */
  readonly waived?: readonly { readonly column: string; readonly reason: string }[];
  /** Source columns with a correction they cannot hold; the table `unheld` names the rows. */
  readonly unheld?: readonly UnheldColumn[];
  /** Columns that identify a record, or an event where the mapping names them. */
  readonly key: readonly string[];
  readonly namespace: string;
  readonly duplicates: Source['duplicates'];
  readonly timezone: string;
  readonly currency: string;
  /** An expression converts money by a table of rates: rows without a rate are rejected. Default: none does. */
  readonly convertsMoney?: boolean;
}

/** Fits every expression of a source to the view `source`. @throws ConfigError STK-NORMALIZE-EXPRESSION */
export async function planEntities(
  warehouse: Warehouse,
  rules: Rules,
  shape: SourceShape,
): Promise<EntityPlan[]> {
  const wanted = mappedEntities(rules.source).flatMap((entity) =>
    expressionsOf(entity, rules.source.entities[entity] as Mapping),
  );
  const bound = await bindExpressions(warehouse, rules.name, shape, wanted);
  return mappedEntities(rules.source).map((entity) =>
    planEntity(
      entity,
      rules,
      bound.filter((expression) => expression.entity === entity),
      rules.checks.get(entity) ?? [],
    ),
  );
}

function expressionsOf(entity: EntityName, mapping: Mapping): Expression[] {
  const attributes = Object.entries(mapping.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...Object.entries(mapping.columns).map(([column, sql]) => ({ entity, column, sql })),
    ...attributes.map(([name, sql]) => ({ entity, column: `attributes.${name}`, sql })),
    ...(mapping.where === undefined ? [] : [{ entity, column: 'where', sql: mapping.where }]),
  ];
}

function planEntity(
  entity: EntityName,
  { source, timezone, currency, normalizers = {} }: Rules,
  bound: readonly BoundExpression[],
  checks: readonly PlannedCheck[],
): EntityPlan {
  const { columns, key, kind } = entities[entity];
  const mapping = source.entities[entity] as Mapping;
  const where = bound.find(({ column }) => column === 'where');
  const own = Object.entries(columns).filter(([name]) => name !== 'attributes');
  return {
    entity,
    kind,
    columns: own.map(([name, { type, required }]) => {
      const value = bound.find(({ column }) => column === name);
      return { name, type, required, ...(value ? { value } : {}) };
    }),
    attributes: bound
      .filter(({ column }) => column.startsWith('attributes.'))
      .map((value) => ({ name: value.column.slice('attributes.'.length), value })),
    ...(where ? { where } : {}),
    checks,
    key: kind === 'record' ? key : mapping.key,
    namespace: mapping.namespace,
    duplicates: source.duplicates,
    timezone,
    currency,
    ...(convertsMoney(source, normalizers) ? { convertsMoney: true } : {}),
  };
}
