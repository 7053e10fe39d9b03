import type { z } from 'zod';
import { type EntityColumnType, type EntityName, entities, entityNames } from './entities.ts';
import type { Source } from './source.ts';
import type { TableCheck } from './table-check.ts';

type Sources = Readonly<Record<string, Source>>;
type Typed = readonly [entity: EntityName, type: EntityColumnType];

/** The entities of a source whose mapping fills a column, with its type there. */
export function entitiesFilling(source: Source, column: string, only?: EntityName): Typed[] {
  return entityNames
    .filter((entity) => only === undefined || only === entity)
    .filter((entity) => column in (source.entities[entity]?.columns ?? {}))
    .map((entity) => [entity, entities[entity].columns[column]?.type ?? 'text'] as const);
}

/** Whether values of a type are compared as numbers. */
export function isNumeric(type: EntityColumnType): boolean {
  return type === 'money' || type === 'number' || type === 'integer';
}

/** Adds an issue for every table check that names a source or column that is not there, or one of an unfit type. */
export function checkTableReferences(sources: Sources, context: z.RefinementCtx): void {
  for (const [name, source] of Object.entries(sources)) {
    for (const [index, check] of source.contract.tableChecks.entries()) {
      const why = misfitOf(sources, source, check);
      if (why === undefined) continue;
      context.addIssue({
        code: 'custom',
        path: [name, 'contract', 'tableChecks', index],
        message: `${check.type}: ${why}`,
      });
    }
  }
}

function misfitOf(sources: Sources, source: Source, check: TableCheck): string | undefined {
  if ('to' in check && !sources[check.to.source])
    return `there is no source ${check.to.source}; there are ${Object.keys(sources).join(', ')}`;
  switch (check.type) {
    case 'row_count':
    case 'equal_rowcount':
    case 'row_count_ratio':
      return undefined;
    case 'expression_is_true':
      return unfitPair(source, check.left, check.right, check.entity);
    default: {
      const filled = entitiesFilling(source, check.column, check.entity);
      if (filled.length === 0) return unknownColumn(source, check.column);
      if (check.type === 'relationships') return unfitTarget(sources[check.to.source], check.to.column);
      if (check.type === 'distribution') return unfitFigures(check, filled);
      return unfitValue(check.column, check.values, filled);
    }
  }
}

function unfitTarget(source: Source | undefined, column: string): string | undefined {
  return source && entitiesFilling(source, column).length === 0 ? unknownColumn(source, column) : undefined;
}

function unfitFigures(
  check: Extract<TableCheck, { type: 'distribution' }>,
  filled: readonly Typed[],
): string | undefined {
  const unfit = unfitValue(check.column, Object.keys(check.shares), filled);
  if (unfit !== undefined) return unfit;
  const text = filled.find(([, type]) => !isNumeric(type));
  return text && (check.mean || check.quantiles.length > 0)
    ? `mean and quantiles need a number, ${text[0]}.${check.column} is ${text[1]}`
    : undefined;
}

function unfitValue(column: string, values: readonly string[], filled: readonly Typed[]): string | undefined {
  const number = filled.find(([, type]) => isNumeric(type));
  const wrong = number && values.find((value) => !/^[+-]?\d+([.]\d+)?$/.test(value));
  return wrong === undefined
    ? undefined
    : `${wrong} is no number, ${number?.[0]}.${column} is ${number?.[1]}`;
}

function unfitPair(source: Source, left: string, right: string, only?: EntityName): string | undefined {
  const rights = new Map(entitiesFilling(source, right, only));
  const both = entitiesFilling(source, left, only).filter(([entity]) => rights.has(entity));
  if (both.length === 0)
    return `no entity of the source has both ${left} and ${right}; ${unknownColumn(source, left)}`;
  const unlike = both.find(([entity, type]) => familyOf(type) !== familyOf(rights.get(entity) ?? 'json'));
  return unlike
    ? `${unlike[0]}.${left} is ${unlike[1]} and ${right} is ${rights.get(unlike[0])}, expected columns of one kind`
    : undefined;
}

function familyOf(type: EntityColumnType): string {
  if (isNumeric(type)) return 'number';
  return type === 'time' || type === 'date' ? 'time' : type;
}

function unknownColumn(source: Source, column: string): string {
  const known = entityNames.flatMap((entity) => Object.keys(source.entities[entity]?.columns ?? {}));
  return `the mapping fills no ${column}; it fills ${[...new Set(known)].join(', ')}`;
}
