import { quotedString } from '../warehouse/quoting.ts';
import type { ReportRepair } from './model.ts';
import { listOf, memberOf, type Reader, textOf } from './reader.ts';
import type { ReportWork } from './work.ts';

/**
 * Repaired cells by source and column: what this run brought first, most cells first. Counts and reasons; neither a cell's
 * value nor its repair is ever read.
 */
export async function readRepairs(read: Reader, work: ReportWork): Promise<ReportRepair[]> {
  const found: ReportRepair[] = [];
  for (const source of Object.keys(work.plan.config.sources)) {
    const rows = await read(`repairs.${source}`, (relation) =>
      repairsSql(relation, work.arrived[source] ?? []),
    );
    found.push(
      ...rows.map((row) => ({
        source,
        column: textOf(row.column),
        cellsNew: Number(row.cells_new),
        applied: Number(row.applied),
        proposed: Number(row.proposed),
        flagged: Number(row.flagged),
        reverted: Number(row.reverted),
        reasons: listOf(row.reasons).map((one) => ({
          reason: textOf(memberOf(one, 'reason')),
          cells: Number(memberOf(one, 'cells')),
        })),
      })),
    );
  }
  return found.sort(byNewness);
}

/** Grain: one column. Reads: repairs of one source. Key: column. */
function repairsSql(relation: string, arrived: readonly string[]): string {
  const isNew = arrived.length > 0 ? `slice in (${arrived.map(quotedString).join(', ')})` : 'false';
  const cells = (condition: string): string => `coalesce(sum(cells) filter (where ${condition}), 0)::bigint`;
  return `
    with counted as (
      select "column", reason, status, ${isNew} as is_new, count(*)::bigint as cells
      from ${relation}
      group by all
    ), by_reason as (
      select "column", reason, sum(cells)::bigint as cells
      from counted
      group by all
    ), reasons as (
      select "column", list({'reason': reason, 'cells': cells} order by cells desc, reason) as reasons
      from by_reason
      group by "column"
    )
    select
      "column",
      ${cells('is_new')} as cells_new,
      ${(['applied', 'proposed', 'flagged', 'reverted'] as const)
        .map((status) => `${cells(`status = '${status}'`)} as ${status}`)
        .join(',\n      ')},
      any_value(reasons) as reasons
    from counted
    join reasons using ("column")
    group by "column"
    order by "column"`;
}

/** A stable sort: columns equal in both counts stay by source and name. */
function byNewness(a: ReportRepair, b: ReportRepair): number {
  return b.cellsNew - a.cellsNew || cellsOf(b) - cellsOf(a);
}

function cellsOf({ applied, proposed, flagged, reverted }: ReportRepair): number {
  return applied + proposed + flagged + reverted;
}
