import fc from 'fast-check';
import { expect, it } from 'vitest';
import { boundBelow, watermarkValue } from './watermark-value.ts';

const billionthsOf = (text: string): bigint => watermarkValue(text)?.billionths ?? -1n;
const instants = fc.date({
  min: new Date('1900-01-01'),
  max: new Date('2200-01-01'),
  noInvalidDate: true,
});

it('reads one moment alike in every zone', () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: -12 * 60, max: 14 * 60 }), (instant, minutes) => {
      const local = new Date(instant.getTime() + minutes * 60_000).toISOString().slice(0, -1);
      const size = Math.abs(minutes);
      const zone = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0')).join(':');
      expect(billionthsOf(`${local}${minutes < 0 ? '-' : '+'}${zone}`)).toBe(
        BigInt(instant.getTime()) * 1_000_000n,
      );
    }),
  );
});

it('takes off what is asked for, and says it in words that it reads again', () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: 1, max: 999 }), (instant, days) => {
      const { above, text } = boundBelow('at', instant.toISOString(), `${days} days`);
      expect(billionthsOf(text)).toBe(above.billionths);
      expect(above.billionths).toBe(BigInt(instant.getTime() - days * 86_400_000) * 1_000_000n);
    }),
  );
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat({ max: 999 }), (count, off) => {
      const { above, text } = boundBelow('n', `${count}.25`, off);
      expect(billionthsOf(text)).toBe(above.billionths);
    }),
  );
});

it.each([
  ['2026-05-01', '2026-05-01T00:00:00Z'],
  ['2026-05-01 10:00', '2026-05-01T10:00:00.000+00'],
  ['2026-05-01T10:00:00,5', '2026-05-01 10:00:00.500000000Z'],
  ['2026-05-01T10:00:00+0530', '2026-05-01T04:30:00z'],
])('reads %s as %s', (one, other) => {
  expect(billionthsOf(one)).toBe(billionthsOf(other));
});

it.each(['', 'soon', '2026-13-01', '2026-05-01T25:00:00Z', '1e5', '0x10', '01.05.2026', 'NaN'])(
  'does not take %j for a watermark',
  (text) => {
    expect(watermarkValue(text)).toBeUndefined();
  },
);
