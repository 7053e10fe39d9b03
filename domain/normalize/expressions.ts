import { nearest } from '../../schemas/config-parse.ts';
import { ConfigError, messageOf, SqlError } from '../runtime/errors.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import type { Row, Warehouse } from '../warehouse/warehouse.ts';
import type { SourceShape } from './source-sql.ts';

/** One SQL expression of a mapping and what it is for. */
export interface Expression {
  readonly entity: string;
  /** Entity column, `attributes.<name>` or `where`. */
  readonly column: string;
  /** As the user wrote it. */
  readonly sql: string;
}

/** An expression that fits the source. */
export interface BoundExpression extends Expression {
  /**
   * What stands in the statement. A bare column as it is; anything else as `try([…])`: a list of the one value, null where
   * the expression failed on the row.
   */
  readonly bound: string;
  readonly guarded: boolean;
  /** DuckDB type of the value. */
  readonly type: string;
  /** Its position among all expressions of the source; statements name its columns by it. */
  readonly slot: number;
}

/**
 * Fits expressions to the view `source` and finds their types.
 *
 * An expression sees one row and must give the same value each time: windows, aggregates, sub-queries, random numbers and
 * the clock are refused. A text that is exactly the name of a column means that column, whatever characters it has.
 *
 * @param source name of the source, for errors
 * @throws ConfigError STK-NORMALIZE-EXPRESSION
 */
export async function bindExpressions(
  warehouse: Warehouse,
  source: string,
  shape: SourceShape,
  expressions: readonly Expression[],
): Promise<BoundExpression[]> {
  const bound = expressions.map((expression, slot) => guarded(expression, slot, shape));
  const computed = bound.filter((expression) => expression.guarded);
  await refuseStatements(warehouse, source, computed);
  const types = await typesOf(warehouse, source, shape, computed);
  await refuseClocks(warehouse, source, shape, computed);
  return bound.map((expression) =>
    expression.guarded ? { ...expression, type: types.get(expression) ?? '' } : expression,
  );
}

async function refuseStatements(
  warehouse: Warehouse,
  source: string,
  expressions: readonly BoundExpression[],
): Promise<void> {
  if (expressions.length === 0) return;
  const unfit = await firstUnfit(
    warehouse,
    expressions.map(({ sql }) => sql),
  );
  const expression = expressions[unfit?.position ?? -1];
  if (unfit && expression) throw refusal(source, expression, unfit.why);
}

function guarded(expression: Expression, slot: number, shape: SourceShape): BoundExpression {
  const text = expression.sql.trim();
  const column = bareColumn(text, shape);
  if (column) {
    return { ...expression, slot, bound: quotedIdentifier(column.name), guarded: false, type: column.type };
  }
  // The line break ends a comment the expression may close with.
  return { ...expression, slot, bound: `try([(${text}\n)])`, guarded: true, type: '' };
}

function bareColumn(text: string, shape: SourceShape): { name: string; type: string } | undefined {
  const all = [...shape.columns, ...shape.absent.map((name) => ({ name, type: 'VARCHAR' }))];
  const exact = all.find(({ name }) => name === text || quotedIdentifier(name) === text);
  if (exact || !/^\w+$/u.test(text)) return exact;
  return all.find(({ name }) => name.toLowerCase() === text.toLowerCase());
}

async function typesOf(
  warehouse: Warehouse,
  source: string,
  shape: SourceShape,
  expressions: readonly BoundExpression[],
): Promise<Map<BoundExpression, string>> {
  if (expressions.length === 0) return new Map();
  const described = await describe(warehouse, expressions).catch(async (error) => {
    for (const expression of expressions) {
      await describe(warehouse, [expression]).catch((cause) => {
        throw misfit(source, shape, expression, cause);
      });
    }
    throw error;
  });
  return new Map(
    expressions.map((expression, index) => [
      expression,
      String(described[index]?.column_type).replace(/\[\]$/, ''),
    ]),
  );
}

function describe(warehouse: Warehouse, expressions: readonly BoundExpression[]): Promise<Row[]> {
  const list = expressions.map(({ bound }, index) => `${bound} as ${quotedIdentifier(`stocktake:${index}`)}`);
  return warehouse.rows('expressions', `describe select ${list.join(',\n')} from source`);
}

/**
 * Functions of the clock and the session differ between two equal runs, and TRY lets them pass: they are looked for in
 * the parsed expression.
 */
async function refuseClocks(
  warehouse: Warehouse,
  source: string,
  shape: SourceShape,
  expressions: readonly BoundExpression[],
): Promise<void> {
  if (expressions.length === 0) return;
  const columns = new Set([...shape.columns.map(({ name }) => name), ...shape.absent]);
  const found = await clocksIn(
    warehouse,
    expressions.map(({ sql }) => sql),
  );
  const first = found.find(({ name }) => !columns.has(name));
  const expression = expressions[first?.position ?? -1];
  if (!first || !expression) return;
  const why = `${first.name} differs from run to run; take the value from a column, or from _slice`;
  throw refusal(source, expression, why);
}

