import { messageOf, SourceError, StocktakeError, systemErrorCode } from '../runtime/errors.ts';
import { withoutSecrets } from './source-secrets.ts';

/** What a failure is about and how it may be told. */
export interface FailurePlace {
  /** Name of the source. */
  readonly source: string;
  /** What was read, for people: `from PostgreSQL`, `over HTTP`. */
  readonly from: string;
  /** What to correct, for people. */
  readonly correct: string;
  /** Texts that may not be told. */
  readonly secrets: readonly string[];
  /** Told behind the reason: a state or code of the driver's. */
  readonly state?: string;
  readonly retryable: boolean;
}

/**
 * The error of a source that could not be read. Without the cause: a driver's error may carry the address and the credential it was given.
 *
 * Errors that are not of the source (a full disk) stay what they are.
 */
export function sourceFailure(error: unknown, place: FailurePlace): StocktakeError {
  if (error instanceof StocktakeError && !(error instanceof SourceError)) return error;
  const text = withoutSecrets(messageOf(error) || (systemErrorCode(error) ?? ''), place.secrets);
  return new SourceError(
    `Source ${place.source} cannot be read ${place.from}: ${text}${place.state ?? ''}; correct ${place.correct}, then: stocktake run`,
    {
      code: error instanceof SourceError ? error.code : 'STK-SOURCE-READ',
      retryable: place.retryable,
      details: { source: place.source },
    },
  );
}

/** The error of a reading that went on past the source's `timeoutSeconds`. */
export function tookTooLong(seconds: number): SourceError {
  return new SourceError(`reading took longer than timeoutSeconds (${seconds})`, {
    code: 'STK-SOURCE-LIMIT',
  });
}
