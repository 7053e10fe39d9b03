import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openWindow } from './byte-window.ts';
import { splitRecord } from './csv-fields.ts';
import { type RecordCounts, walkRecords } from './csv-records.ts';
import { createRecordScanner } from './csv-scanner.ts';
import type { RejectReason } from './reject-log.ts';

const dir = mkdtempSync(join(tmpdir(), 'stocktake-csv-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Walked {
  readonly counts: RecordCounts;
  readonly records: { line: number; lines: number; values: string[] }[];
  readonly rejects: { line: number; reason: RejectReason; raw: string; message: string }[];
}

interface WalkOptions {
  readonly fields: number;
  readonly newline?: number;
  readonly recordBytes?: number;
  /** A small window makes records run over its edge. */
  readonly windowBytes?: number;
}

function walk(content: string | Buffer, options: WalkOptions): Walked {
  const { fields, newline = 0x0a, recordBytes = 1000, windowBytes = 1 << 16 } = options;
  const path = join(dir, 'x.csv');
  writeFileSync(path, content);
  const window = openWindow(path, windowBytes);
  const walked: Walked = { counts: undefined as never, records: [], rejects: [] };
  const scan = createRecordScanner({ delimiter: 0x2c, newline, recordBytes }, fields);
  const counts = walkRecords(window, { scan, newline, recordBytes, fields, comment: -1 }, 1, {
    record(bytes, start, line, shape) {
      const values = splitRecord(bytes.toString('utf8', start, shape.end), ',');
      walked.records.push({ line, lines: 1 + shape.innerLines, values });
      return true;
    },
    reject(reason, line, raw, message) {
      walked.rejects.push({ line, reason, raw: raw.toString(), message });
      return true;
    },
  });
  window.close();
  return { ...walked, counts };
}

const valuesOf = ({ records }: Walked): string[][] => records.map(({ values }) => values);
const reasonsOf = ({ rejects }: Walked): string[] => rejects.map(({ line, reason }) => `${line} ${reason}`);

describe('what a record is', () => {
  it('takes quoted fields with delimiters, doubled quotes and line ends inside', () => {
    const walked = walk('a,"b,""c"""\n"x\ny",\n"",z', { fields: 2 });
    expect(valuesOf(walked)).toEqual([
      ['a', 'b,"c"'],
      ['x\ny', ''],
      ['', 'z'],
    ]);
    expect(walked.records.map(({ line }) => line)).toEqual([1, 2, 4]);
  });

  it('ends a record by LF, by CR LF, or by the end of the file', () => {
    expect(valuesOf(walk('a,b\r\nc,d\ne,"f"\r\n"g",h\r', { fields: 2 }))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
      ['g', 'h'],
    ]);
  });

  it('takes a lone CR for text, and for a line end where the file has no LF', () => {
    expect(valuesOf(walk('a\rb,c\n', { fields: 2 }))).toEqual([['a\rb', 'c']]);
    expect(valuesOf(walk('a,b\rc,"d\re"\rf,g', { fields: 2, newline: 0x0d }))).toEqual([
      ['a', 'b'],
      ['c', 'd\re'],
      ['f', 'g'],
    ]);
  });

  it('takes a quote inside an unquoted field for text', () => {
    expect(valuesOf(walk('5" pipe,a"b\n', { fields: 2 }))).toEqual([['5" pipe', 'a"b']]);
  });

  it('passes over blank lines, and takes them for empty values where there is one column', () => {
    const two = walk('a,b\n\n\r\nc,d\n', { fields: 2 });
    expect(two.counts).toMatchObject({ records: 2, blankLines: 2, rejected: 0, nextLine: 5 });
    expect(valuesOf(walk('a\n\nb\n', { fields: 1 }))).toEqual([['a'], [''], ['b']]);
  });
});

