import { closeSync, openSync, readSync } from 'node:fs';
import { reservedNames } from './column-names.ts';
import { type Dialect, plainDialect } from './csv-dialect.ts';
import { cr, lf } from './csv-scanner.ts';
import { isPreamble, type SampleRow, type ScoredDialect, sampleRows, scoreDialect } from './dialect-score.ts';
import { distinctNames, guessHeader } from './guess-header.ts';

/** How a text seems to be cut into fields, and why. */
export interface DialectGuess {
  readonly dialect: Dialect;
  /** Whether the first line after `dialect.skipLines` names the columns. */
  readonly header: boolean;
  readonly headerBecause: string;
  /** Names, where the text itself gives none that can be used as they are. */
  readonly columns?: readonly string[];
  /** 0 to 1: the dialect's score against that of the best other way to cut. */
  readonly confidence: number;
  readonly because: string;
  /** Cells of a row. */
  readonly width: number;
}

/** What is known of a text before it is looked at. */
export interface DialectHint {
  readonly delimiter?: string;
  /** Whether its name promises fields: lines without any are then the last thing to believe. */
  readonly fields?: boolean;
}

const sampleBytes = 1 << 18;
/** Delimiters by how usual they are; letters, digits and what stands in dates is none. */
const priors: Readonly<Record<string, number>> = {
  ',': 1,
  ';': 1,
  '\t': 1,
  '|': 1,
  '\u0001': 0.9,
  '\u001f': 0.9,
  '^': 0.8,
  '~': 0.8,
  ' ': 0.45,
  '@': 0.4,
  '#': 0.4,
  '&': 0.4,
  ':': 0.3,
  '*': 0.3,
  $: 0.3,
};

/**
 * Guesses the dialect of a UTF-8 text from its beginning: delimiter, quote, how quotes are escaped, comment and preamble lines,
 * header or not. A text in which no delimiter gives a table is one column of lines.
 *
 * @param hint what is known already: the delimiter, or that the file's name promises fields
 */
export function guessDialect(path: string, hint: DialectHint = {}): DialectGuess {
  const { sample, newline, separator } = readSample(path);
  let atLeast = 0;
  const scored = candidates(sample, { ...(separator ? { delimiter: separator } : {}), ...hint })
    .map(([dialect, prior]) => {
      const one = scoreDialect(dialect, prior, { sample, newline, atLeast: atLeast / 2 });
      if (one.width > 1) atLeast = Math.max(atLeast, one.score);
      return one;
    })
    .filter(({ dialect, width }) => dialect.delimiter === '' || width > 1 || hint.delimiter !== undefined)
    .sort((a, b) => b.score - a.score);
  const best = scored[0] ?? scoreDialect(linesDialect, 1, { sample, newline });
  const other = scored.find(({ dialect }) => dialect.delimiter !== best.dialect.delimiter)?.score ?? 0;
  const confidence = best.score === 0 ? 0 : best.score / (best.score + other);
  const many = `${best.rows.length} rows of the sample`;
  return {
    ...describe(best, sample, newline, separator !== undefined),
    confidence: Math.round(confidence * 100) / 100,
    because:
      best.dialect.delimiter === ''
        ? `no delimiter gives a common number of fields in the ${many}`
        : `${Math.round(best.alike * 100)} % of the ${many} have ${best.width} fields (score ${best.score.toFixed(3)}; next ${other.toFixed(3)})`,
  };
}

/** A text of lines: one column, nothing quoted. */
export const linesDialect: Dialect = { ...plainDialect(''), quote: '' };

function readSample(path: string): { sample: Buffer; newline: number; separator?: string } {
  const bytes = Buffer.alloc(sampleBytes);
  const file = openSync(path, 'r');
  let length: number;
  try {
    length = readSync(file, bytes, 0, sampleBytes, 0);
  } finally {
    closeSync(file);
  }
  const start = length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
  const all = bytes.subarray(start, length);
  const newline = all.includes(lf) || !all.includes(cr) ? lf : cr;
  // The last line may be cut.
  const lastEnd = all.lastIndexOf(newline);
  const sample = length === sampleBytes && lastEnd > 0 ? all.subarray(0, lastEnd + 1) : all;
  const separator = /^sep=([^\r\n])\r?\n/i.exec(sample.toString('latin1', 0, 8))?.[1];
  return { sample, newline, ...(separator ? { separator } : {}) };
}

function candidates(
  sample: Buffer,
  { delimiter: stated, fields = false }: DialectHint,
): (readonly [Dialect, number])[] {
  const text = sample.toString('latin1');
  const delimiters = stated === undefined ? Object.keys(priors) : [stated];
  const found: (readonly [Dialect, number])[] =
    stated === undefined ? [[linesDialect, fields ? 0.6 : 1]] : [];
  for (const delimiter of delimiters) {
    if (!text.includes(delimiter)) continue;
    const prior = priors[delimiter] ?? 0.5;
    const runs: readonly Dialect['run'][] =
      delimiter === ' ' ? [0, 1, 2] : delimiter === '\t' && text.includes('\t\t') ? [0, 1] : [0];
    for (const run of runs) {
      // Runs of tabs are a second reading of what single tabs say; runs of blanks align columns and hardly stand in prose.
      const weight = delimiter === '\t' && run > 0 ? prior * 0.9 : run === 2 ? 0.8 : prior;
      for (const dialect of quotings({ ...plainDialect(delimiter), run }, text))
        found.push([dialect, weight]);
    }
  }
  if (text.includes('"') && stated === undefined) {
    found.push([{ ...linesDialect, quote: '"' }, fields ? 0.599 : 0.99]);
  }
  return found;
}

