import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { collectSlices } from '../../domain/collect/collect.ts';
import { listSource } from '../../domain/collect/files.ts';
import { normalizeSlices } from '../../domain/normalize/normalize.ts';
import { silentLogger } from '../../domain/runtime/logger.ts';
import type { StageContext } from '../../domain/runtime/stage.ts';
import { openStore } from '../../domain/store/store.ts';
import { quotedString } from '../../domain/warehouse/quoting.ts';
import { openWarehouse } from '../../domain/warehouse/warehouse.ts';
import { configSchema } from '../../schemas/config.ts';
import { sourceSchema } from '../../schemas/source.ts';

/** One format's import: rows a second of the two stages together, and of each. */
interface ImportFigures {
  readonly format: 'csv' | 'parquet';
  readonly rows: number;
  readonly bytes: number;
  readonly collectSeconds: number;
  readonly normalizeSeconds: number;
  /** Of this process: without the parsing children. */
  readonly normalizeCpuSeconds: number;
  readonly rowsPerSecond: number;
}

/**
 * `node scripts/bench/import.ts [--rows N] [--json]`: events of six columns (about 53 bytes of CSV each) into clean Parquet
 * through the stages collect and normalize: received, parsed in limited children, mapped, typed, checked by the contract,
 * quarantined, hashed and in the ledger. One row in a thousand breaks the contract.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rows: { type: 'string', default: '5000000' }, json: { type: 'boolean', default: false } },
  });
  const rows = Number(values.rows);
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-bench-import-'));
  try {
    const before = loadavg()[0] ?? 0;
    const figures: ImportFigures[] = [];
    for (const format of ['parquet', 'csv'] as const) figures.push(await importEvents(dir, format, rows));
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ loadAverage: before, figures }, null, 2)}\n`
        : `${figures.map(printed).join('\n')}\nload average before: ${before.toFixed(2)}\n`,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function importEvents(dir: string, format: 'csv' | 'parquet', rows: number): Promise<ImportFigures> {
  const input = join(dir, format);
  const bytes = await writeEvents(input, format, rows);
  const store = await openStore(join(input, 'store'));
  const source = sourceSchema.parse({
    path: `events.${format}`,
    format,
    entities: {
      events: {
        key: ['event_id'],
        columns: {
          event_id: 'id',
          user_id: 'user',
          item_id: 'item',
          kind: 'kind',
          time: 'at',
          value: 'price',
        },
      },
    },
    contract: { checks: [{ type: 'range', column: 'value', min: 0 }] },
  });
  const plan = await listSource({ input, name: 'events', source, to: '9999-12-31' });
  const limits = configSchema.shape.limits.parse({});
  const started = performance.now();
  const collected = await collectSlices(store, context(), {
    name: 'events',
    source,
    limits,
    input,
    slices: plan.slices,
  });
  const between = performance.now();
  const cpu = process.cpuUsage();
  const raw = collected.datasets['raw.events'] ?? [];
  const normalized = await normalizeSlices(store, context(), {
    name: 'events',
    source,
    timezone: 'UTC',
    currency: 'EUR',
    raw,
  });
  const ended = performance.now();
  const { user, system } = process.cpuUsage(cpu);
  const [entry] = normalized.ledger;
  if (entry?.rowsIn !== rows || entry.rejected === 0)
    throw new Error(`the ledger says ${JSON.stringify(entry)}`);
  return {
    format,
    rows,
    bytes,
    collectSeconds: (between - started) / 1000,
    normalizeSeconds: (ended - between) / 1000,
    normalizeCpuSeconds: (user + system) / 1e6,
    rowsPerSecond: Math.round((rows * 1000) / (ended - started)),
  };
}

function context(): StageContext {
  return {
    log: silentLogger,
    heartbeat: () => undefined,
    signal: new AbortController().signal,
    threads: 2,
    memoryMb: 2048,
    force: false,
    failpoint: async () => undefined,
  };
}

/** Returns the bytes of the file. */
async function writeEvents(input: string, format: 'csv' | 'parquet', rows: number): Promise<number> {
  const warehouse = await openWarehouse({ threads: 2, memoryMb: 2048, tempDir: `${input}-spill` });
  await mkdir(input, { recursive: true });
  const path = join(input, `events.${format}`);
  try {
    await warehouse.run(
      'events',
      `copy (
        select
          n as id,
          'u' || (n * 7919 % 50021) as "user",
          'i' || (n * 104729 % 9973) as item,
          ['view', 'cart', 'purchase'][1 + n % 3] as kind,
          timestamp '2026-10-01' + interval (n % 86400) second as at,
          case when n % 1000 = 7 then -1 else (n * 31 % 99999) / 100 end::decimal(9, 2) as price
        from range(${rows}) t(n)
      ) to ${quotedString(path)} (format ${format})`,
    );
  } finally {
    warehouse.close();
  }
  return (await stat(path)).size;
}

function printed(figures: ImportFigures): string {
  const { format, rows, bytes, collectSeconds, normalizeSeconds, normalizeCpuSeconds, rowsPerSecond } =
    figures;
  return `${format}: ${rows} rows, ${(bytes / rows).toFixed(0)} bytes each: ${rowsPerSecond} rows/s (collect ${collectSeconds.toFixed(1)} s, normalize ${normalizeSeconds.toFixed(1)} s, ${normalizeCpuSeconds.toFixed(1)} s of processor time)`;
}

await main();
