import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import type { PlannedCheck } from './checks.ts';
import type { EntityPlan, PlannedColumn, UnheldColumn } from './entity-plan.ts';
import type { BoundExpression } from './expressions.ts';
import { noRate } from './normalizers-rates.ts';
import { moneyColumnOf } from './rules.ts';
import type { SourceShape } from './source-sql.ts';
import { cleanTextSql } from './text-sql.ts';
import { businessDateSql, castSql, expectedOf, typeFailures, warehouseTypes } from './type-sql.ts';

/** A reason to reject a row. The number of a verdict is its position in `verdictsOf`. */
export interface Verdict {
  /** Entity column, `attributes.<name>` or `where`. */
  readonly column: string;
  /** Stable code, `STK-…`. */
  readonly reason: string;
  /** What was received and expected, in words; never the value. */
  readonly message: string;
  /** SQL condition over the columns of the step it is asked in; absent for `unique`, which comes later. */
  readonly when?: string;
}

/**
 * Every reason to reject a row of an entity, in the order in which the first one counts: a correction that its source column
 * cannot hold, an expression that fails, a
 * type that does not fit and a missing required value by entity column, then the contract's checks as configured,
 * `unique` last.
 */
export function verdictsOf(plan: EntityPlan): Verdict[] {
  const values = [
    ...(plan.unheld ?? []).map(unheldVerdict),
    ...(plan.where ? [failedVerdict(plan.where)] : []),
    ...plan.columns.flatMap((column) => columnVerdicts(plan, column)),
    ...plan.attributes.flatMap(({ value }) => [failedVerdict(value), rateVerdict(plan, value)]),
  ].filter((verdict) => verdict !== undefined);
  const checks = errorChecks(plan);
  return [
    ...values,
    ...checks.filter(({ fails }) => fails !== undefined).map(checkVerdict),
    ...checks.filter(({ fails }) => fails === undefined).map(checkVerdict),
  ];
}

/** The checks that only count, in configured order; column `w:<position>` of the judged table tells who fails. */
export function warningsOf(plan: EntityPlan): PlannedCheck[] {
  return plan.checks.filter(({ severity }) => severity === 'warn');
}

/** The entity's typed columns in catalogue order, `attributes` last, `event_date` behind for events. */
export function typedColumns(plan: EntityPlan): { readonly name: string; readonly type: string }[] {
  return [
    ...plan.columns.map(({ name, type }) => ({ name, type: warehouseTypes[type] })),
    { name: 'attributes', type: warehouseTypes.json },
    ...(plan.kind === 'event' ? [{ name: 'event_date', type: 'DATE' }] : []),
  ];
}

/** Name of the table of an entity's mapped and judged rows. */
export function judgedTable(plan: EntityPlan): string {
  return `judged_${plan.entity}`;
}

/**
 * Table `judged_<entity>`: one row per source row, mapped, typed and judged.
 *
 * `kept` = the mapping's `where` holds; `verdict` = number of the first reason to reject a kept row, null for a good one;
 * `also` = the other columns with a reason; `w:<n>` = the n-th warning check fails. A step per CTE, because a condition
 * of one needs the columns of the one before: `given` (expressions), `valued` (their values and whether they failed),
 * `typed`, `priced` (currency filled in), `judged`, one per `unique` check. Columns `e:`, `v:` and `x:` are named by slot,
 * because DuckDB does not tell attributes apart that differ in case only.
 */
export function judgedSql(plan: EntityPlan, shape: SourceShape): string {
  const steps = [
    { name: 'given', sql: givenSql(plan, shape) },
    { name: 'valued', sql: valuedSql(plan, shape) },
    { name: 'typed', sql: typedSql(plan) },
    { name: 'priced', sql: pricedSql(plan) },
    { name: 'judged', sql: verdictSql(plan) },
    ...uniqueSteps(plan),
  ];
  const last = steps.at(-1)?.name ?? 'judged';
  const ctes = steps.map(({ name, sql }) => `${name} as (\n${sql}\n)`).join(',\n');
  const dated = plan.kind === 'event' ? [`${businessDateSql(q('time'), plan.timezone)} as event_date`] : [];
  const columns = [...plan.columns.map(({ name }) => q(name)), 'attributes', ...dated];
  const warnings = warningsOf(plan).map((check, index) => `${warningSql(check)} as ${q(`w:${index}`)}`);
  return `with ${ctes}
select
  ${[...rowColumns, 'kept', 'cast(verdict as smallint) as verdict', `${alsoSql(plan)} as also`].join(',\n  ')},
  ${[...columns, ...warnings].join(',\n  ')}
from ${last}`;
}

const q = quotedIdentifier;
const rowColumns = ['row_id', 'ordinal', 'file', 'line'];
/** A row that is of this entity and has no reason against it so far. */
const alive = '(kept and verdict is null)';

