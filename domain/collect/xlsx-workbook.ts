import { posix } from 'node:path';
import { fileRefusal } from './reject-log.ts';
import { type NumberKind, numberKind } from './xlsx-numbers.ts';
import { walkXml } from './xml-scanner.ts';
import type { ZipMember } from './zip-members.ts';

/** A workbook, its sheets not yet read. */
export interface Workbook {
  /** In the workbook's order; charts are none. */
  readonly sheets: readonly Sheet[];
  readonly date1904: boolean;
  /** Texts that cells refer to by number. */
  readonly strings: readonly string[];
  /** What the number format of each cell style shows. */
  readonly styles: readonly NumberKind[];
}

/** A sheet and where it lies. */
export interface Sheet {
  readonly name: string;
  readonly path: string;
  readonly hidden: boolean;
}

/** Characters of shared texts that are held in memory. */
const mostCharacters = 1 << 28;

/**
 * Reads what the sheets of a workbook share, from its expanded members.
 *
 * Source: ECMA-376 part 1, 18.2 (workbook), 18.4 (shared strings), 18.8 (styles); part 2, 9 (relationships).
 *
 * @throws SourceError STK-COLLECT-DAMAGED where a member is missing or broken, STK-COLLECT-BOMB for too many shared texts
 */
export function readWorkbook(members: readonly ZipMember[]): Workbook {
  const paths = new Map(
    members.flatMap((member) => ('path' in member ? [[member.name, member.path] as const] : [])),
  );
  const main = paths.get('xl/workbook.xml');
  if (!main) {
    throw fileRefusal('STK-COLLECT-DAMAGED', 'the workbook has no xl/workbook.xml; save it again as .xlsx');
  }
  const targets = readTargets(paths.get('xl/_rels/workbook.xml.rels'));
  const sheets: Sheet[] = [];
  let date1904 = false;
  walkXml(main, {
    open(name, attributes) {
      if (name === 'workbookPr') date1904 = ['1', 'true'].includes(attributes('date1904') ?? '');
      if (name !== 'sheet') return;
      const target = targets.get(attributes('id') ?? '');
      const path = target?.startsWith('xl/worksheets/') ? paths.get(target) : undefined;
      if (path)
        sheets.push({
          name: attributes('name') ?? '',
          path,
          hidden: attributes('state') !== undefined && attributes('state') !== 'visible',
        });
    },
  });
  if (sheets.length === 0) throw fileRefusal('STK-COLLECT-DAMAGED', 'the workbook has no sheet of cells');
  const [strings, styles] = ['xl/sharedStrings.xml', 'xl/styles.xml'].map((name) => paths.get(name));
  return {
    sheets,
    date1904,
    strings: strings ? readStrings(strings) : [],
    styles: styles ? readStyles(styles) : [],
  };
}

function readTargets(path: string | undefined): Map<string, string> {
  const targets = new Map<string, string>();
  if (!path) return targets;
  walkXml(path, {
    open(name, attributes) {
      if (name !== 'Relationship') return;
      const target = attributes('Target') ?? '';
      targets.set(
        attributes('Id') ?? '',
        target.startsWith('/') ? target.slice(1) : posix.join('xl', target),
      );
    },
  });
  return targets;
}

function readStrings(path: string): string[] {
  const strings: string[] = [];
  let current = '';
  let inText = false;
  let phonetic = 0;
  let characters = 0;
  walkXml(path, {
    open(name) {
      if (name === 'si') current = '';
      else if (name === 'rPh') phonetic++;
      inText = name === 't' && phonetic === 0;
    },
    text(text) {
      if (inText) current += text;
    },
    close(name) {
      if (name === 't') inText = false;
      else if (name === 'rPh') phonetic--;
      else if (name === 'si') {
        characters += current.length + 8;
        if (characters > mostCharacters) {
          throw fileRefusal(
            'STK-COLLECT-BOMB',
            `the workbook shares more than ${mostCharacters} characters of text`,
          );
        }
        strings.push(plainText(current));
      }
    },
  });
  return strings;
}

/** Replaces `_x000D_`, as workbooks write characters that XML cannot hold; NUL stays written so. */
export function plainText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([\dA-Fa-f]{4})_/g, (whole, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code === 0 || (code >= 0xd800 && code <= 0xdfff) ? whole : String.fromCharCode(code);
  });
}

function readStyles(path: string): NumberKind[] {
  const codes = new Map<number, string>();
  const kinds: NumberKind[] = [];
  let inCells = false;
  walkXml(path, {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes('numFmtId')), attributes('formatCode') ?? '');
      else if (name === 'cellXfs') inCells = true;
      else if (name === 'xf' && inCells) {
        const id = Number(attributes('numFmtId') ?? 0);
        kinds.push(numberKind(id, codes.get(id)));
      }
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return kinds;
}
