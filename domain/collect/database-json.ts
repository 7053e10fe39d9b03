/** Writes a value as a database sends it, never null, as JSON. */
export type ToJson<Cell> = (cell: Cell) => string;

/** Values that every database writes alike, from their text. */
export const textToJson = {
  text: JSON.stringify as ToJson<string>,
  /** A number that JSON can write; anything else (`NaN`, `0007`) is text. */
  number: (text: string): string =>
    /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? text : JSON.stringify(text),
  /** JSON in one line: line breaks outside of its texts are blanks, inside they are escaped already. */
  json: (text: string): string => text.replace(/[\r\n]+/g, ' '),
  /** A time as ISO 8601. */
  time: (text: string): string => JSON.stringify(isoText(text)),
} as const satisfies Record<string, ToJson<string>>;

/** Makes the function that writes rows as JSON objects, each column by its own writer. */
export function objectWriter<Cell>(
  columns: readonly { readonly name: string; readonly write: ToJson<Cell> }[],
): (row: readonly (Cell | null)[]) => string {
  const heads = columns.map(({ name }, index) => `${index === 0 ? '' : ','}${JSON.stringify(name)}:`);
  return (row) => {
    let text = '{';
    for (let index = 0; index < heads.length; index++) {
      const value = row[index];
      text += heads[index];
      text += value === null || value === undefined ? 'null' : columns[index]?.write(value);
    }
    return `${text}}`;
  };
}

/** A date and a time with a `T` between them, as SQL writes them with a blank. */
export function isoText(text: string): string {
  return text.replace(/^(\d{4,}-\d\d-\d\d) /, '$1T');
}
