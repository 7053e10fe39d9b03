import { ConfigError } from '../runtime/errors.ts';
import type { Feedback } from './feedback-store.ts';

/** Whether a feedback says that the user likes the item. */
export type IsPositive = (feedback: Feedback) => boolean;

const expression = /^([^<>=\s]+)\s*(?:(>=|>|<=|<|=)\s*(-?\d+(?:\.\d+)?))?$/;

/**
 * Reads expressions such as `purchase` or `read>=3`: a type, or a type and a bound on its value. A feedback is positive when
 * one of them holds; with none at all every feedback is.
 *
 * @throws ConfigError STK-SERVE-POSITIVE naming the expression
 */
export function positiveFeedback(expressions: readonly string[]): IsPositive {
  if (expressions.length === 0) return () => true;
  const rules = expressions.map(parse);
  return (feedback) => rules.some((rule) => rule(feedback));
}

function parse(text: string): IsPositive {
  const [, type, operator, bound] = expression.exec(text.trim()) ?? [];
  if (type === undefined) {
    throw new ConfigError(
      `'${text}' is no feedback expression; write a type, or a type and a bound: read>=3`,
      {
        code: 'STK-SERVE-POSITIVE',
        details: { expression: text },
      },
    );
  }
  if (operator === undefined) return (feedback) => feedback.type === type;
  const holds = comparisons[operator as keyof typeof comparisons];
  return (feedback) => feedback.type === type && holds(feedback.value, Number(bound));
}

const comparisons = {
  '>=': (value: number, bound: number) => value >= bound,
  '>': (value: number, bound: number) => value > bound,
  '<=': (value: number, bound: number) => value <= bound,
  '<': (value: number, bound: number) => value < bound,
  '=': (value: number, bound: number) => value === bound,
} as const;
