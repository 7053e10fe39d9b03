import type { FilesSource } from '../../schemas/source.ts';

/** How a CSV-like text is written, beyond what RFC 4180 allows for. */
export interface Dialect {
  /** One ASCII character; empty where a line is one field. */
  readonly delimiter: string;
  /** 0: every delimiter ends a field. Else a run of at least so many does, and runs at the ends of a line do not. */
  readonly run: 0 | 1 | 2;
  readonly quote: '"' | "'" | '';
  /** How a quote stands inside quotes: doubled, or behind a backslash. */
  readonly escapes: 'double' | 'backslash';
  /** Whether blanks between a delimiter and a quote, and behind a closing quote, belong to neither. */
  readonly blankBeforeQuote: boolean;
  /** Lines that begin with this character are no data; empty where none are. */
  readonly comment: string;
  /** Physical lines before the header. */
  readonly skipLines: number;
}

/** RFC 4180 with another delimiter. */
export function plainDialect(delimiter: string): Dialect {
  return {
    delimiter,
    run: 0,
    quote: '"',
    escapes: 'double',
    blankBeforeQuote: false,
    comment: '',
    skipLines: 0,
  };
}

/** RFC 4180 with what a source says otherwise. */
export function statedDialect(delimiter: string, csv: FilesSource['csv']): Dialect {
  const plain = plainDialect(delimiter);
  return {
    delimiter,
    run: csv.run ?? plain.run,
    quote: csv.quote ?? plain.quote,
    escapes: csv.escapes ?? plain.escapes,
    blankBeforeQuote: csv.blankBeforeQuote ?? plain.blankBeforeQuote,
    comment: csv.comment ?? plain.comment,
    skipLines: csv.skipLines ?? plain.skipLines,
  };
}

/** Whether records are cut as RFC 4180 says, so that the fast scanner does. */
export function isPlain({ delimiter, run, quote, escapes, blankBeforeQuote }: Dialect): boolean {
  return delimiter !== '' && run === 0 && quote === '"' && escapes === 'double' && !blankBeforeQuote;
}
