import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type ByteWindow, openWindow } from './byte-window.ts';
import { walkJsonDocument } from './json-document.ts';

const dir = mkdtempSync(join(tmpdir(), 'stocktake-json-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Found {
  readonly line: number;
  readonly text: string;
  readonly length: number;
}

function walk(content: string, windowBytes = 1 << 16, recordBytes = 1000): Found[] {
  const path = join(dir, 'x.json');
  writeFileSync(path, content);
  const windows: ByteWindow[] = [];
  const found: Found[] = [];
  const open = (): ByteWindow => {
    const window = openWindow(path, windowBytes);
    windows.push(window);
    return window;
  };
  try {
    walkJsonDocument(open, { recordBytes, jsonDepth: 50 }, ({ line, bytes, start, end, length }) => {
      found.push({ line, text: bytes.toString('utf8', start, end), length });
    });
    return found;
  } finally {
    for (const window of windows) window.close();
  }
}

const textsOf = (found: Found[]): string[] => found.map(({ text }) => text);

describe('records of a JSON document', () => {
  it('are the elements of an array, with the line each starts on', () => {
    const found = walk('\ufeff[\n  {"a":\n1},\n  {"b":"],\\"{"} ,7\n]\n');
    expect(found.map(({ line, text }) => [line, text])).toEqual([
      [2, '{"a":\n1}'],
      [4, '{"b":"],\\"{"}'],
      [4, '7'],
    ]);
    expect(walk(' [ ] ')).toEqual([]);
    expect(walk('')).toEqual([]);
  });

  it('are the elements of the one array of objects that a top-level object wraps', () => {
    expect(textsOf(walk('{"page":{"n":[1]},"tags":["x"],"items":[{"a":1},{"a":2}]}'))).toEqual([
      '{"a":1}',
      '{"a":2}',
    ]);
  });

  it('are found in a wrapper that is printed over several lines', () => {
    const found = walk('\n {\n  "count": 2,\n  "rows" :\n [ {"a": 1}, {"a": 2} ],\n  "ok": true\n}\n');
    expect(textsOf(found)).toEqual(['{"a": 1}', '{"a": 2}']);
  });

  it('are the top-level values themselves where nothing is wrapped', () => {
    expect(textsOf(walk('{"id":1,"tags":["x"],"none":[]}'))).toEqual(['{"id":1,"tags":["x"],"none":[]}']);
    expect(textsOf(walk('{"id":1,"l":[{"x":1}]}\n{"id":2,"l":[{"x":2}]}\n'))).toEqual([
      '{"id":1,"l":[{"x":1}]}',
      '{"id":2,"l":[{"x":2}]}',
    ]);
  });

  it('leaves what is wrong inside an element to the one who takes it apart', () => {
    expect(textsOf(walk('[{"a":x},{"b" 1},{"c":1]]'))).toEqual(['{"a":x}', '{"b" 1}', '{"c":1]']);
  });

  it('passes over a long element and keeps its beginning and its length', () => {
    for (const windowBytes of [5, 100, 1 << 16]) {
      const found = walk(`[{"a":1},\n"${'x'.repeat(20_000)}",{"b":2}]`, windowBytes);
      expect(found.map(({ length, line }) => [length, line])).toEqual([
        [7, 1],
        [20_002, 2],
        [7, 2],
      ]);
      expect(found[1]?.text.startsWith('"xxx')).toBe(true);
    }
  });

  it.each([
    ['an array that ends too early', '[{"a":1},{"b":2}', 'STK-COLLECT-TRUNCATED'],
    ['an element that ends too early', '[{"a":1},{"b":"', 'STK-COLLECT-TRUNCATED'],
    ['100,000 levels that never end', '['.repeat(100_000), 'STK-COLLECT-DEPTH'],
    ['a missing comma', '[{"a":1} {"b":2}]', 'STK-COLLECT-JSON'],
    ['a closing bracket too many', '[{"a":1}},{"b":2}]', 'STK-COLLECT-JSON'],
    ['a comma too many', '[{"a":1},]', 'STK-COLLECT-JSON'],
    ['something after the array', '[{"a":1}] x', 'STK-COLLECT-JSON'],
    ['two arrays of objects', '{"a":[{"x":1}],"b":[{"y":1}]}', 'STK-COLLECT-JSON'],
  ])('refuses the file as a whole for %s', (_, content, code) => {
    expect(() => walk(content)).toThrow(expect.objectContaining({ code }));
  });

  it('finds the elements of any array, whatever the window and the white space', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }),
        fc.constantFrom(undefined, 1, '\n'),
        fc.integer({ min: 1, max: 50 }),
        (values, space, windowBytes) => {
          const found = walk(JSON.stringify(values, undefined, space), windowBytes);
          expect(textsOf(found).map((text) => JSON.parse(text) as unknown)).toEqual(
            JSON.parse(JSON.stringify(values)),
          );
        },
      ),
      { numRuns: 300, seed: 6 },
    );
  });
});
