import { describe, expect, it } from 'vitest';
import { positiveFeedback } from './positive-feedback.ts';

const given = (type: string, value: number) => ({ type, user: 'u', item: 'i', value, timestamp: '' });

describe('positive feedback', () => {
  it('is all of it without an expression', () => {
    expect(positiveFeedback([])(given('anything', 0))).toBe(true);
  });

  it('is what one of the expressions holds for', () => {
    const isPositive = positiveFeedback(['purchase', 'read >= 3', 'stars>4.5']);
    expect(isPositive(given('purchase', 0))).toBe(true);
    expect(isPositive(given('read', 2))).toBe(false);
    expect(isPositive(given('read', 3))).toBe(true);
    expect(isPositive(given('stars', 4.5))).toBe(false);
    expect(isPositive(given('view', 9))).toBe(false);
  });

  it.each(['', '>=3', 'read>=', 'read>=x', 'read 3'])("refuses '%s'", (text) => {
    expect(() => positiveFeedback([text])).toThrow(expect.objectContaining({ code: 'STK-SERVE-POSITIVE' }));
  });
});
