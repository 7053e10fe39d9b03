import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { messageOf, StocktakeError, systemErrorCode } from '../domain/runtime/errors.ts';

/** System errors that pass by themselves or once somebody frees space: worth a retry. */
const passing = new Set([
  'ENOSPC',
  'EIO',
  'EAGAIN',
  'EBUSY',
  'EMFILE',
  'ENFILE',
  'ETIMEDOUT',
  'ECONNRESET',
  'EPIPE',
]);

/**
 * The one place where an error becomes a Temporal failure: `type` = the error's code, small details, no rows.
 *
 * Unknown errors are retryable: a fault of the machine is likelier than a poisoned input, and attempts are bounded.
 */
export function toFailure(error: unknown, cancelled: boolean): Error {
  if (cancelled) return new CancelledFailure(messageOf(error));
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof StocktakeError) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.code,
      nonRetryable: !error.retryable && !passes(error.cause),
      details: [error.details],
    });
  }
  const code = systemErrorCode(error);
  return ApplicationFailure.create({
    message: messageOf(error),
    type: code ? `STK-SYSTEM-${code}` : 'STK-UNEXPECTED',
    nonRetryable: code !== undefined && !passing.has(code),
    details: [{ name: error instanceof Error ? error.name : typeof error, stack: stackOf(error) }],
  });
}

function passes(cause: unknown): boolean {
  const code = systemErrorCode(cause);
  return code !== undefined && passing.has(code);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '').slice(0, 1500) : '';
}
