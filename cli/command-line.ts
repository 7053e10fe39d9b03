import { type Command, InvalidArgumentError } from 'commander';
import { isIsoDate } from '../domain/plan/dates.ts';
import type { GlobalOptions } from './options.ts';

/** The flags every command understands, wherever on the line they stand. */
export function globals(command: Command): GlobalOptions {
  return command.optsWithGlobals() as GlobalOptions;
}

/** Sets the exit code the process ends with. */
export function exit(code: number): void {
  process.exitCode = code;
}

/** Reads an option that is a calendar date, YYYY-MM-DD. */
export function date(text: string): string {
  if (!isIsoDate(text)) throw new InvalidArgumentError(`'${text}' is no date; write YYYY-MM-DD`);
  return text;
}

/** Reads an option that is a whole number from 1. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError(`'${text}' is no number from 1`);
  return value;
}

/** Reads an option that is a whole number from 0. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError(`'${text}' is no whole number from 0`);
}
