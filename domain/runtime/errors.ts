/** What an error needs to be acted on: a searchable code, a retry verdict and small facts. */
export interface ErrorInfo {
  /** Stable and searchable, `STK-<AREA>-<WHAT>`. */
  readonly code: string;
  /** Whether trying again without a change can help. Default: the class's own. */
  readonly retryable?: boolean;
  /** Small JSON facts: names, counts, paths. Never rows or personal data. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Root of every error Stocktake raises on purpose.
 *
 * The message says what failed, on which object, what was received and expected, and what to do next.
 */
export class StocktakeError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, info: ErrorInfo) {
    super(message, info.cause === undefined ? undefined : { cause: info.cause });
    this.name = new.target.name;
    this.code = info.code;
    this.retryable = info.retryable ?? false;
    this.details = info.details ?? {};
  }
}

/** The configuration or an option is wrong: fix the file or the flag. Never retryable. */
export class ConfigError extends StocktakeError {}

/** An argument or an input document does not have the shape its contract asks for. */
export class InputError extends StocktakeError {}

/** A contract, a check or a ledger did not hold. */
export class DataQualityError extends StocktakeError {}

/** A source could not be read: missing, refused, damaged, or its parser died. */
export class SourceError extends StocktakeError {}

/** A SQL step failed; `details` names the step and its file. */
export class SqlError extends StocktakeError {}

/** A model or encoder file is missing, damaged or does not fit. */
export class ModelError extends StocktakeError {}

/** An artifact, manifest or snapshot is missing, damaged or contested. */
export class ArtifactError extends StocktakeError {}

/** The machine or the orchestrator cannot serve: no server, no port, no space, no memory. Retryable by default. */
export class PlatformError extends StocktakeError {
  constructor(message: string, info: ErrorInfo) {
    super(message, { retryable: true, ...info });
  }
}

/** Ends a command with a chosen exit code (see README, exit codes). */
export class CliError extends StocktakeError {
  readonly exitCode: number;

  constructor(message: string, info: ErrorInfo & { readonly exitCode: number }) {
    super(message, info);
    this.exitCode = info.exitCode;
  }
}

/** The system error code (`ENOENT`, `ENOSPC` …) of an unknown value, or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** A short readable text for any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