/**
 * The first text that is not one expression by itself: no SQL, or one that closes its bracket and goes on with another
 * statement or a table. Asked before a text is put into a statement, where it could mean something else.
 */
export async function firstUnfit(
  warehouse: Warehouse,
  expressions: readonly string[],
): Promise<{ readonly position: number; readonly why: string } | undefined> {
  const values = expressions.map((sql, position) => `(${position}, ${quotedString(`select (${sql}\n)`)})`);
  const [found] = await warehouse.rows(
    'statements',
    `select position, tree ->> '$.error_message' as said
from (
  select position, cast(json_serialize_sql(statement) as json) as tree
  from (values ${values.join(', ')}) as e (position, statement)
)
where (tree ->> '$.error') = 'true'
  or json_array_length(tree, '$.statements') > 1
  or (tree ->> '$.statements[0].node.from_table.type') <> 'EMPTY'
order by position
limit 1`,
  );
  if (!found) return undefined;
  const said = String(found.said ?? '').replaceAll(/\s+/g, ' ');
  const hint = /syntax error/.test(said)
    ? `${said}; column names that are SQL keywords or no identifiers need double quotes`
    : 'it is more than one expression; write one';
  return { position: Number(found.position), why: hint };
}

/**
 * Functions of the clock and the session that expressions call, and names that would read as one, by the expression's
 * position.
 */
export async function clocksIn(
  warehouse: Warehouse,
  expressions: readonly string[],
): Promise<{ readonly position: number; readonly name: string }[]> {
  const found = await warehouse.rows('clocks', clocksSql(expressions));
  return found.map(({ position, name }) => ({ position: Number(position), name: String(name) }));
}

function clocksSql(expressions: readonly string[]): string {
  const statements = expressions.map(
    (sql, position) => `(${position}, ${quotedString(`select (${sql}\n)`)})`,
  );
  return String.raw`with parsed as (
  select position, cast(json_serialize_sql(statement) as varchar) as tree
  from (values ${statements.join(', ')}) as e (position, statement)
),
named as (
  select position, unnest(list_concat(
    regexp_extract_all(tree, '"function_name":"(\w+)"', 1),
    regexp_extract_all(tree, '"column_names":\["(\w+)"\]', 1)
  )) as name
  from parsed
)
select position, name
from named
where lower(name) in (
  select function_name from duckdb_functions() where stability = 'CONSISTENT_WITHIN_QUERY'
)
or lower(name) in (
  'current_setting', 'current_time', 'current_timestamp', 'current_localtime', 'current_localtimestamp',
  'localtime', 'localtimestamp'
)
order by position, name`;
}

function misfit(source: string, shape: SourceShape, expression: Expression, cause: unknown): unknown {
  if (!(cause instanceof SqlError) || cause.code !== 'STK-SQL-FAILED') return cause;
  const said = (messageOf(cause.cause).split(/\n\s*\n|\nLINE /)[0] ?? '').replaceAll(/\s+/g, ' ');
  if (/can not be used in combination|not allowed inside the TRY|class in .*WINDOW/i.test(said)) {
    const why =
      'it may look at its own row only and must give the same value each time: no window, aggregate, sub-query or random number';
    return refusal(source, expression, `${why} (${said})`, cause);
  }
  const unknown = /Referenced column "(.*?)" not found/.exec(said)?.[1];
  if (unknown === undefined) {
    return refusal(source, expression, said, cause);
  }
  return refusal(
    source,
    expression,
    `${unknownColumn(unknown, shape)} (${said.split(' Candidate')[0]})`,
    cause,
  );
}

function unknownColumn(name: string, shape: SourceShape): string {
  const known = shape.columns.map((column) => column.name);
  const near = nearest(name, known);
  const hint = near
    ? `did you mean "${near}"?`
    : `there are ${known.slice(0, 20).join(', ')}${known.length > 20 ? ' …' : ''}.`;
  return `there is no column "${name}"; ${hint} If the source may lack it, list it under columns to read it as null, or under contract.requiredColumns to set such slices aside`;
}

function refusal(
  source: string,
  { entity, column, sql }: Expression,
  why: string,
  cause?: unknown,
): ConfigError {
  return new ConfigError(
    `Source ${source}, ${entity}.${column}: the expression ${sql} does not fit: ${why}`,
    {
      code: 'STK-NORMALIZE-EXPRESSION',
      details: { source, entity, column, expression: sql },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
