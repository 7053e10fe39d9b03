import type { Source } from '../../schemas/source.ts';
import { quotedString } from '../warehouse/quoting.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import {
  type CellProposal,
  type RepairFacts,
  type RepairRules,
  type RepairStatus,
  repairableIn,
} from './repairs.ts';
import type { SourceShape } from './source-sql.ts';

/** Name under which the rows as received lie where cells of the batch are repaired. */
export const unrepairedView = 'unrepaired';

/** Columns of `repairs.<source>` in order, with their types: one row per cell that a detector holds to be wrong. */
export const repairColumns = [
  { name: 'source', type: 'VARCHAR' },
  { name: 'slice', type: 'VARCHAR' },
  { name: 'file', type: 'VARCHAR' },
  { name: 'line', type: 'BIGINT' },
  { name: 'column', type: 'VARCHAR' },
  { name: 'value', type: 'VARCHAR' },
  { name: 'repair', type: 'VARCHAR' },
  { name: 'reason', type: 'VARCHAR' },
  { name: 'confidence', type: 'DECIMAL(5,4)' },
  { name: 'status', type: 'VARCHAR' },
] as const;

/** A slice of more cells is not looked at: the detector holds a table in memory. */
const mostCells = 2_000_000;

interface RepairRow extends Record<string, string | number | null> {
  readonly ordinal: number;
  readonly row: number;
  readonly cell: number;
  readonly file: string;
  readonly line: number;
  readonly column: string;
  readonly value: string;
  readonly repair: string | null;
  readonly reason: string;
  readonly confidence: string;
  readonly status: RepairStatus;
}

/**
 * Looks at the rows of each slice by itself, makes the table `repairs` of what was proposed, and the view `view` of the
 * rows with the applied repairs in place; `unrepaired` stays as received.
 *
 * A proposal is applied from the source's threshold on, unless a person took it back; an empty repair is no value.
 *
 * @returns what was proposed, by the slice's ordinal; slices without a proposal are left out
 */
export async function layRepairs(
  warehouse: Warehouse,
  shape: SourceShape,
  source: Source,
  rules: RepairRules,
  slices: readonly { readonly slice: string }[],
  view: string,
): Promise<Map<number, RepairFacts>> {
  const facts = new Map<number, RepairFacts>();
  const found: RepairRow[] = [];
  for (const [ordinal, { slice }] of slices.entries()) {
    const count = await warehouse.count(
      'slice_rows',
      `select count(*) from ${unrepairedView} where ordinal = ${ordinal}`,
    );
    if (count * shape.columns.length > mostCells) {
      facts.set(ordinal, { ...tally([]), skipped: true });
      continue;
    }
    const rows = count === 0 ? [] : await repairsOf(warehouse, shape, source, rules, ordinal, slice);
    if (rows.length > 0) facts.set(ordinal, tally(rows));
    found.push(...rows);
  }
  await fillRepairs(warehouse, found);
  await warehouse.run(view, `create or replace view ${view} as\n${repairedSql(shape, found)}`);
  return facts;
}

/** One slice of the table `repairs` as it is written, by file, line and column. */
export function repairsSliceSql(ordinal: number, source: string, slice: string): string {
  const own = repairColumns.filter(({ name }) => name !== 'source' && name !== 'slice');
  return `select
  cast(${quotedString(source)} as varchar) as source,
  cast(${quotedString(slice)} as varchar) as slice,
  ${own.map(({ name }) => `"${name}"`).join(',\n  ')}
from repairs
where ordinal = ${ordinal}
order by file, line, "column"`;
}

async function repairsOf(
  warehouse: Warehouse,
  shape: SourceShape,
  source: Source,
  rules: RepairRules,
  ordinal: number,
  slice: string,
): Promise<RepairRow[]> {
  const { threshold = 1 } = source.repair ?? {};
  const columns = shape.columns.map((_, index) => `coalesce(cast(c${index} as varchar), '') as c${index}`);
  const rows = await warehouse.rows(
    'received_slice',
    `select row_id, file, line, ${columns.join(', ')} from ${unrepairedView} where ordinal = ${ordinal} order by row_id`,
  );
  const isRepairable = repairableIn(source);
  const cells = new Map(
    shape.columns.flatMap(({ name, type }, index) =>
      type === 'VARCHAR' && isRepairable(name) ? [[name, index] as const] : [],
    ),
  );
  const table = {
    columns: shape.columns.map(({ name }, index) => ({
      name,
      values: rows.map((row) => String(row[`c${index}`])),
    })),
  };
  const proposals = (await rules.propose(table)).filter(({ column }) => cells.has(column));
  const kept = new Set(
    (rules.reverted.get(slice) ?? []).map(({ file, line, column }) => JSON.stringify([file, line, column])),
  );
  return proposals.map((proposal): RepairRow => {
    const row = rows[proposal.row];
    const place = { file: String(row?.file), line: Number(row?.line), column: proposal.column };
    const isKept = kept.has(JSON.stringify([place.file, place.line, place.column]));
    return {
      ordinal,
      row: Number(row?.row_id),
      cell: cells.get(proposal.column) ?? 0,
      ...place,
      value: proposal.value,
      repair: proposal.repair ?? null,
      reason: proposal.reason,
      confidence: proposal.confidence.toFixed(4),
      status: isKept ? 'reverted' : statusOf(proposal, threshold),
    };
  });
}

function statusOf({ repair, confidence }: CellProposal, threshold: number): RepairStatus {
  if (repair === undefined) return 'flagged';
  return confidence >= threshold ? 'applied' : 'proposed';
}

function tally(rows: readonly RepairRow[]): RepairFacts {
  const count = (status: RepairStatus): number => rows.filter((row) => row.status === status).length;
  return {
    applied: count('applied'),
    proposed: count('proposed'),
    reverted: count('reverted'),
    flagged: count('flagged'),
  };
}

async function fillRepairs(warehouse: Warehouse, rows: readonly RepairRow[]): Promise<void> {
  await warehouse.run(
    'repairs',
    `create or replace table repairs as
select unnest(from_json($rows, ${quotedString(
      JSON.stringify([
        {
          ordinal: 'BIGINT',
          row: 'BIGINT',
          cell: 'BIGINT',
          ...Object.fromEntries(
            repairColumns
              .filter(({ name }) => name !== 'source' && name !== 'slice')
              .map(({ name, type }) => [name, type]),
          ),
        },
      ]),
    )}), recursive := true)`,
    { rows: JSON.stringify(rows) },
  );
}

function repairedSql(shape: SourceShape, rows: readonly RepairRow[]): string {
  const repaired = new Set(rows.flatMap(({ cell, status }) => (status === 'applied' ? [cell] : [])));
  const columns = shape.columns.map((_, index) =>
    repaired.has(index)
      ? `case when p${index}.repair is null then r.c${index} else nullif(p${index}.repair, '') end as c${index}`
      : `r.c${index}`,
  );
  const joins = [...repaired].map(
    (index) =>
      `left join repairs as p${index} on p${index}.cell = ${index} and p${index}.status = 'applied' and p${index}."row" = r.row_id`,
  );
  return `select
  ${['r.row_id', 'r.ordinal', 'r.slice', 'r.file', 'r.line', ...columns].join(',\n  ')}
from ${unrepairedView} as r
${joins.join('\n')}`;
}
