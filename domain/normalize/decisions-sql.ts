import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import type { Parameters, Warehouse } from '../warehouse/warehouse.ts';
import type { Fix, Release, RowDecision } from './decisions.ts';
import type { EntityPlan } from './entity-plan.ts';
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
 * Makes `raw` from `received` with the corrected values in place, and the tables `decided` (who decided about which row)
 * and `waived` (row_id, entity, column, reason). Values go in bound, never in the text of a statement. A value that the
 * column's type cannot hold leaves the received one; of two corrections of one value the later counts.
 */
export async function layDecisions(
  warehouse: Warehouse,
  shape: SourceShape,
  decisions: readonly BatchDecision[],
): Promise<void> {
  const cells = fixedCells(shape, decisions);
  await fill(warehouse, 'fixes', ['ordinal', 'file', 'line', 'cell', 'value'], cells);
  await warehouse.run('raw', `create or replace view raw as\n${fixedRawSql(shape, cells)}`);
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
    const value = type === 'VARCHAR' ? `f${index}.value` : `try_cast(f${index}.value as ${type})`;
    return `case when f${index}.cell is null then r.c${index} when f${index}.value = '' then null else coalesce(${value}, r.c${index}) end as c${index}`;
  });
  const joins = [...fixed].map(
    (index) => `left join fixes as f${index} on f${index}.cell = ${index} and ${sameRow(`f${index}`, 'r')}`,
  );
  return `select
  ${['r.row_id', 'r.ordinal', 'r.slice', 'r.file', 'r.line', ...columns].join(',\n  ')}
from ${receivedView} as r
${joins.join('\n')}`;
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
