import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import type { Parameters, Warehouse } from '../warehouse/warehouse.ts';
import type { Fix, Release, RowDecision } from './decisions.ts';
import type { EntityPlan, UnheldColumn } from './entity-plan.ts';
import type { Facts } from './facts.ts';
import { judgedTable } from './mapping-sql.ts';
import type { SourceShape } from './source-sql.ts';

/** A decision about a row of a slice of the batch. */
export interface BatchDecision {
  readonly ordinal: number;
  readonly decided: RowDecision;
}

/** Name under which the rows as received lie where rows of the batch are corrected. */
export const receivedView = 'received';

const q = quotedIdentifier;
const sameRow = (a: string, b: string): string =>
  `${a}.ordinal = ${b}.ordinal and ${a}.file = ${b}.file and ${a}.line = ${b}.line`;

/**
 * Makes `raw` from `received` with the corrected values in place, and the tables `decided` (who decided about which row),
 * `waived` (row_id, entity, column, reason) and `unheld` (row_id, cell: a correction that the column's type cannot hold; its
 * row is to be rejected). Values go in bound, never in the text of a statement. Of two corrections of one value the later
 * counts.
 *
 * @returns the columns with a correction they cannot hold
 */
export async function layDecisions(
  warehouse: Warehouse,
  shape: SourceShape,
  decisions: readonly BatchDecision[],
): Promise<UnheldColumn[]> {
  const cells = fixedCells(shape, decisions);
  await fill(warehouse, 'fixes', ['ordinal', 'file', 'line', 'cell', 'value'], cells);
  await warehouse.run('raw', `create or replace view raw as\n${fixedRawSql(shape, cells)}`);
  const unheld = await layUnheld(warehouse, shape, cells);
  const rows = decisions.map(({ ordinal, decided }) => ({
    ordinal,
    file: decided.file,
    line: decided.line,
    decision: decided.decision,
    action: decided.action,
    entity: decided.action === 'release' ? decided.entity : '',
    column: decided.action === 'release' ? decided.column : '',
    reason: decided.action === 'release' ? decided.reason : '',
  }));
  await fill(
    warehouse,
    'decided',
    ['ordinal', 'file', 'line', 'decision', 'action', 'entity', 'column', 'reason'],
    rows,
  );
  await warehouse.run(
    'waived',
    `create or replace table waived as
select distinct r.row_id, d.entity, d."column", d.reason
from decided as d
join raw as r on ${sameRow('r', 'd')}
where d.action = 'release'`,
  );
  return unheld;
}

/**
 * SQL of the value that a column of this type holds of a text; null where it cannot hold it whole: a fraction in a whole
 * number, an hour in a date, more decimals than the column has.
 *
 * @param value SQL expression of the text
 */
export function heldSql(type: string, value: string): string {
  if (type === 'VARCHAR') return value;
  const held = `try_cast(${value} as ${type})`;
  const wide = wideType(type);
  if (wide === undefined) return held;
  return `case when try_cast(${held} as ${wide}) is not distinct from try_cast(${value} as ${wide}) then ${held} end`;
}

/** The plan of an entity with the verdicts on corrections that their columns cannot hold. */
export function withUnheld(plan: EntityPlan, unheld: readonly UnheldColumn[]): EntityPlan {
  return unheld.length === 0 ? plan : { ...plan, unheld };
}

/** The plan of an entity with the verdicts that a decision waives for some row. */
export function withWaived(plan: EntityPlan, decisions: readonly BatchDecision[]): EntityPlan {
  const own = decisions
    .map(({ decided }) => decided)
    .filter((decided): decided is Release => decided.action === 'release' && decided.entity === plan.entity)
    .map(({ column, reason }) => ({ column, reason }));
  return own.length === 0 ? plan : { ...plan, waived: own };
}

/** What became of the decided rows of an entity, by the slice's ordinal; reads `judged_<entity>`. */
export async function decisionOutcomes(
  warehouse: Warehouse,
  plan: EntityPlan,
): Promise<Map<number, NonNullable<Facts['decisions']>>> {
  const rows = await warehouse.rows(
    `${plan.entity}_decisions`,
    `select
  d.ordinal,
  d.decision,
  d.action,
  count(distinct j.row_id) filter (where j.kept and j.verdict is null) as accepted,
  count(distinct j.row_id) filter (where j.verdict is not null) as rejected
from decided as d
join ${judgedTable(plan)} as j on ${sameRow('j', 'd')}
where d.entity in ('', ${quotedString(plan.entity)})
group by d.ordinal, d.decision, d.action
order by d.ordinal, d.decision`,
  );
  const outcomes = new Map<number, NonNullable<Facts['decisions']>>();
  for (const row of rows) {
    const ordinal = Number(row.ordinal);
    const one = {
      decision: String(row.decision),
      action: row.action === 'fix' ? ('fix' as const) : ('release' as const),
      entity: plan.entity,
      accepted: Number(row.accepted),
      rejected: Number(row.rejected),
    };
    outcomes.set(ordinal, [...(outcomes.get(ordinal) ?? []), one]);
  }
  return outcomes;
}

