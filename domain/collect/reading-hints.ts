import type { Dialect } from './csv-dialect.ts';
import type { ContentGuess, TextGuess } from './guess-content.ts';
import type { DialectGuess } from './guess-dialect.ts';
import type { EncodingGuess } from './guess-encoding.ts';

/** What a person says of files whose reading is guessed otherwise. Whatever is not said is guessed. */
export interface ReadingHints {
  /** WHATWG name. */
  readonly encoding?: string;
  readonly delimiter?: string;
  /** What texts stand in; empty: nothing. */
  readonly quote?: Dialect['quote'];
  /** Whether the first line names the columns. */
  readonly header?: boolean;
  /** Lines above the header. */
  readonly skipLines?: number;
}

/** The encoding that was said. */
export function saidEncoding({ encoding }: ReadingHints): EncodingGuess | undefined {
  return encoding === undefined ? undefined : { encoding, confidence: 1, because: 'said so' };
}

/** A guess with what was said in its place. Of JSON nothing can be said; lines are fields where a delimiter was said. */
export function withHints(guess: TextGuess, { quote, header, skipLines }: ReadingHints): TextGuess {
  const { csv } = guess;
  if (!csv || (quote === undefined && header === undefined && skipLines === undefined)) return guess;
  const isHeaderOther = header !== undefined && header !== csv.header;
  const isSkipOther = skipLines !== undefined && skipLines !== csv.dialect.skipLines;
  const { columns, ...rest } = csv;
  const said: DialectGuess = {
    ...rest,
    ...(columns && !isHeaderOther && !isSkipOther ? { columns } : {}),
    ...(header === undefined ? {} : { header, headerBecause: 'said so' }),
    dialect: {
      ...csv.dialect,
      ...(quote === undefined ? {} : { quote }),
      ...(skipLines === undefined ? {} : { skipLines }),
    },
  };
  return { format: guess.format satisfies ContentGuess['format'], csv: said };
}
