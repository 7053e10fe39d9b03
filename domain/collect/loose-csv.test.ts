import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dialect, plainDialect } from './csv-dialect.ts';
import { splitRecord } from './csv-fields.ts';
import { createRecordScanner } from './csv-scanner.ts';
import { createLooseReader } from './loose-csv.ts';

const limits = { newline: 0x0a, recordBytes: 1000 };

/** The records of a text, or where a quote makes no sense, `status` in place of one. */
function read(text: string, dialect: Partial<Dialect>): (string[] | string)[] {
  const bytes = Buffer.from(text);
  const { scan, split } = createLooseReader({ ...plainDialect(','), ...dialect }, limits);
  const found: (string[] | string)[] = [];
  for (let at = 0; at < bytes.length; ) {
    const shape = scan(bytes, at, bytes.length, true);
    if (shape.status !== 'record') return [...found, shape.status];
    const { next, end } = shape;
    found.push(split(bytes, at, end));
    at = next;
  }
  return found;
}

describe('a record of any dialect', () => {
  it('has its fields between runs of blanks', () => {
    expect(read('  a  b c  \n"d e"   f\n', { delimiter: ' ', run: 1 })).toEqual([
      ['a', 'b', 'c'],
      ['d e', 'f'],
    ]);
    expect(read('a b  c\r\nd   e f\r\n', { delimiter: ' ', run: 2 })).toEqual([
      ['a b', 'c'],
      ['d', 'e f'],
    ]);
  });

  it('has quotes of one kind, doubled or behind a backslash', () => {
    expect(read("'a, ''b''',\"c\n'd\ne',f", { quote: "'" })).toEqual([
      ["a, 'b'", '"c'],
      ['d\ne', 'f'],
    ]);
    expect(read('"a \\"b\\", c",\\N\nd\\,e,C:\\temp', { escapes: 'backslash' })).toEqual([
      ['a "b", c', '\\N'],
      ['d,e', 'C:\\temp'],
    ]);
    expect(read('a, "b, c" ,d\n', { blankBeforeQuote: true })).toEqual([['a', 'b, c', 'd']]);
    expect(read('"a,b\n', { quote: '' })).toEqual([['"a', 'b']]);
    expect(read('one, "line"\n', { delimiter: '', quote: '' })).toEqual([['one, "line"']]);
  });

  it('says where a quote makes no sense', () => {
    expect(read('a,b\n"c"d,e\n', {})).toEqual([['a', 'b'], 'quote']);
    expect(read('a,b\n"c,d\n', {})).toEqual([['a', 'b'], 'quote']);
  });

  it('is what the fast scanner makes of it, wherever the window ends', () => {
    const unit = fc.constantFrom('a', 'é', ',', '"', '""', '\n', '\r\n', '\r', ' ', '\\');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), fc.nat(30), fc.boolean(), (text, window, atEnd) => {
        const bytes = Buffer.from(text);
        const end = atEnd ? bytes.length : Math.min(window, bytes.length);
        const loose = createLooseReader(plainDialect(','), limits);
        const scan = createRecordScanner({ delimiter: 0x2c, ...limits }, Number.MAX_SAFE_INTEGER);
        const fast = { ...scan(bytes, 0, end, atEnd) };
        const slow = { ...loose.scan(bytes, 0, end, atEnd) };
        if (fast.status === 'quote' && slow.status === 'more') return;
        expect(slow.status).toBe(fast.status);
        if (fast.status !== 'record') return;
        expect([slow.end, slow.next, slow.fields, slow.innerLines]).toEqual([
          fast.end,
          fast.next,
          fast.fields,
          fast.innerLines,
        ]);
        expect(loose.split(bytes, 0, fast.end)).toEqual(
          splitRecord(bytes.toString('utf8', 0, fast.end), ','),
        );
      }),
      { numRuns: 2000, seed: 5 },
    );
  });
});
