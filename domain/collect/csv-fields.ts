/**
 * Splits the text of one record into its values: quotes around a field taken off, doubled quotes made single.
 *
 * The record must be one the scanner found whole. Text may be decoded as UTF-8 or byte by byte (latin1): quotes and
 * delimiters are ASCII.
 */
export function splitRecord(text: string, delimiter: string): string[] {
  const values: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      const close = closingQuote(text, at + 1);
      values.push(text.slice(at + 1, close).replaceAll('""', '"'));
      at = close + 1;
    } else {
      const end = text.indexOf(delimiter, at);
      values.push(text.slice(at, end < 0 ? text.length : end));
      at = end < 0 ? text.length : end;
    }
    if (at >= text.length) return values;
    at++;
  }
}

/** Writes values as one CSV record, every one in quotes, without a line end. */
export function quoteRecord(values: readonly string[], delimiter: string): string {
  return values.map((value) => `"${value.replaceAll('"', '""')}"`).join(delimiter);
}

function closingQuote(text: string, from: number): number {
  for (let at = from; ; at += 2) {
    at = text.indexOf('"', at);
    if (text[at + 1] !== '"') return at;
  }
}
