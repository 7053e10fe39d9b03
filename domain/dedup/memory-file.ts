import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArtifactRef } from '../../schemas/artifact.ts';
import type { StagedFile } from '../store/objects.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { runSteps } from '../warehouse/steps.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { MatchMemory } from './match-memory.ts';
import { jsonLinesSql } from './match-sql.ts';
import { type MemoryRow, memoryOf, memoryRows } from './memory-rows.ts';

/** Writes a memory as a Parquet file of (kind, ordinal, data), in that order. Same memory, same bytes. */
export async function writeMemory(
  warehouse: Warehouse,
  dir: string,
  memory: MatchMemory,
): Promise<StagedFile> {
  const lines = join(dir, 'memory.jsonl');
  await writeLines(lines, memoryRows(memory));
  const types = { kind: 'varchar', ordinal: 'bigint', data: 'varchar' };
  const sql = `select kind, ordinal, data from ${jsonLinesSql(lines, types)} order by kind, ordinal`;
  return writeParquet(warehouse, 'match_memory', sql, join(dir, 'memory.parquet'));
}

const rowsPerPage = 20_000;

/** Reads what `writeMemory` wrote, in pages, so that it does not hold the process up. */
export async function readMemory(
  store: Store,
  warehouse: Warehouse,
  file: ArtifactRef,
): Promise<MatchMemory> {
  const path = await store.objects.open(file);
  const numbered = `select row_number() over (order by kind, ordinal) - 1 as number, kind, ordinal, data from ${readParquetSql([path])}`;
  await runSteps(warehouse, [{ table: 'match_memory', sql: numbered }]);
  const rows: MemoryRow[] = [];
  for (;;) {
    const page = await warehouse.rows(
      'match_memory.page',
      'select kind, ordinal, data from match_memory where number >= $from and number < $to order by number',
      { from: rows.length, to: rows.length + rowsPerPage },
    );
    for (const { kind, ordinal, data } of page)
      rows.push({ kind: String(kind), ordinal: Number(ordinal), data: String(data) });
    if (page.length < rowsPerPage) break;
  }
  await warehouse.run('match_memory.drop', 'drop table match_memory');
  return memoryOf(rows);
}

/** Writes rows as lines of JSON. */
export async function writeLines(path: string, rows: Iterable<object>): Promise<void> {
  function* lines(): Generator<string> {
    for (const row of rows) yield `${JSON.stringify(row)}\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
}
