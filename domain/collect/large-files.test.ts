import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { quotedString } from '../warehouse/quoting.ts';
import { plainDialect } from './csv-dialect.ts';
import { type CsvResult, parseCsv } from './csv-file.ts';
import { parseParquet } from './parquet-file.ts';
import { createRejectLog } from './reject-log.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

const dir = mkdtempSync(join(tmpdir(), 'stocktake-large-files-'));
const sandbox = await openSandbox({ folders: [dir], tempDir: join(dir, 'spill'), memoryMb: 512 });
const writer = await (await DuckDBInstance.create(':memory:')).connect();
afterAll(() => {
  writer.closeSync();
  rmSync(dir, { recursive: true, force: true });
});

/** The same sandbox, its one thread for large tables too; counts how often it is asked for more. */
function narrow(): Sandbox & { asked: number } {
  const only = {
    ...sandbox,
    asked: 0,
    async wide() {
      only.asked++;
      return sandbox;
    },
  };
  return only;
}

const out = join(dir, 'out.parquet');
const sha256 = (): string => createHash('sha256').update(readFileSync(out)).digest('hex');

const lines = 420_000;
const regular = `id,text\n${Array.from({ length: lines }, (_, n) => `${n},"this is, text ${n % 7919} of ${n % 3}"\n`).join('')}`;

async function parse(content: string, engine: Sandbox = sandbox): Promise<CsvResult> {
  const path = join(dir, 'in.csv');
  writeFileSync(path, content);
  const rejects = createRejectLog(join(dir, 'rejects'));
  const files = { path, name: 'in.csv', out, cleaned: join(dir, 'cleaned.csv') };
  try {
    const limits = { recordBytes: 1000, columns: 10 };
    return await parseCsv(
      engine,
      { ...files, csv: { header: true }, dialect: plainDialect(','), ...limits },
      rejects,
    );
  } finally {
    rejects.close();
  }
}

describe('a large CSV file', () => {
  it('is one table where every line is regular', async () => {
    expect(await parse(regular)).toMatchObject({ rejected: 0, table: { rows: lines } });
  });

  it.each([
    ['at its end', `${regular}too,many,fields\n\n`],
    ['at its start', regular.replace('\n0,', '\nnone\n\n0,')],
  ])('is read while it is scanned, and read again for an irregular line %s', async (_, content) => {
    let written = 0;
    const write: Sandbox['write'] = (...given) => {
      written++;
      return sandbox.write(...given);
    };
    const result = await parse(content, { ...sandbox, write });
    expect(written).toBe(2);
    expect(result).toMatchObject({ rejected: 1, blankLines: 1, table: { rows: lines } });
    const read = await writer.runAndReadAll(`select count(*), max(_line) from ${quotedString(out)}`);
    expect(read.getRowsJson()[0]?.[0]).toBe(String(lines));
  });
});

describe('a large Parquet file', () => {
  it.each([
    [122_880, 1],
    [100_352, 0],
  ])('of row groups of %d rows gives the bytes that one thread gives', async (size, asked) => {
    const path = join(dir, 'in.parquet');
    await writer.run(
      `copy (select n, 'u' || n % 5021 as u from range(400000) t(n)) to ${quotedString(path)} (format parquet, row_group_size ${size})`,
    );
    const task = { path, name: 'in.parquet', out, columns: 10, expandedBytes: 1e9 };
    const engine = narrow();
    expect((await parseParquet(engine, task)).rows).toBe(400_000);
    expect(engine.asked).toBe(asked);
    const bytes = sha256();
    expect((await parseParquet(sandbox, task)).rows).toBe(400_000);
    expect(sha256()).toBe(bytes);
    expect(existsSync(out)).toBe(true);
  });
});
