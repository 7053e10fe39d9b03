import type { Contract } from '../../schemas/contract.ts';
import type { CheckRow, CheckStatus } from '../../schemas/inventory.ts';
import { addDays } from '../plan/dates.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { checkRow } from './check-rows.ts';

type Period = NonNullable<Contract['freshness']['warnAfter']>;

const hours: Readonly<Record<Period['period'], number>> = { minute: 1 / 60, hour: 1, day: 24 };

/** The instant a data date ends in the business time zone, ISO 8601 UTC. */
export async function endOfDate(warehouse: Warehouse, date: string, timezone: string): Promise<string> {
  const [row] = await warehouse.rows(
    'end_of_date',
    'select epoch_ms(timezone(cast($zone as varchar), cast(cast($day as varchar) as timestamp))) as ms',
    { zone: timezone, day: `${addDays(date, 1)} 00:00:00` },
  );
  return new Date(Number(row?.ms)).toISOString();
}

/**
 * Judges the age of a source's newest row against the end of the data date, in hours; rows from after it have age 0.
 *
 * Without `warnAfter` and `errorAfter` the age is told and not judged; without any time there is no line.
 */
export function freshnessCheck(
  source: string,
  newest: string,
  end: string,
  { warnAfter, errorAfter }: Contract['freshness'],
): CheckRow[] {
  if (newest === '') return [];
  const age = Math.max(0, (Date.parse(end) - Date.parse(newest)) / 3_600_000);
  const limits = [
    ...(warnAfter ? [`warn > ${lengthOf(warnAfter)} h`] : []),
    ...(errorAfter ? [`error > ${lengthOf(errorAfter)} h`] : []),
  ];
  return [
    checkRow({
      source,
      type: 'freshness',
      status: freshness(age, warnAfter, errorAfter),
      severity: errorAfter ? 'error' : warnAfter ? 'warn' : 'info',
      expected: limits.join(', '),
      observed: `${age.toFixed(1)} h`,
    }),
  ];
}

/** Whole days a source's newest slice may lie back before it is late: those of its first limit, 0 without one. */
export function graceDays({ warnAfter, errorAfter }: Contract['freshness']): number {
  const first = warnAfter ?? errorAfter;
  return first ? Math.floor(lengthOf(first) / 24) : 0;
}

function freshness(age: number, warnAfter: Period | undefined, errorAfter: Period | undefined): CheckStatus {
  if (errorAfter && age > lengthOf(errorAfter)) return 'error';
  if (warnAfter && age > lengthOf(warnAfter)) return 'warn';
  return warnAfter || errorAfter ? 'pass' : 'info';
}

function lengthOf(period: Period): number {
  return Number((period.count * hours[period.period]).toFixed(2));
}
