import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { quotedString } from '../warehouse/quoting.ts';
import { plainDialect } from './csv-dialect.ts';
import { type CsvResult, type CsvTask, parseCsv } from './csv-file.ts';
import { createRejectLog, type ReasonCount } from './reject-log.ts';
import { openSandbox } from './sandbox.ts';

const dir = mkdtempSync(join(tmpdir(), 'stocktake-csv-file-'));
const sandbox = await openSandbox({ folders: [dir], tempDir: join(dir, 'spill'), memoryMb: 512 });
const reader = await (await DuckDBInstance.create(':memory:')).connect();
afterAll(() => {
  reader.closeSync();
  rmSync(dir, { recursive: true, force: true });
});

interface Parsed extends CsvResult {
  readonly rows: Record<string, unknown>[];
  readonly reasons: ReasonCount[];
}

async function parse(content: string | Buffer, options: Partial<CsvTask> = {}): Promise<Parsed> {
  const task: CsvTask = {
    path: join(dir, 'in.csv'),
    name: "o'rders.csv",
    out: join(dir, 'out.parquet'),
    cleaned: join(dir, 'cleaned.csv'),
    csv: { header: true },
    dialect: plainDialect(','),
    recordBytes: 1000,
    columns: 100,
    ...options,
  };
  writeFileSync(task.path, content);
  const rejects = createRejectLog(join(dir, 'rejects'));
  try {
    const result = await parseCsv(sandbox, task, rejects);
    const read = await reader.runAndReadAll(`select * from read_parquet(${quotedString(task.out)})`);
    return { ...result, rows: read.getRowObjectsJson(), reasons: rejects.reasons() };
  } finally {
    rejects.close();
  }
}

const provenance = (line: number): object => ({ _file: "o'rders.csv", _line: String(line) });

describe('a CSV file', () => {
  it('keeps every text exactly as received, empty ones too', async () => {
    const { rows, table } = await parse('a,b\n 1 ,NULL\n"", x\n"he said ""hi""",\\N\n');
    expect(rows).toEqual([
      { a: ' 1 ', b: 'NULL', ...provenance(2) },
      { a: '', b: ' x', ...provenance(3) },
      { a: 'he said "hi"', b: '\\N', ...provenance(4) },
    ]);
    expect(table.columns.map(([name, type]) => `${name} ${type}`)).toEqual([
      'a VARCHAR',
      'b VARCHAR',
      '_file VARCHAR',
      '_line BIGINT',
    ]);
  });

  it('reads the same whether a file is regular or has to be cleaned', async () => {
    const regular = await parse('a,b\r\n1,"x, y"\r\n2,z\r\n');
    const cleaned = await parse('a,b\r\n1,"x, y"\r\n\r\n2,z\r\nbad\r\n');
    const values = ({ rows }: Parsed): unknown[] => rows.map(({ a, b }) => [a, b]);
    expect(values(cleaned)).toEqual(values(regular));
    expect(cleaned.rows.map(({ _line }) => _line)).toEqual(['2', '4']);
    expect(cleaned).toMatchObject({ rejected: 1, blankLines: 1 });
  });

  it('does not read quotes inside an unquoted field as DuckDB would, also in the last record', async () => {
    const { rows } = await parse('a,b,c\n1,2,3\n, "",');
    expect(rows.map(({ a, b, c }) => [a, b, c])).toEqual([
      ['1', '2', '3'],
      ['', ' ""', ''],
    ]);
  });

  it('does not take a line end inside quotes for the line end of the file', async () => {
    const { rows } = await parse('a,b\n1,"x\r\ny"\n2,"\r\n"');
    expect(rows.map(({ b }) => b)).toEqual(['x\r\ny', '\r\n']);
  });

  it('strips a byte order mark, trims names, and numbers empty ones', async () => {
    const { table } = await parse('\ufeff a ,,"b ""x"""\n1,2,3\n');
    expect(table.columns.map(([name]) => name)).toEqual(['a', 'column_2', 'b "x"', '_file', '_line']);
    expect(table.rows).toBe(1);
  });

  it('reads files that end lines by CR alone, and tabs as delimiters', async () => {
    const { rows } = await parse('a\tb\r1\t"2\t3"\r4\t5\r', { dialect: plainDialect('\t') });
    expect(rows).toEqual([
      { a: '1', b: '2\t3', ...provenance(2) },
      { a: '4', b: '5', ...provenance(3) },
    ]);
  });

  it('takes names from the configuration where there is no header line', async () => {
    const named = await parse('1,2\n3,4\n', { csv: { header: false, columns: ['x', 'y'] } });
    expect(named.rows.map(({ x, y, _line }) => [x, y, _line])).toEqual([
      ['1', '2', '1'],
      ['3', '4', '2'],
    ]);
    const numbered = await parse('1,2\n', { csv: { header: false } });
    expect(numbered.rows).toEqual([{ column_1: '1', column_2: '2', ...provenance(1) }]);
  });

  it('gives an empty table for a header alone and for no byte at all', async () => {
    expect((await parse('a,b\n')).table).toMatchObject({ rows: 0 });
    expect((await parse('')).table.columns.map(([name]) => name)).toEqual(['_file', '_line']);
  });

  it.each([
    ['names twice', 'a,b,A\n1,2,3\n', 'STK-COLLECT-HEADER', 'names A more than once'],
    ['a name of ours', 'a,_LINE\n1,2\n', 'STK-COLLECT-HEADER', '_LINE'],
    ['another delimiter', 'a;b;c\n1;2;3\n', 'STK-COLLECT-DELIMITER', 'has 2 semicolons and no ","'],
    ['an open quote', '"a,b\n1,2\n', 'STK-COLLECT-HEADER', 'quoted field that is not closed'],
    [
      'too many columns',
      `${'a,'.repeat(100)}a\n`,
      'STK-COLLECT-COLUMNS',
      '101 columns; limits.columns allows 100',
    ],
    ['a NUL', 'a,\0\n1,2\n', 'STK-COLLECT-NUL', 'first line holds a NUL'],
  ])('is refused as a whole for a header with %s', async (_, content, code, message) => {
    await expect(parse(content)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('rejects wide rows cheaply where a file has 10,000 fields', async () => {
    const { rows, reasons } = await parse(`a,b\n1,2\n${'x,'.repeat(9999)}x\n3,4\n`, { recordBytes: 100_000 });
    expect(rows.map(({ a }) => a)).toEqual(['1', '3']);
    expect(reasons).toMatchObject([
      { reason: 'STK-COLLECT-COLUMNS', message: 'has 10000 fields; expected 2', line: 3 },
    ]);
  });
});

const cell = fc.string({
  unit: fc.constantFrom('a', '1', 'é', ' ', ',', '"', '""', '\n', '\r', '\r\n', '日', '\\', "'", '#', ''),
  maxLength: 5,
});

describe('any table', () => {
  it('comes back equal through DuckDB', async () => {
    const tables = fc.record({
      rows: fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 }),
      quoteAll: fc.boolean(),
      end: fc.constantFrom('\n', '\r\n'),
      finalEnd: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(tables, async ({ rows, quoteAll, end, finalEnd }) => {
        const field = (value: string): string =>
          quoteAll || /^"|[,\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
        const lines = ['a,b,c', ...rows.map((row) => row.map(field).join(','))];
        const parsed = await parse(lines.join(end) + (finalEnd ? end : ''));
        expect(parsed.rows.map(({ a, b, c }) => [a, b, c])).toEqual(rows);
      }),
      { numRuns: 120, seed: 3 },
    );
  });
});
