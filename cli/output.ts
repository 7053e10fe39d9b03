import pc from 'picocolors';

/** Where a command writes: data on stdout, everything else on stderr. */
export interface Output {
  /** Data for people or pipes. */
  data(text: string): void;
  /** One JSON document. */
  json(value: unknown): void;
  /** A line for the person watching. */
  note(text: string): void;
}

/** Output on the process's own streams; `quiet` drops notes. */
export function createOutput(quiet: boolean): Output {
  return {
    data: (text) => void process.stdout.write(`${text}\n`),
    json: (value) => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (text) => void (quiet || process.stderr.write(`${text}\n`)),
  };
}

/** A column of a printed table. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'right';
}

/** Prints rows as aligned columns without boxes (they can be grepped); wide (CJK) characters count two. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => {
        const fill = ' '.repeat(Math.max(0, (widths[index] ?? 0) - displayWidth(text)));
        return columns[index]?.align === 'right' ? fill + text : text + fill;
      })
      .join('  ')
      .trimEnd();
  return [pc.bold(line(columns.map((column) => column.title))), ...cells.map(line)].join('\n');
}

/** Columns a text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripAnsi(text)) {
    const code = character.codePointAt(0) ?? 0;
    width += /\p{Mark}/u.test(character) ? 0 : isWide(code) ? 2 : 1;
  }
  return width;
}

function stripAnsi(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '');
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff)
  );
}
