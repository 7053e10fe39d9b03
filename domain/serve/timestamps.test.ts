import { describe, expect, it } from 'vitest';
import { looseTimestamp } from './timestamps.ts';

describe('a loose timestamp', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:30:00Z', '2026-01-31T12:30:00.000Z'],
    ['2026-01-31 12:30', '2026-01-31T12:30:00.000Z'],
    ['2026-01-31 12:30:05.25', '2026-01-31T12:30:05.250Z'],
    ['2026-01-31T12:30:00+08:00', '2026-01-31T04:30:00.000Z'],
    ['2026-01-31 12:30:00 +0800', '2026-01-31T04:30:00.000Z'],
    [' 1767225600 ', '2026-01-01T00:00:00.000Z'],
    ['1767225600000', '2026-01-01T00:00:00.000Z'],
  ])('%s is read as %s, without a zone as UTC', (text, expected) => {
    expect(looseTimestamp(text)).toBe(expected);
  });

  it.each(['', 'yesterday', '2026-13-01', '2026-01-31T25:00:00Z', '12', '31.01.2026'])(
    '%s is none',
    (text) => {
      expect(looseTimestamp(text)).toBeUndefined();
    },
  );
});
