import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { plainColumn } from '../../domain/inventory/profile-sql.ts';
import { scanProfile } from '../../domain/inventory/scan-profile.ts';
import { quotedString } from '../../domain/warehouse/quoting.ts';
import { engineVersion, openWarehouse, type Warehouse } from '../../domain/warehouse/warehouse.ts';

/** Uniform in 0-1, fixed by row and column. */
const uniform = (column: number): string => `(hash(i, ${column}) / 18446744073709551615.0)`;

/** Five columns as events have them: a running id, a skewed user, a kind, an amount, a time. */
const tableSql = (rows: number): string => `select
  cast(i as bigint) as event_id,
  cast(floor(200000 * pow(${uniform(1)}, 2)) as integer) as user_id,
  ['view', 'cart', 'purchase', 'return'][1 + cast(floor(3.999 * pow(${uniform(2)}, 3)) as integer)] as kind,
  cast(exp(4 * ${uniform(3)}) * 5 as decimal(18, 4)) as value,
  timestamp '2026-01-01' + to_microseconds(cast(i as bigint) * 6000000 + cast(hash(i, 4) % 5000000 as bigint)) as time
from range(${rows}) as rows(i)`;

/**
 * `node scripts/bench/profile.ts [--rows 5000000] [--threads 2] [--json]`: the profile's one scan beside DuckDB's `summarize` on
 * the same Parquet file, engine, version and threads, median of three alternating rounds; then how far the sample's quantiles
 * lie from their rank.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '5000000' },
      threads: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
    },
  });
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-bench-profile-'));
  const threads = Number(values.threads);
  const warehouse = await openWarehouse({ threads, memoryMb: 2048, tempDir: join(dir, 'spill') });
  try {
    const file = join(dir, 'events.parquet');
    await warehouse.run(
      'make',
      `copy (${tableSql(Number(values.rows))}) to ${quotedString(file)} (format parquet, compression zstd)`,
    );
    const figures = {
      engine: await engineVersion(),
      threads,
      rows: Number(values.rows),
      ...(await race(warehouse, file)),
    };
    process.stdout.write(values.json ? `${JSON.stringify(figures, null, 2)}\n` : `${told(figures)}\n`);
  } finally {
    warehouse.close();
    await rm(dir, { recursive: true, force: true });
  }
}

interface Race {
  readonly summarizeSeconds: number;
  readonly profileSeconds: number;
  readonly ratio: number;
  /** The same by processor time, which others on the machine disturb less. */
  readonly cpuRatio: number;
  /** Largest distance of a quantile from its rank, as a share of the rows. */
  readonly worstRank: number;
}

async function race(warehouse: Warehouse, file: string): Promise<Race> {
  const relation = `read_parquet(${quotedString(file)})`;
  const types = await warehouse.rows('describe', `describe select * from ${relation}`);
  const columns = types.map((row) => plainColumn(String(row.column_name), String(row.column_type)));
  const profile = () =>
    scanProfile(warehouse, { step: 'bench', relation, columns, rowKey: 'file_row_number' });
  const peer = () => warehouse.rows('summarize', `summarize select * from ${relation}`);
  const [peers, ours]: [Cost[], Cost[]] = [[], []];
  await profile();
  for (let round = 0; round < 3; round += 1) {
    peers.push(await costOf(peer));
    ours.push(await costOf(profile));
  }
  const middle = (costs: readonly Cost[], pick: keyof Cost): number =>
    median(costs.map((cost) => cost[pick]));
  const [summarizeSeconds, profileSeconds] = [middle(peers, 'seconds'), middle(ours, 'seconds')];
  return {
    summarizeSeconds,
    profileSeconds,
    ratio: Number((summarizeSeconds / profileSeconds).toFixed(2)),
    cpuRatio: Number((middle(peers, 'cpu') / middle(ours, 'cpu')).toFixed(2)),
    worstRank: await worstRank(warehouse, relation, (await profile()).columns),
  };
}

async function worstRank(
  warehouse: Warehouse,
  relation: string,
  columns: Awaited<ReturnType<typeof scanProfile>>['columns'],
): Promise<number> {
  let worst = 0;
  for (const { column, quantiles } of columns) {
    for (const [index, share] of [0.05, 0.25, 0.5, 0.75, 0.95].entries()) {
      const value = quantiles?.[index];
      if (value === undefined) continue;
      const [row] = await warehouse.rows(
        'rank',
        `select count(*) filter (where ${column} < ${quotedString(value)}) / count(*) as low, count(*) filter (where ${column} <= ${quotedString(value)}) / count(*) as high from ${relation}`,
      );
      const [low, high] = [Number(row?.low), Number(row?.high)];
      worst = Math.max(worst, low - share, share - high);
    }
  }
  return Number(worst.toFixed(5));
}

/** Wall and processor seconds. */
interface Cost {
  readonly seconds: number;
  readonly cpu: number;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return {
    seconds: Number(((performance.now() - started) / 1000).toFixed(3)),
    cpu: (user + system) / 1e6,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function told({
  engine,
  threads,
  rows,
  summarizeSeconds,
  profileSeconds,
  ratio,
  cpuRatio,
  worstRank: rank,
}: Race & { engine: string; threads: number; rows: number }): string {
  return [
    `DuckDB ${engine}, ${threads} threads, ${rows} rows x 5 columns, median of 3`,
    `summarize ${summarizeSeconds} s, profile ${profileSeconds} s: ${ratio} times as fast (${cpuRatio} by processor time)`,
    `quantiles within ${(100 * rank).toFixed(2)} % of their rank`,
  ].join('\n');
}

await main();