/** A type in which a value shows what a cast to `type` would round away; undefined where a cast rounds nothing. */
function wideType(type: string): string | undefined {
  if (type === 'DATE') return 'TIMESTAMP';
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(\d+,\d+\))$/.test(type) ? 'DOUBLE' : undefined;
}

type Cell = Readonly<Record<'ordinal' | 'line' | 'cell', number> & Record<'file' | 'value', string>>;

function fixedCells(shape: SourceShape, decisions: readonly BatchDecision[]): Cell[] {
  const cells = new Map<string, Cell>();
  const fixes = decisions.filter((one): one is { ordinal: number; decided: Fix } => {
    return one.decided.action === 'fix';
  });
  for (const { ordinal, decided } of fixes) {
    for (const [name, value] of Object.entries(decided.set)) {
      const cell = shape.columns.findIndex((column) => column.name === name);
      if (cell < 0) continue;
      const { file, line } = decided;
      cells.set(JSON.stringify([ordinal, file, line, cell]), { ordinal, file, line, cell, value });
    }
  }
  return [...cells.values()];
}

function fixedRawSql(shape: SourceShape, cells: readonly Cell[]): string {
  const fixed = new Set(cells.map(({ cell }) => cell));
  const columns = shape.columns.map(({ type }, index) => {
    if (!fixed.has(index)) return `r.c${index}`;
    const value = `coalesce(${heldSql(type, `f${index}.value`)}, r.c${index})`;
    return `case when f${index}.cell is null then r.c${index} when f${index}.value = '' then null else ${value} end as c${index}`;
  });
  const joins = [...fixed].map(
    (index) => `left join fixes as f${index} on f${index}.cell = ${index} and ${sameRow(`f${index}`, 'r')}`,
  );
  return `select
  ${['r.row_id', 'r.ordinal', 'r.slice', 'r.file', 'r.line', ...columns].join(',\n  ')}
from ${receivedView} as r
${joins.join('\n')}`;
}

async function layUnheld(
  warehouse: Warehouse,
  shape: SourceShape,
  cells: readonly Cell[],
): Promise<UnheldColumn[]> {
  const typed = [...new Set(cells.map(({ cell }) => cell))].flatMap((cell) => {
    const column = shape.columns[cell];
    return column && column.type !== 'VARCHAR' ? [{ cell, ...column }] : [];
  });
  if (typed.length === 0) return [];
  const selects = typed.map(
    ({ cell, type }) => `select r.row_id, f.cell
from ${receivedView} as r
join fixes as f on ${sameRow('f', 'r')}
where f.cell = ${cell} and f.value <> '' and ${heldSql(type, 'f.value')} is null`,
  );
  await warehouse.run('unheld', `create or replace table unheld as\n${selects.join('\nunion all\n')}`);
  const rows = await warehouse.rows('unheld_cells', 'select distinct cell from unheld order by cell');
  const found = new Set(rows.map(({ cell }) => Number(cell)));
  return typed.filter(({ cell }) => found.has(cell));
}

const integers = ['ordinal', 'line', 'cell'];

async function fill(
  warehouse: Warehouse,
  table: string,
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string | number>>[],
): Promise<void> {
  const typed = columns.map((name) => ({ name, type: integers.includes(name) ? 'BIGINT' : 'VARCHAR' }));
  await warehouse.run(
    table,
    `create or replace table ${table} (${typed.map(({ name, type }) => `${q(name)} ${type}`).join(', ')})`,
  );
  const structure = `[{${typed.map(({ name, type }) => `"${name}":"${type}"`).join(',')}}]`;
  const parameters: Parameters = { rows: JSON.stringify(rows) };
  await warehouse.run(
    table,
    `insert into ${table}
select ${typed.map(({ name }) => `row.${q(name)}`).join(', ')}
from (select unnest(from_json($rows, ${quotedString(structure)})) as row)`,
    parameters,
  );
}
