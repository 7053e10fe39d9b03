import { type ZipEntry, zipOf } from './source-fixture.ts';

/** What a test types of a workbook: XML of the rows of each sheet by its name, in order. */
export interface WorkbookText {
  readonly sheets: Readonly<Record<string, string>>;
  /** Shared texts, each the inner XML of its `si`. */
  readonly strings?: readonly string[];
  /** Number formats of the cell styles: built-in ids, or codes. */
  readonly formats?: readonly (number | string)[];
  readonly date1904?: boolean;
  /** XML behind the rows of every sheet. */
  readonly behind?: string;
  readonly hidden?: readonly string[];
  /** Stands before the root of the first sheet. */
  readonly prolog?: string;
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const relations = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';

/** Writes a workbook as its own application would. */
export function workbookOf(book: WorkbookText): Buffer {
  const names = Object.keys(book.sheets);
  const { formats = [], strings = [], behind = '', hidden = [], prolog = '' } = book;
  const sheets = names.map(
    (name, at) =>
      `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"${hidden.includes(name) ? ' state="hidden"' : ''}/>`,
  );
  const targets = names.map(
    (_, at) => `<Relationship Id="rId${at + 1}" Target="worksheets/sheet${at + 1}.xml"/>`,
  );
  const codes = formats.map((code, at) =>
    typeof code === 'string'
      ? `<numFmt numFmtId="${164 + at}" formatCode="${code.replaceAll('"', '&quot;')}"/>`
      : '',
  );
  const styles = formats.map((code, at) => `<xf numFmtId="${typeof code === 'string' ? 164 + at : code}"/>`);
  const entries: ZipEntry[] = [
    { name: '[Content_Types].xml', content: `${xml}<Types/>` },
    {
      name: 'xl/workbook.xml',
      content: `${xml}<workbook ${main} ${relations}><workbookPr date1904="${book.date1904 ?? false}"/><sheets>${sheets.join('')}</sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `${xml}<Relationships>${targets.join('')}</Relationships>`,
    },
    {
      name: 'xl/styles.xml',
      content: `${xml}<styleSheet ${main}><numFmts>${codes.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${styles.join('')}</cellXfs></styleSheet>`,
    },
    {
      name: 'xl/sharedStrings.xml',
      content: `${xml}<sst ${main}>${strings.map((text) => `<si>${text}</si>`).join('')}</sst>`,
    },
    ...names.map((name, at) => ({
      name: `xl/worksheets/sheet${at + 1}.xml`,
      content: `${xml}${prolog}<worksheet ${main}><sheetData>${book.sheets[name]}</sheetData>${behind}</worksheet>`,
    })),
  ];
  return zipOf(entries);
}

/** Rows of inline texts, `undefined` a cell that is not there; the first one has the number `from`. */
export function textRows(rows: readonly (readonly (string | undefined)[])[], from = 1): string {
  return rows
    .map((cells, at) => {
      const inner = cells.map((cell, column) =>
        cell === undefined
          ? ''
          : `<c r="${columnLetters(column)}${from + at}" t="inlineStr"><is><t>${cell}</t></is></c>`,
      );
      return `<row r="${from + at}">${inner.join('')}</row>`;
    })
    .join('');
}

function columnLetters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : columnLetters(Math.floor(column / 26) - 1) + last;
}