function expressionsIn(plan: EntityPlan): BoundExpression[] {
  return [
    ...plan.columns.flatMap(({ value }) => (value ? [value] : [])),
    ...plan.attributes.map(({ value }) => value),
    ...(plan.where ? [plan.where] : []),
  ];
}

function givenSql(plan: EntityPlan, shape: SourceShape): string {
  const own = [q(shape.row), q(shape.ordinal), '_file', '_line'];
  const columns = [...own, ...expressionsIn(plan).map(({ slot, bound }) => `${bound} as ${q(`e:${slot}`)}`)];
  return `  select\n    ${columns.join(',\n    ')}\n  from source`;
}

function valuedSql(plan: EntityPlan, shape: SourceShape): string {
  const values = expressionsIn(plan).flatMap((expression) => {
    const given = q(`e:${expression.slot}`);
    const value = expression.guarded ? `${given}[1]` : given;
    const asText = expression.type.startsWith('ENUM(') ? `cast(${value} as varchar)` : value;
    return [
      `${asText} as ${q(`v:${expression.slot}`)}`,
      ...(expression.guarded ? [`${given} is null as ${q(`x:${expression.slot}`)}`] : []),
    ];
  });
  const own = [
    `${q(shape.row)} as row_id`,
    `${q(shape.ordinal)} as ordinal`,
    '_file as file',
    '_line as line',
  ];
  return `  select\n    ${[...own, ...values].join(',\n    ')}\n  from given`;
}

function typedSql(plan: EntityPlan): string {
  const failed = expressionsIn(plan).flatMap(({ guarded, slot }) => (guarded ? [q(`x:${slot}`)] : []));
  const values = plan.columns.flatMap(({ type, value }) =>
    value && (type !== 'text' || plan.convertsMoney) ? [q(`v:${value.slot}`)] : [],
  );
  const columns = plan.columns.map((column) => `${typedColumnSql(plan, column)} as ${q(column.name)}`);
  const attributes = plan.convertsMoney ? plan.attributes.map(({ value }) => q(`v:${value.slot}`)) : [];
  const all = [
    ...rowColumns,
    `${keptSql(plan)} as kept`,
    ...failed,
    ...values,
    ...attributes,
    ...columns,
    `${attributesSql(plan)} as attributes`,
  ];
  return `  select\n    ${all.join(',\n    ')}\n  from valued`;
}

function typedColumnSql(plan: EntityPlan, { type, value }: PlannedColumn): string {
  if (!value) return `cast(null as ${warehouseTypes[type]})`;
  const column = q(`v:${value.slot}`);
  // A bare text column of the source is clean already.
  if (type === 'text' && !value.guarded && value.type === 'VARCHAR') return column;
  return castSql(type, column, value.type, plan.timezone);
}

function keptSql({ where }: EntityPlan): string {
  if (!where) return 'true';
  const holds = `coalesce(try_cast(${q(`v:${where.slot}`)} as boolean), false)`;
  return where.guarded ? `(${holds} or ${q(`x:${where.slot}`)})` : holds;
}

/** One JSON object of the values that are there; null when none is. JSON has no NaN or infinity: they become texts. */
function attributesSql(plan: EntityPlan): string {
  if (plan.attributes.length === 0) return 'cast(null as varchar)';
  const members = plan.attributes.map(({ name, value: { slot, type, guarded } }) => {
    const value = q(`v:${slot}`);
    const label = quotedString(`${JSON.stringify(name)}:`);
    const clean = type === 'VARCHAR' && guarded ? cleanTextSql(value) : value;
    const json = /^(FLOAT|DOUBLE)$/.test(type)
      ? `case when isfinite(${value}) then to_json(${value}) else to_json(cast(${value} as varchar)) end`
      : `to_json(${clean})`;
    return `${label} || cast(${json} as varchar)`;
  });
  const object = `concat_ws(',', ${members.join(', ')})`;
  return `'{' || nullif(${object}, '') || '}'`;
}

function pricedSql(plan: EntityPlan): string {
  const money = moneyColumnOf(plan.entity);
  if (money === undefined) return '  select * from typed';
  const own = `case when ${q(money)} is not null then ${quotedString(plan.currency)} end`;
  return `  select * replace (coalesce(currency, ${own}) as currency) from typed`;
}

function verdictSql(plan: EntityPlan): string {
  const cases = verdictsOf(plan).flatMap((verdict, number) =>
    verdict.when === undefined ? [] : [`when ${verdict.when}${notWaived(plan, verdict)} then ${number}`],
  );
  const verdict = cases.length > 0 ? `case ${cases.join('\n      ')} end` : 'null';
  return `  select *,\n    case when kept then ${verdict} end as verdict\n  from priced`;
}

