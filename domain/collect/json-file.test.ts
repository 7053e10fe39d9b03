import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { quotedString } from '../warehouse/quoting.ts';
import { chooseColumns, extractJson, type JsonExtract, writeFlats } from './json-file.ts';
import { createRejectLog, type ReasonCount } from './reject-log.ts';
import { openSandbox } from './sandbox.ts';
import { defaultLimits } from './source-fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'stocktake-json-file-'));
const sandbox = await openSandbox({ folders: [dir], tempDir: join(dir, 'spill'), memoryMb: 512 });
const reader = await (await DuckDBInstance.create(':memory:')).connect();
afterAll(() => {
  reader.closeSync();
  rmSync(dir, { recursive: true, force: true });
});

type Rows = Record<string, unknown>[];

async function parse(
  content: string | Buffer,
  format: 'json' | 'jsonl',
  limits: Partial<ReturnType<typeof defaultLimits>> = {},
): Promise<{ extract: JsonExtract; rows: Rows; reasons: ReasonCount[] }> {
  const path = join(dir, 'in');
  writeFileSync(path, content);
  const task = {
    path,
    name: 'a.json',
    format,
    flat: join(dir, 'flat'),
    limits: { ...defaultLimits(), ...limits },
  };
  const rejects = createRejectLog(join(dir, 'rejects'));
  const counts = extractJson(task, false, rejects).keys;
  const choice = chooseColumns(counts, task.limits.columns);
  const extract = extractJson(task, choice.whole, rejects);
  rejects.close();
  const { path: out } = await writeFlats(
    sandbox,
    [extract.flat],
    choice,
    task.limits.recordBytes,
    join(dir, 'out.parquet'),
  );
  const read = await reader.runAndReadAll(`select * from read_parquet(${quotedString(out)})`);
  return { extract, rows: read.getRowObjectsJson(), reasons: rejects.reasons() };
}

describe('JSON lines', () => {
  it('give one row a line, with texts unchanged', async () => {
    const { rows } = await parse(
      '{"id":9007199254740993,"big":1e400,"price":1.10}\r\n\n{"id":"\\u00e9\\n😀","price":null,"o":{"k": [1.10]}}',
      'jsonl',
    );
    expect(rows).toEqual([
      { id: '9007199254740993', big: '1e400', price: '1.10', o: null, _file: 'a.json', _line: '1' },
      { id: 'é\n😀', big: null, price: null, o: '{"k": [1.10]}', _file: 'a.json', _line: '3' },
    ]);
  });

  it('are rejected one by one, and the others taken', async () => {
    const bad = [
      '{"a":1}',
      '{"a":',
      '[1]',
      '{"a":"x\\u0000"}',
      `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      `{"a":"${'x'.repeat(300_000)}"}`,
      '{"a":2}',
    ];
    const { rows, reasons } = await parse(bad.join('\n'), 'jsonl', { recordBytes: 250_000 });
    expect(rows.map(({ a, _line }) => [a, _line])).toEqual([
      ['1', '1'],
      ['2', '7'],
    ]);
    expect(reasons.map(({ reason, entries, line }) => [reason, entries, line])).toEqual([
      ['STK-COLLECT-DEPTH', 1, 5],
      ['STK-COLLECT-JSON', 2, 2],
      ['STK-COLLECT-LONG', 1, 6],
      ['STK-COLLECT-NUL', 1, 4],
    ]);
  });

  it('that are no UTF-8 or hold a NUL byte are rejected', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.of(0xff),
      Buffer.from('"}\n{"a":"\0"}\n{"a":1}\n'),
    ]);
    const { rows, reasons } = await parse(bytes, 'jsonl');
    expect(rows).toHaveLength(1);
    expect(reasons.map(({ reason }) => reason)).toEqual(['STK-COLLECT-ENCODING', 'STK-COLLECT-NUL']);
  });

  it('with a repeated name are counted', async () => {
    const { rows, extract } = await parse('{"a":1,"a":2}\n{"a":3}\n', 'jsonl');
    expect(rows.map(({ a }) => a)).toEqual(['2', '3']);
    expect(extract.repeatedKeys).toBe(1);
  });
});

describe('JSON arrays', () => {
  it('count elements instead of lines where several stand on one line', async () => {
    const pretty = await parse('[\n{"a":1},\n\n{"a":2}]', 'json');
    expect(pretty.rows.map(({ _line }) => _line)).toEqual(['2', '4']);
    const dense = await parse('[{"a":1},7,{"a":2}]', 'json');
    expect(dense.rows.map(({ _line }) => _line)).toEqual(['1', '3']);
    expect(dense.extract.flat.position).toBe('element');
  });
});

describe('columns of JSON', () => {
  it('are the most frequent names, ties by name, in the order they appear; the object is kept beside them', async () => {
    const { rows } = await parse('{"z":1,"c":1,"b":1}\n{"z":2,"a":2,"q":2}\n', 'jsonl', { columns: 3 });
    expect(Object.keys(rows[0] ?? {})).toEqual(['z', 'b', 'a', '_json', '_file', '_line']);
    expect(rows.map(({ _json }) => _json)).toEqual(['{"z":1,"c":1,"b":1}', '{"z":2,"a":2,"q":2}']);
  });

  it('never collide: names that SQL cannot tell apart, empty ones and ours stay in the object', async () => {
    const object = '{"id":1,"ID":2,"":3,"_line":4,"_json":5,"\\u0001file":6}';
    const { rows } = await parse(`${object}\n{"id":7}\n`, 'jsonl');
    expect(rows).toEqual([
      { id: '1', _json: object, _file: 'a.json', _line: '1' },
      { id: '7', _json: '{"id":7}', _file: 'a.json', _line: '2' },
    ]);
  });

  it('may have any name', async () => {
    const { rows } = await parse(`{"a\\"b'c":1,"é \\\\ ;--":2,"select":3}\n`, 'jsonl');
    expect(rows[0]).toMatchObject({ 'a"b\'c': '1', 'é \\ ;--': '2', select: '3' });
  });
});
