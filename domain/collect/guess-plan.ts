import { plainDialect } from './csv-dialect.ts';
import { type ContentGuess, guessText } from './guess-content.ts';
import { type DialectGuess, linesDialect } from './guess-dialect.ts';
import { guessEncoding } from './guess-encoding.ts';
import { type ReadingHints, saidEncoding, withHints } from './reading-hints.ts';
import { asUtf8 } from './text-encoding.ts';
import type { TextPlan } from './text-plan.ts';

/** How a text is read by what its bytes seem to say. */
export interface GuessedPlan {
  readonly plan: TextPlan;
  readonly guess: ContentGuess & Required<Pick<ContentGuess, 'encoding'>>;
}

/**
 * Guesses how a text is to be read.
 *
 * @param copy where the text goes where it is not UTF-8 already
 * @param name the file's own name
 * @param hints what is known already
 * @throws SourceError as `guessText`
 */
export function guessPlan(
  received: string,
  copy: string,
  name: string,
  hints: ReadingHints = {},
): GuessedPlan {
  const encoding = saidEncoding(hints) ?? guessEncoding(received);
  const { path } = asUtf8(received, copy, encoding);
  const { format, csv } = withHints(guessText(path, name, hints.delimiter), hints);
  return {
    plan: {
      path,
      format: format === 'json' || format === 'jsonl' ? format : 'csv',
      csv: { header: csv?.header ?? true, ...(csv?.columns ? { columns: [...csv.columns] } : {}) },
      dialect: csv?.dialect ?? plainDialect(','),
      flatten: true,
    },
    guess: { format, encoding, ...(csv ? { csv } : {}) },
  };
}

/** The plan for a text of fields most of whose rows did not fit the first one: lines lose nothing. Undefined for JSON. */
export function linesInstead({ plan, guess }: GuessedPlan): GuessedPlan | undefined {
  if (!guess.csv) return undefined;
  const csv: DialectGuess = {
    ...guess.csv,
    dialect: linesDialect,
    header: false,
    width: 1,
    confidence: 0,
    because: 'most rows beyond the sample do not have the fields of the first ones',
  };
  return {
    plan: { ...plan, csv: { header: false }, dialect: linesDialect },
    guess: { ...guess, format: 'lines', csv },
  };
}