/** Rows rejected by an earlier step neither fail nor occupy a value. */
function uniqueSteps(plan: EntityPlan): { name: string; sql: string }[] {
  const unique = verdictsOf(plan).flatMap((verdict, number) =>
    verdict.when === undefined ? [{ verdict, number }] : [],
  );
  return unique.map(({ verdict, number }, index) => ({
    name: `unique_${index}`,
    sql: `  select * replace (coalesce(verdict, case when ${repeatedSql(verdict.column)}${notWaived(plan, verdict)} then ${number} end) as verdict)
  from ${index === 0 ? 'judged' : `unique_${index - 1}`}`,
  }));
}

function notWaived({ entity, waived = [] }: EntityPlan, { column, reason }: Verdict): string {
  if (!waived.some((one) => one.column === column && one.reason === reason)) return '';
  const rows = `select row_id from waived where entity = ${quotedString(entity)} and "column" = ${quotedString(column)} and reason = ${quotedString(reason)}`;
  return ` and row_id not in (${rows})`;
}

function repeatedSql(column: string): string {
  const position = `row_number() over (partition by ordinal, ${alive}, ${q(column)} order by row_id)`;
  return `(${alive} and ${q(column)} is not null and ${position} > 1)`;
}

function warningSql({ column, fails }: PlannedCheck): string {
  return fails === undefined ? repeatedSql(column) : `(${alive} and coalesce(${fails}, false))`;
}

function alsoSql(plan: EntityPlan): string {
  const byColumn = new Map<string, { numbers: number[]; conditions: string[] }>();
  for (const [number, { column, when }] of verdictsOf(plan).entries()) {
    const known = byColumn.get(column) ?? { numbers: [], conditions: [] };
    known.numbers.push(number);
    if (when !== undefined) known.conditions.push(when);
    byColumn.set(column, known);
  }
  const others = [...byColumn].flatMap(([column, { numbers, conditions }]) =>
    conditions.length === 0
      ? []
      : [
          `case when verdict not in (${numbers.join(', ')}) and (${conditions.join(' or ')}) then ${quotedString(column)} end`,
        ],
  );
  if (others.length === 0) return 'cast(null as varchar)';
  return `case when verdict is not null then nullif(concat_ws(', ', ${others.join(',\n    ')}), '') end`;
}

function errorChecks(plan: EntityPlan): PlannedCheck[] {
  return plan.checks.filter(({ severity }) => severity === 'error');
}

function checkVerdict({ column, code, message, fails }: PlannedCheck): Verdict {
  return {
    column,
    reason: code,
    message,
    ...(fails === undefined ? {} : { when: `coalesce(${fails}, false)` }),
  };
}

/** A value that people decided on counts or is told; the row never goes on with the received one. */
function unheldVerdict({ cell, name, type }: UnheldColumn): Verdict {
  return {
    column: name,
    reason: 'STK-NORMALIZE-FIX',
    message: `received a correction that the source column cannot hold, expected ${type}; take it back (stocktake quarantine decisions) and decide again`,
    when: `(row_id in (select row_id from unheld where cell = ${cell}))`,
  };
}

function failedVerdict({ column, slot, guarded }: BoundExpression): Verdict | undefined {
  if (!guarded) return undefined;
  return {
    column,
    reason: 'STK-NORMALIZE-EXPRESSION',
    message:
      'the expression of the mapping failed on this row, expected a value or null (use try_cast, try_strptime)',
    when: q(`x:${slot}`),
  };
}

/** An amount without a rate is no other amount: its row is set aside, whatever the column. */
function rateVerdict(
  { convertsMoney }: EntityPlan,
  { column, slot, type }: BoundExpression,
): Verdict | undefined {
  if (!convertsMoney || type !== 'VARCHAR') return undefined;
  return {
    column,
    reason: 'STK-NORMALIZE-RATE',
    message:
      'received an amount in a currency without a rate on its day or before, expected one in the table of rates (rates in the configuration)',
    when: `coalesce(starts_with(${q(`v:${slot}`)}, ${quotedString(noRate)}), false)`,
  };
}

function columnVerdicts(
  plan: EntityPlan,
  { name, type, required, value }: PlannedColumn,
): (Verdict | undefined)[] {
  if (!value) return [];
  const given = q(`v:${value.slot}`);
  const wrong = typeFailures(type, given, value.type).map(
    ({ when, received }): Verdict => ({
      column: name,
      reason: 'STK-NORMALIZE-TYPE',
      message: `received ${received}, expected ${expectedOf(type)}`,
      when: `(${given} is not null and ${q(name)} is null and (${when}))`,
    }),
  );
  const missing: Verdict = {
    column: name,
    reason: 'STK-NORMALIZE-MISSING',
    message: `received no value, expected ${expectedOf(type)}`,
    when: `(${q(name)} is null)`,
  };
  return [failedVerdict(value), rateVerdict(plan, value), ...wrong, ...(required ? [missing] : [])];
}
