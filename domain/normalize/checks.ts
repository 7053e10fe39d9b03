import { nearest } from '../../schemas/config-parse.ts';
import type { Check } from '../../schemas/contract.ts';
import type { EntityColumnType } from '../../schemas/entities.ts';
import { ConfigError } from '../runtime/errors.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import { cleanText } from './text-sql.ts';
import { warehouseTypes } from './type-sql.ts';

/** A check of the contract as it applies to one entity. */
export interface PlannedCheck {
  readonly column: string;
  readonly type: Check['type'];
  readonly severity: Check['severity'];
  /** Stable code, `STK-CONTRACT-<TYPE>`. */
  readonly code: string;
  /** What was expected, in words. */
  readonly message: string;
  /** SQL condition over typed columns under which a row fails; absent for `unique`, which looks at other rows too. */
  readonly fails?: string;
}

/** The columns of one entity that the mapping fills, with their types. */
export type MappedColumns = Readonly<Record<string, EntityColumnType>>;

/**
 * The checks that apply to each entity: a check applies to every entity whose mapping fills its column.
 *
 * `relationships` is left out: references are counted after unification.
 *
 * @throws ConfigError STK-NORMALIZE-CHECK when no entity has the column or the check does not fit its type
 */
export function planChecks(
  source: string,
  checks: readonly Check[],
  mapped: ReadonlyMap<string, MappedColumns>,
): Map<string, PlannedCheck[]> {
  const planned = new Map([...mapped.keys()].map((entity) => [entity, [] as PlannedCheck[]]));
  for (const check of checks) {
    if (check.type === 'relationships') continue;
    const having = [...mapped].filter(([, columns]) => check.column in columns);
    if (having.length === 0) throw unknownColumn(source, check, mapped);
    for (const [entity, columns] of having) {
      planned.get(entity)?.push(planCheck(source, check, columns[check.column] as EntityColumnType));
    }
  }
  return planned;
}

function planCheck(
  source: string,
  check: Exclude<Check, { type: 'relationships' }>,
  type: EntityColumnType,
): PlannedCheck {
  const column = quotedIdentifier(check.column);
  const base = {
    column: check.column,
    type: check.type,
    severity: check.severity,
    code: `STK-CONTRACT-${check.type.replaceAll('_', '-').toUpperCase()}`,
  };
  switch (check.type) {
    case 'not_null':
      return { ...base, message: 'received no value, expected one', fails: `${column} is null` };
    case 'unique':
      return {
        ...base,
        message: 'received a value that an earlier row of the slice has, expected each once',
      };
    case 'accepted_values': {
      const values = check.values.map((value) => valueSql(source, check, type, cleanText(value)));
      const message = `received another value, expected one of ${listed(check.values)}`;
      return { ...base, message, fails: `not (${comparable(column, type)} in (${values.join(', ')}))` };
    }
    case 'not_accepted_values': {
      const values = check.values.map((value) => valueSql(source, check, type, cleanText(value)));
      const message = `received one of the values not accepted: ${listed(check.values)}`;
      return { ...base, message, fails: `${comparable(column, type)} in (${values.join(', ')})` };
    }
    case 'length':
      return { ...base, ...lengthOf(check, column) };
    case 'range':
      return { ...base, ...rangeOf(source, check, column, type) };
    case 'pattern':
      return {
        ...base,
        message: `received a value of another form, expected ${check.regex}`,
        fails: `not regexp_full_match(cast(${column} as varchar), ${quotedString(check.regex)})`,
      };
  }
}

function rangeOf(
  source: string,
  check: Extract<Check, { type: 'range' }>,
  column: string,
  type: EntityColumnType,
): { message: string; fails: string } {
  if (!isNumeric(type)) throw misfit(source, check, `range needs a number, the column is ${type}`);
  const below = check.min === undefined ? [] : [`${column} < ${decimalSql(check.min)}`];
  const above = check.max === undefined ? [] : [`${column} > ${decimalSql(check.max)}`];
  const wanted = [
    ...(check.min === undefined ? [] : [`at least ${check.min}`]),
    ...(check.max === undefined ? [] : [`at most ${check.max}`]),
  ];
  return {
    message: `received a number out of range, expected ${wanted.join(' and ') || 'any'}`,
    fails: [...below, ...above].join(' or ') || 'false',
  };
}

function lengthOf(
  { min, max }: Extract<Check, { type: 'length' }>,
  column: string,
): { message: string; fails: string } {
  const text = `length(cast(${column} as varchar))`;
  const fails = [
    ...(min === undefined ? [] : [`${text} < ${min}`]),
    ...(max === undefined ? [] : [`${text} > ${max}`]),
  ];
  const wanted = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ];
  return {
    message: `received a text of another length, expected ${wanted.join(' and ') || 'any number of'} characters`,
    fails: fails.join(' or ') || 'false',
  };
}

function valueSql(source: string, check: Check, type: EntityColumnType, value: string): string {
  if (!isNumeric(type)) return quotedString(value);
  if (/^[+-]?\d+([.]\d+)?$/.test(value)) return `cast(${quotedString(value)} as ${warehouseTypes[type]})`;
  throw misfit(source, check, `${value} is no number, the column is ${type}`);
}

function comparable(column: string, type: EntityColumnType): string {
  return isNumeric(type) || type === 'text' ? column : `cast(${column} as varchar)`;
}

function isNumeric(type: EntityColumnType): boolean {
  return type === 'money' || type === 'number' || type === 'integer';
}

/** A number as an exact decimal literal; only beyond 1e21 and below 1e-6 JavaScript writes an exponent, a DOUBLE in SQL. */
function decimalSql(value: number): string {
  return `(${String(value)})`;
}

function listed(values: readonly string[]): string {
  return `${values.slice(0, 20).join(', ')}${values.length > 20 ? ` and ${values.length - 20} more` : ''}`;
}

function unknownColumn(
  source: string,
  check: Check,
  mapped: ReadonlyMap<string, MappedColumns>,
): ConfigError {
  const known = [...new Set([...mapped.values()].flatMap((columns) => Object.keys(columns)))];
  const near = nearest(check.column, known);
  const hint = near ? `did you mean ${near}?` : `the mapping fills ${known.join(', ')}`;
  return misfit(source, check, `no entity of this source has that column; ${hint}`);
}

function misfit(source: string, check: Check, why: string): ConfigError {
  return new ConfigError(`Source ${source}, contract check ${check.type} on ${check.column}: ${why}`, {
    code: 'STK-NORMALIZE-CHECK',
    details: { source, check: check.type, column: check.column },
  });
}
