/** A column of raw strings; an empty cell is the empty string. */
export interface TextColumn {
  readonly name: string;
  readonly values: readonly string[];
}

/** A table of raw strings: every column has the same number of values, in row order. */
export interface TextTable {
  readonly columns: readonly TextColumn[];
}

/** Code of a cell whose true value is not known: it votes for nothing. */
export const unknown = -1;

/**
 * A column as numbers: `codes` holds one code a row, `values` the text of each code, `counts` the rows that carry it.
 *
 * `assign` and `blank` change a cell and keep the counts; a text that was not there before gets a new code.
 */
export interface CodedColumn {
  readonly name: string;
  readonly codes: Int32Array;
  readonly values: readonly string[];
  readonly counts: readonly number[];
  text(row: number): string | undefined;
  codeOf(text: string): number | undefined;
  assign(row: number, text: string): void;
  blank(row: number): void;
}

/** Codes a column in order of first appearance. Cost: one hash look-up a row. */
export function codeColumn({ name, values: texts }: TextColumn): CodedColumn {
  const index = new Map<string, number>();
  const values: string[] = [];
  const counts: number[] = [];
  const codes = new Int32Array(texts.length);
  const enter = (text: string): number => {
    const known = index.get(text);
    if (known !== undefined) return known;
    index.set(text, values.length);
    values.push(text);
    counts.push(0);
    return values.length - 1;
  };
  const count = (code: number, by: number): void => {
    if (code !== unknown) counts[code] = (counts[code] ?? 0) + by;
  };
  for (let row = 0; row < texts.length; row++) {
    const code = enter(texts[row] ?? '');
    codes[row] = code;
    count(code, 1);
  }
  const change = (row: number, code: number): void => {
    count(codes[row] ?? unknown, -1);
    codes[row] = code;
    count(code, 1);
  };
  return {
    name,
    codes,
    values,
    counts,
    text: (row) => values[codes[row] ?? unknown],
    codeOf: (text) => index.get(text),
    assign: (row, text) => change(row, enter(text)),
    blank: (row) => change(row, unknown),
  };
}