describe('what is kept out', () => {
  it('rejects a line with another number of fields and names both numbers', () => {
    const walked = walk('a,b\nc\nd,e,f\ng,h\n', { fields: 2 });
    expect(reasonsOf(walked)).toEqual(['2 STK-COLLECT-COLUMNS', '3 STK-COLLECT-COLUMNS']);
    expect(walked.rejects[1]).toMatchObject({ raw: 'd,e,f', message: 'has 3 fields; expected 2' });
    expect(walked.records.map(({ line }) => line)).toEqual([1, 4]);
  });

  it('rejects only the line of an unterminated quote, also when the file ends in it', () => {
    const walked = walk('a,"b\nc,d\ne,f\n', { fields: 2 });
    expect(reasonsOf(walked)).toEqual(['1 STK-COLLECT-QUOTE']);
    expect(valuesOf(walked)).toEqual([
      ['c', 'd'],
      ['e', 'f'],
    ]);
  });

  it('does not let an unterminated quote swallow lines up to the next quoted field', () => {
    const walked = walk('a,"b\nc,d\ne,"f"\ng,"h"\n', { fields: 2 });
    expect(reasonsOf(walked)).toEqual(['1 STK-COLLECT-QUOTE']);
    expect(valuesOf(walked)).toEqual([
      ['c', 'd'],
      ['e', 'f'],
      ['g', 'h'],
    ]);
  });

  it('rejects text after a closing quote', () => {
    const walked = walk('a,"b"c\nd,"e" \nf,g\n', { fields: 2 });
    expect(reasonsOf(walked)).toEqual(['1 STK-COLLECT-QUOTE', '2 STK-COLLECT-QUOTE']);
  });

  it('rejects a long line by its number and goes on, whatever the window', () => {
    for (const windowBytes of [7, 64, 1 << 16]) {
      const walked = walk(`a,b\nc,${'x'.repeat(9000)}\r\nd,e\n`, {
        fields: 2,
        recordBytes: 1000,
        windowBytes,
      });
      expect(reasonsOf(walked)).toEqual(['2 STK-COLLECT-LONG']);
      expect(walked.rejects[0]?.message).toBe('has 9002 bytes; limits.recordBytes allows 1000');
      expect(walked.rejects[0]?.raw.startsWith('c,xxx')).toBe(true);
      expect(walked.records.map(({ line }) => line)).toEqual([1, 3]);
    }
  });

  it('takes a record of exactly the longest length', () => {
    const line = `a,${'x'.repeat(998)}`;
    for (const end of ['\n', '\r\n', '']) {
      expect(walk(`${line}${end}`, { fields: 2, recordBytes: 1000 }).counts.records).toBe(1);
      expect(walk(`${line}x${end}`, { fields: 2, recordBytes: 1000 }).counts.rejected).toBe(1);
    }
  });

  it('rejects records with a NUL and records that are no UTF-8, and no other', () => {
    const bad = Buffer.concat([
      Buffer.from('a,b\nc,\0\nd,'),
      Buffer.of(0xff),
      Buffer.from('\n"é\n,",f\n'),
      Buffer.of(0xe9),
    ]);
    expect(reasonsOf(walk(bad, { fields: 2 }))).toEqual([
      '2 STK-COLLECT-NUL',
      '3 STK-COLLECT-ENCODING',
      '6 STK-COLLECT-ENCODING',
    ]);
  });
});

const cell = fc.string({
  unit: fc.constantFrom('a', 'é', ' ', ',', '"', '\n', '\r', '\r\n', '日', ''),
  maxLength: 6,
});
const quoting = fc.constantFrom('always', 'needed');

/** A table written as CSV with quoting as given; numbers of physical lines are counted while it is written. */
function written(rows: string[][], quotes: string[][], end: string): { text: string; lines: number[] } {
  let text = '';
  const lines: number[] = [];
  for (const [r, row] of rows.entries()) {
    lines.push(1 + text.split('\n').length - 1);
    const fields = row.map((value, c) => {
      const must = /^"|[,\n\r]/.test(value) || (value === '' && row.length === 1);
      return must || quotes[r]?.[c] === 'always' ? `"${value.replaceAll('"', '""')}"` : value;
    });
    text += `${fields.join(',')}${end}`;
  }
  return { text, lines };
}

const table = fc.integer({ min: 1, max: 4 }).chain((columns) =>
  fc.record({
    rows: fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), {
      minLength: 1,
      maxLength: 8,
    }),
    quotes: fc.array(fc.array(quoting, { minLength: columns, maxLength: columns }), {
      minLength: 8,
      maxLength: 8,
    }),
    end: fc.constantFrom('\n', '\r\n'),
    windowBytes: fc.integer({ min: 1, max: 40 }),
  }),
);

describe('any table', () => {
  it('comes back as it was written, with the right line, whatever the quoting and the window', () => {
    fc.assert(
      fc.property(table, ({ rows, quotes, end, windowBytes }) => {
        const { text, lines } = written(rows, quotes, end);
        const walked = walk(text, { fields: rows[0]?.length ?? 0, windowBytes });
        expect(valuesOf(walked)).toEqual(rows);
        expect(walked.records.map(({ line }) => line)).toEqual(lines);
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  it('loses no line silently when bytes are flipped: each lies in a record, in a reject, or is blank', () => {
    const flips = fc.array(fc.record({ at: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(table, flips, ({ rows, quotes, end, windowBytes }, changes) => {
        const bytes = Buffer.from(written(rows, quotes, end).text);
        for (const { at, bit } of changes) {
          const index = at % bytes.length;
          bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << bit), index);
        }
        const { counts, records, rejects } = walk(bytes, { fields: rows[0]?.length ?? 0, windowBytes });
        const inRecords = records.reduce((sum, { lines }) => sum + lines, 0);
        const inRejects = rejects.reduce((sum, { raw, reason }) => {
          const whole = reason === 'STK-COLLECT-NUL' || reason === 'STK-COLLECT-ENCODING';
          return sum + (whole ? raw.split('\n').length : 1);
        }, 0);
        const physical = bytes.toString('latin1').split('\n');
        const lines = physical.at(-1) === '' ? physical.length - 1 : physical.length;
        expect(inRecords + inRejects + counts.blankLines).toBe(lines);
        expect([counts.records, counts.rejected]).toEqual([records.length, rejects.length]);
      }),
      { numRuns: 400, seed: 2 },
    );
  });
});
