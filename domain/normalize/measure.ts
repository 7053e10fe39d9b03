import type { Row, Warehouse } from '../warehouse/warehouse.ts';
import {
  cleanCountsSql,
  eventDatesSql,
  judgedCountsSql,
  repeatCountsSql,
  verdictCountsSql,
} from './clean-sql.ts';
import type { EntityPlan } from './entity-plan.ts';
import type { Facts } from './facts.ts';
import { verdictsOf, warningsOf } from './mapping-sql.ts';

/** Where the rows of one entity of one slice went. */
export interface EntityMeasure {
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly duplicates: number;
  /** Source rows folded into a record of another row. */
  readonly merged: number;
  readonly rejections: Facts['rejections'];
  readonly warnings: Facts['warnings'];
  readonly eventDates: Readonly<Record<string, number>>;
  readonly maxTime?: string;
  readonly decisions?: Facts['decisions'] & {};
}

/** No row at all. */
export const nothingMeasured: EntityMeasure = {
  rowsIn: 0,
  rowsOut: 0,
  skipped: 0,
  rejected: 0,
  duplicates: 0,
  merged: 0,
  rejections: [],
  warnings: [],
  eventDates: {},
};

/** Counts the judged, repeated and clean rows of an entity, each from its own table, by the slice's ordinal. */
export async function measureEntity(
  warehouse: Warehouse,
  plan: EntityPlan,
): Promise<Map<number, EntityMeasure>> {
  const read = (what: string, sql: string): Promise<Row[]> => warehouse.rows(`${plan.entity}_${what}`, sql);
  const judged = grouped(await read('judged_counts', judgedCountsSql(plan)));
  const verdicts = grouped(await read('verdict_counts', verdictCountsSql(plan)));
  const repeats = grouped(await read('repeat_counts', repeatCountsSql(plan)));
  const clean = grouped(await read('clean_counts', cleanCountsSql(plan)));
  const dates = grouped(plan.kind === 'event' ? await read('event_dates', eventDatesSql(plan)) : []);
  return new Map(
    [...new Set([...judged.keys(), ...clean.keys()])].map((ordinal) => {
      const [row = {}] = judged.get(ordinal) ?? [];
      const [out] = clean.get(ordinal) ?? [];
      const maxTime = out?.max_time;
      return [
        ordinal,
        {
          rowsIn: Number(row.rows_in ?? 0),
          rowsOut: Number(out?.rows_out ?? 0),
          skipped: Number(row.skipped ?? 0),
          rejected: Number(row.rejected ?? 0),
          duplicates: Number(repeats.get(ordinal)?.[0]?.repeats ?? 0),
          merged: Number(out?.source_rows ?? 0) - Number(out?.rows_out ?? 0),
          rejections: rejectionsOf(plan, verdicts.get(ordinal) ?? []),
          warnings: warningsIn(plan, row),
          eventDates: Object.fromEntries(
            (dates.get(ordinal) ?? []).map(({ event_date, events }) => [String(event_date), Number(events)]),
          ),
          ...(typeof maxTime === 'string' ? { maxTime } : {}),
        },
      ];
    }),
  );
}

function grouped(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const ordinal = Number(row.ordinal);
    const known = groups.get(ordinal);
    if (known) known.push(row);
    else groups.set(ordinal, [row]);
  }
  return groups;
}

/** Verdicts that differ only in what was received are one rejection. */
function rejectionsOf(plan: EntityPlan, counted: readonly Row[]): Facts['rejections'] {
  const verdicts = verdictsOf(plan);
  const rejections = new Map<string, Facts['rejections'][number]>();
  for (const { verdict, rejected } of counted) {
    const found = verdicts[Number(verdict)];
    if (!found) continue;
    const { column, reason } = found;
    const rows = (rejections.get(`${column} ${reason}`)?.rows ?? 0) + Number(rejected);
    rejections.set(`${column} ${reason}`, { entity: plan.entity, column, reason, rows });
  }
  return [...rejections.values()];
}

/** The warning checks that rows fail, of the counts of `judgedCountsSql`. */
export function warningsIn(plan: EntityPlan, counted: Row): Facts['warnings'] {
  return warningsOf(plan)
    .map(({ type, column, code }, index) => ({
      entity: plan.entity,
      check: type,
      column,
      code,
      rows: Number(counted[`w:${index}`] ?? 0),
    }))
    .filter(({ rows }) => rows > 0);
}
