import { weekdayOf } from '../plan/dates.ts';

/** One day of the business zone Europe/Berlin: how long it is, and what its clock shows. */
export interface BusinessDay {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** 86 400, an hour less in spring, an hour more in autumn. */
  readonly seconds: number;
  /** ISO 8601 with offset of the moment `elapsed` seconds after local midnight. */
  at(elapsed: number): string;
}

const dayMs = 86_400_000;

/** The date `day` days after `firstDate` (before it where negative), both YYYY-MM-DD. */
export function dateOf(firstDate: string, day: number): string {
  return new Date(Date.parse(`${firstDate}T00:00:00Z`) + day * dayMs).toISOString().slice(0, 10);
}

/** 0 = 1 January. */
export function dayOfYear(date: string): number {
  return (Date.parse(`${date}T00:00:00Z`) - Date.parse(`${date.slice(0, 4)}-01-01T00:00:00Z`)) / dayMs;
}

/**
 * Opens a day of Europe/Berlin.
 *
 * Source: Directive 2000/84/EC: summer time from the last Sunday of March to the last Sunday of October, changing at
 * 01:00 UTC, which is 02:00 and 03:00 on the local clock.
 */
export function businessDay(date: string): BusinessDay {
  const year = date.slice(0, 4);
  const [spring, autumn] = [lastSunday(`${year}-03-31`), lastSunday(`${year}-10-31`)];
  const isSummerAtMidnight = date > spring && date <= autumn;
  const changeAt = date === spring ? 2 * 3600 : date === autumn ? 3 * 3600 : Number.POSITIVE_INFINITY;
  const shift = date === spring ? 3600 : -3600;
  return {
    date,
    seconds: 86_400 - (changeAt === Number.POSITIVE_INFINITY ? 0 : shift),
    at(elapsed) {
      const isChanged = elapsed >= changeAt;
      const local = isChanged ? elapsed + shift : elapsed;
      return `${date}T${clockText(local)}${isSummerAtMidnight !== isChanged ? '+02:00' : '+01:00'}`;
    },
  };
}

/** HH:MM:SS of a second of the day. */
export function clockText(second: number): string {
  const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);
  return `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
}

function lastSunday(lastOfMonth: string): string {
  return dateOf(lastOfMonth, -((weekdayOf(lastOfMonth) + 1) % 7));
}