/** The ways to quote that a text gives any reason for, the likeliest first: of equal scores the first one wins. */
function quotings(dialect: Dialect, text: string): Dialect[] {
  const found = [dialect];
  if (text.includes('"')) {
    if (/ "|" /.test(text)) found.push({ ...dialect, blankBeforeQuote: true });
    if (text.includes('\\"')) {
      found.push({ ...dialect, escapes: 'backslash' });
      if (/ "|" /.test(text)) found.push({ ...dialect, escapes: 'backslash', blankBeforeQuote: true });
    }
    found.push({ ...dialect, quote: '' });
  }
  const { delimiter } = dialect;
  if (text.includes(`\\${delimiter}`))
    found.push({ ...dialect, escapes: 'backslash', quote: text.includes('"') ? '"' : '' });
  if (text.startsWith("'") || text.includes(`${delimiter}'`) || text.includes("\n'")) {
    found.push({ ...dialect, quote: "'" });
    if (text.includes("\\'")) found.push({ ...dialect, quote: "'", escapes: 'backslash' });
    if (text.includes(`${delimiter} '`)) found.push({ ...dialect, quote: "'", blankBeforeQuote: true });
  }
  return found;
}

type Described = Pick<DialectGuess, 'dialect' | 'header' | 'headerBecause' | 'columns' | 'width'>;

/** What stands before and at the head of the table. */
function describe(best: ScoredDialect, sample: Buffer, newline: number, separator: boolean): Described {
  const comment = commentOf(best);
  const isComment = ({ begins }: SampleRow): boolean => comment !== '' && begins.startsWith(comment);
  const rows = sampleRows(best.dialect, sample, newline).filter((row) => !isComment(row));
  const isUsual = ({ cells, broken }: SampleRow): boolean => !broken && cells.length === best.width;
  const isFilled = ({ cells }: SampleRow): boolean => cells.some((cell) => cell.trim() !== '');
  const found = rows.findIndex((row) => isUsual(row) && isFilled(row));
  const at = best.dialect.delimiter === '' ? 0 : Math.max(0, found);
  if (
    !isPreamble(
      rows.slice(0, at).filter((row) => !isUsual(row)),
      best.width,
    )
  )
    return ragged(best, comment);
  const named = namesBefore(rows, at, best.width);
  const table = rows
    .slice(at)
    .filter(isUsual)
    .map(({ cells }) => cells);
  const skipLines = (named || at > 0 ? rows[at]?.line : separator ? 1 : 0) ?? 0;
  const dialect = { ...best.dialect, comment, skipLines };
  const common = { dialect, width: best.width };
  if (named) {
    return {
      ...common,
      header: false,
      headerBecause: 'names stand above, one fewer than columns',
      columns: named,
    };
  }
  const { header, because } = guessHeader(table.slice(0, 200));
  if (best.dialect.delimiter === '' && table.length < 2) {
    return { ...common, header: false, headerBecause: 'a single line is no header' };
  }
  const given = table[0] ?? [];
  const names = distinctNames(given, reservedNames);
  const renamed =
    header && names.some((name, index) => name !== (given[index]?.trim() || `column_${index + 1}`));
  return { ...common, header, headerBecause: because, ...(renamed ? { columns: names } : {}) };
}

/** A table whose first rows are as wide as none below: no row is passed over, and those that do not fit are rejected. */
function ragged({ dialect, width }: ScoredDialect, comment: string): Described {
  return {
    dialect: { ...dialect, comment },
    width,
    header: false,
    headerBecause: 'rows of other widths stand first',
    columns: distinctNames(
      Array.from({ length: width }, () => ''),
      reservedNames,
    ),
  };
}

/** Lines that begin with one character and are no rows: at least two of them, or one above the table. */
function commentOf({ rows, width, first, dialect }: ScoredDialect): string {
  for (const mark of ['#', '%']) {
    if (mark === dialect.delimiter) continue;
    const marked = rows.filter(({ begins }) => begins.startsWith(mark));
    const others = marked.filter(({ cells }) => cells.length !== width || width === 1);
    if (marked.length === 0 || marked.length * 2 > rows.length || others.length < marked.length) continue;
    if (width > 1 || (marked.length > 1 && marked.every((row) => rows.indexOf(row) < marked.length)))
      return mark;
    if (first > 0) return mark;
  }
  return '';
}

/** The names of a row of one cell fewer than all that follow, as statistics programs write above row names. */
function namesBefore(rows: readonly SampleRow[], at: number, width: number): string[] | undefined {
  const above = rows[at - 1];
  if (!above || above.broken || above.cells.length !== width - 1 || rows.length - at < 2) return undefined;
  const { header } = guessHeader([
    above.cells,
    ...rows.slice(at, at + 50).map(({ cells }) => cells.slice(1)),
  ]);
  if (!header || width < 3) return undefined;
  const body = rows.slice(at).filter(({ cells }) => cells.length === width);
  const trailing = body.every(({ cells }) => cells[width - 1] === '');
  return distinctNames(trailing ? [...above.cells, ''] : ['row_name', ...above.cells], reservedNames);
}
