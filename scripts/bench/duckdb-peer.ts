import { mkdirSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** The peer of the backfill benchmark: DuckDB alone turns each daily CSV into one Parquet file ordered by row. */
async function main(input: string, output: string): Promise<void> {
  mkdirSync(output, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: String(cpus().length) });
  const connection = await instance.connect();
  for (const name of readdirSync(input)
    .filter((file) => file.endsWith('.csv'))
    .sort()) {
    await connection.run(
      `copy (select *, row_number() over () as line from read_csv('${join(input, name)}', all_varchar = true, header = true)
        order by line) to '${join(output, name.replace('.csv', '.parquet'))}' (format parquet, compression zstd)`,
    );
  }
}

await main(process.argv[2] ?? '', process.argv[3] ?? '');
