import { quotedString } from '../warehouse/quoting.ts';
import type { ReportPlace, ReportQuarantine } from './model.ts';
import { listOf, memberOf, type Reader, textOf } from './reader.ts';
import type { ReportWork } from './work.ts';

/** Places shown per source and reason. */
const examplesPerReason = 5;

/**
 * Rejected rows by source and reason: what this run brought first, most rows first. Counts and places; the column `raw`,
 * which holds what was rejected, is never read.
 */
export async function readQuarantine(read: Reader, work: ReportWork): Promise<ReportQuarantine[]> {
  const found: ReportQuarantine[] = [];
  for (const source of Object.keys(work.plan.config.sources)) {
    const rows = await read(`quarantine.${source}`, (relation) =>
      quarantineSql(relation, work.arrived[source] ?? []),
    );
    found.push(
      ...rows.map((row) => ({
        source,
        reason: textOf(row.reason),
        entity: textOf(row.entity),
        column: textOf(row.column),
        rowsNew: Number(row.rows_new),
        rows: Number(row.rows),
        slices: Number(row.slices),
        examples: listOf(row.examples).map(placeOf),
      })),
    );
  }
  return found.sort(byNewness);
}

/** Grain: one reason per entity and column. Reads: quarantine of one source. Key: reason, entity, column. */
function quarantineSql(relation: string, arrived: readonly string[]): string {
  const isNew = arrived.length > 0 ? `slice in (${arrived.map(quotedString).join(', ')})` : 'false';
  return `
    select
      reason,
      coalesce(entity, '') as entity,
      coalesce("column", '') as "column",
      coalesce(sum(rows) filter (where ${isNew}), 0)::bigint as rows_new,
      sum(rows)::bigint as rows,
      count(distinct slice) as slices,
      list(
        {'slice': slice, 'file': coalesce(file, ''), 'line': coalesce(line, 0)}
        order by slice desc, file, line
      )[1:${examplesPerReason}] as examples
    from ${relation}
    group by all
    order by reason, entity, "column"`;
}

function placeOf(struct: unknown): ReportPlace {
  return {
    slice: textOf(memberOf(struct, 'slice')),
    file: textOf(memberOf(struct, 'file')),
    line: Number(memberOf(struct, 'line')),
  };
}

/** A stable sort: rows equal in both counts stay by source, reason, entity and column. */
function byNewness(a: ReportQuarantine, b: ReportQuarantine): number {
  return Number(b.rowsNew > 0) - Number(a.rowsNew > 0) || b.rowsNew - a.rowsNew || b.rows - a.rows;
}
