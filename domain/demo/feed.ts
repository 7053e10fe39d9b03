import type { WrittenRecords } from './dirt.ts';
import type { FileTruth, PersonalSpan } from './truth.ts';

/** One file of a day, before it is encoded and packed. */
export interface FeedFile {
  readonly text: string;
  readonly truth: FileTruth;
}

/** Joins a file's text with what is true of it. */
export function feedFile<Item>(
  file: string,
  written: WrittenRecords<Item>,
  personal: readonly PersonalSpan[] = [],
): FeedFile {
  const { text, records, malformed, rejected, repeated, marks } = written;
  return {
    text,
    truth: {
      file,
      encoding: 'utf-8',
      records,
      malformed,
      rejected,
      repeated,
      accepted: records - malformed - rejected - repeated,
      dirt: marks.map(({ mark }) => mark),
      personal,
    },
  };
}

/** One record as a line of CSV: fields with a comma, a quote or a line break are quoted (RFC 4180). */
export function csvLine(fields: readonly string[]): string {
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

/** Cents as an amount with two decimals. */
export function amountText(cents: number): string {
  return (cents / 100).toFixed(2);
}
