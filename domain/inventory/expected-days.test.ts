import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import { addDays, isIsoDate, weekdayOf } from '../plan/dates.ts';
import { expectedRows, missingDayChecks, missingDays } from './expected-days.ts';
import { volumeCheck } from './slice-checks.ts';

const slice = (name: string, rows: number): DatasetSlice => ({
  slice: name,
  manifest: { stage: 'collect', key: '0'.repeat(64), sha256: '0'.repeat(64) },
  files: [],
  rows,
  bytes: 0,
});

/** A Monday. */
const start = '2026-01-05';
const length = 70;

/** Ten weeks of a level per weekday (0: closed) and a noise of up to 10 % either way. */
const histories = fc
  .record({
    levels: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 100, max: 100_000 })), {
      minLength: 7,
      maxLength: 7,
    }),
    noise: fc.array(fc.integer({ min: -10, max: 10 }), { minLength: length, maxLength: length }),
  })
  .map(({ levels, noise }) =>
    noise.flatMap((percent, day) => {
      const level = levels[day % 7] ?? 0;
      return level === 0 ? [] : [slice(addDays(start, day), Math.round(level * (1 + percent / 100)))];
    }),
  )
  .filter((slices) => slices.length > 0);

/** From here on every weekday has been seen four times. */
const settled = addDays(start, 35);

describe('expected rows and days', () => {
  it('a weekday pattern never alarms on itself', () => {
    fc.assert(
      fc.property(histories, (slices) => {
        for (let day = settled; day < addDays(start, length); day = addDays(day, 1)) {
          const known = slices.filter((one) => one.slice <= day);
          expect(missingDays(known, day)).toEqual([]);
          expect(volumeCheck('s', known).map(({ status }) => status)).not.toContain('warn');
        }
      }),
      { numRuns: 40 },
    );
  });

  it('a day of under half, of over double, or of no rows alarms', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(0, 0.4, 2.5), (slices, factor) => {
        const last = slices.at(-1);
        if (!last) return;
        const changed = [...slices.slice(0, -1), slice(last.slice, Math.round(last.rows * factor))];
        expect(volumeCheck('s', changed)[0]?.status).toBe('warn');
      }),
      { numRuns: 40 },
    );
  });

  it('names the day that is absent, with the rows it should have', () => {
    fc.assert(
      fc.property(histories, (slices) => {
        const [last, known] = [slices.at(-1), slices.slice(0, -1)];
        if (!last || known.length === 0) return;
        const found = missingDayChecks('s', known, last.slice, 0);
        expect(found.map((row) => row.slice)).toEqual([last.slice]);
        expect(found[0]).toMatchObject({ type: 'volume', status: 'warn', observed: '0' });
      }),
      { numRuns: 40 },
    );
  });

  it('a noisy history widens the band, and no rows are never expected', () => {
    const rows = [10, 100, 190, 20, 180];
    const slices = rows.map((count, day) => slice(addDays(start, day), count));
    // Median 100, MAD 80: 100 ± 3.5 × 1.4826 × 80 = 100 ± 415.1.
    expect(expectedRows(slices, addDays(start, 5))).toEqual({ least: 1, most: 515, compared: 5 });
  });

  it('waits the days a delivery may come late, and leaves a source long silent to its age', () => {
    const slices = Array.from({ length: 56 }, (_, day) => slice(addDays(start, day), 100));
    expect(missingDays(slices, addDays(start, 57))).toEqual([addDays(start, 56), addDays(start, 57)]);
    expect(missingDayChecks('s', slices, addDays(start, 56), 1)).toEqual([]);
    expect(missingDays(slices, addDays(start, 55 + 15))).toEqual([]);
  });
});

const shop = new URL('../../../shared/data/uci-online-retail-by-day', import.meta.url).pathname;

function filesOf(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true }).map(String);
  } catch {
    return [];
  }
}

describe('a shop closed on Saturdays', () => {
  const files = filesOf(shop).flatMap((name) => {
    const date = /(\d{4}-\d{2}-\d{2})\.csv$/.exec(name)?.[1] ?? '';
    return isIsoDate(date) ? [{ name, date }] : [];
  });

  it.skipIf(files.length === 0)('is never missed on one', () => {
    const slices = files
      .map(({ name, date }) =>
        slice(date, readFileSync(join(shop, name)).filter((byte) => byte === 10).length),
      )
      .sort((a, b) => (a.slice < b.slice ? -1 : 1));
    expect(slices.length).toBe(305);
    const missed = new Set<string>();
    for (let day = '2010-12-01'; day <= '2011-12-09'; day = addDays(day, 1)) {
      const known = slices.filter((one) => one.slice <= day);
      for (const one of missingDays(known, day)) missed.add(one);
    }
    expect([...missed].filter((day) => weekdayOf(day) === 5)).toEqual([]);
    // Beside 53 Saturdays 16 days have no file; those before a weekday was seen four times are not expected.
    expect(missed.size).toBeLessThanOrEqual(16);
    expect(missed.size).toBeGreaterThan(0);
  });
});
