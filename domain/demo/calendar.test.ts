import { describe, expect, it } from 'vitest';
import { weekdayOf } from '../plan/dates.ts';
import { businessDay, dateOf, dayOfYear } from './calendar.ts';

const berlin = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Berlin',
  dateStyle: 'short',
  timeStyle: 'medium',
});

describe('businessDay', () => {
  it('shows the clock of Berlin at any time of any day of five years', () => {
    for (let day = 0; day < 5 * 365; day++) {
      const clock = businessDay(dateOf('2024-01-01', day));
      const start = Date.parse(clock.at(0));
      for (const elapsed of [0, 3599, 7199, 7200, 10_799, 10_800, 50_000, clock.seconds - 1]) {
        const text = clock.at(elapsed);
        expect(Date.parse(text), text).toBe(start + elapsed * 1000);
        expect(berlin.format(new Date(text)), text).toBe(text.slice(0, 19).replace('T', ' '));
        expect(text.slice(0, 10)).toBe(clock.date);
      }
    }
  });

  it('has 23 hours when summer time begins and 25 when it ends', () => {
    expect(businessDay('2027-03-28').seconds).toBe(23 * 3600);
    expect(businessDay('2026-10-25').seconds).toBe(25 * 3600);
    expect(businessDay('2026-10-24').seconds).toBe(24 * 3600);
  });
});

describe('dates', () => {
  it('counts days over the ends of months and years', () => {
    expect(dateOf('2026-12-30', 3)).toBe('2027-01-02');
    expect(dateOf('2026-03-01', -1)).toBe('2026-02-28');
  });

  it('numbers weekdays from Monday and days of the year from 0', () => {
    expect(weekdayOf('2026-10-05')).toBe(0);
    expect(weekdayOf('2026-10-04')).toBe(6);
    expect(dayOfYear('2026-01-01')).toBe(0);
    expect(dayOfYear('2026-12-31')).toBe(364);
  });
});
