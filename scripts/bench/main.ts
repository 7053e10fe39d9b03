import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../../cli/output.ts';
import { sizeText } from '../../domain/report/format.ts';
import { measure } from './measure.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'cli', 'main.ts');

interface Line {
  readonly benchmark: string;
  readonly seconds: number;
  readonly peakPssBytes: number;
  readonly momentPssBytes: number;
  readonly peer: string;
  readonly ratio: number | null;
  readonly note: string;
}

/**
 * `npm run bench [-- --retail <folder of daily CSVs>] [--json]`: speeds as whole commands, beside a named peer in the same
 * run: DuckDB alone (same version, same threads) turning the same CSVs into one ordered Parquet file a day.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { retail: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const retail = values.retail ?? join(root, '..', 'shared', 'data', 'uci-online-retail-by-day', 'by-day');
  const lines: Line[] = [];
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-bench-'));
  try {
    lines.push(await demo(dir));
    if (existsSync(retail)) lines.push(...(await backfill(dir, retail)));
    else
      process.stderr.write(
        `no daily CSVs in ${retail}: the backfill benchmark is left out (--retail names a folder)\n`,
      );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  process.stdout.write(values.json ? `${JSON.stringify(lines, null, 2)}\n` : `${printed(lines)}\n`);
}

async function demo(dir: string): Promise<Line> {
  const store = join(dir, 'demo');
  const args = [cli, 'demo', '--store', store, '--input', join(store, 'shop')];
  const { code, seconds, peakPssBytes, momentPssBytes, stderr } = await measure(process.execPath, args, {
    cwd: root,
  });
  if (code !== 0) throw new Error(`demo ended with ${code}: ${stderr.slice(-2000)}`);
  return {
    benchmark: 'demo shop, two nights',
    seconds,
    peakPssBytes,
    momentPssBytes,
    peer: '',
    ratio: null,
    note: '',
  };
}

async function backfill(dir: string, input: string): Promise<Line[]> {
  const config = join(root, 'examples', 'online-retail', 'temporal.config.ts');
  const roadOnly = join(dir, 'road.config.ts');
  await writeFile(
    roadOnly,
    `import base from ${JSON.stringify(config)};
export default { ...base, embed: { enabled: false }, classify: { enabled: false }, recommend: { enabled: false } };
`,
  );
  const year = async (name: string, configFile: string) => {
    const args = [
      'backfill',
      '--from',
      '2010-12-01',
      '--to',
      '2011-12-09',
      '--config',
      configFile,
      '--input',
      input,
    ];
    const store = ['--store', join(dir, name), '--json'];
    const measured = await measure(process.execPath, [cli, ...args, ...store], { cwd: root });
    if (measured.code === 0) return measured;
    throw new Error(`backfill ended with ${measured.code}: ${measured.stderr.slice(-2000)}`);
  };
  const first = await year('road', roadOnly);
  const second = await year('road', roadOnly);
  const whole = await year('whole', config);
  const peer = await measure(
    process.execPath,
    [join(root, 'scripts', 'bench', 'duckdb-peer.ts'), input, join(dir, 'peer')],
    { cwd: root },
  );
  return [
    {
      benchmark: 'online retail, 305 days, the road to inventory',
      seconds: first.seconds,
      peakPssBytes: first.peakPssBytes,
      momentPssBytes: first.momentPssBytes,
      peer: `DuckDB alone ${peer.seconds.toFixed(1)} s`,
      ratio: first.seconds / peer.seconds,
      note: 'peer: CSV to one ordered Parquet a day, no contract, no ledger, no entities, no fsync',
    },
    {
      benchmark: 'the same again',
      seconds: second.seconds,
      peakPssBytes: second.peakPssBytes,
      momentPssBytes: second.momentPssBytes,
      peer: '',
      ratio: null,
      note: second.stderr.trim().split('\n').at(-1) ?? '',
    },
    {
      benchmark: 'online retail, 305 days, with the loop',
      seconds: whole.seconds,
      peakPssBytes: whole.peakPssBytes,
      momentPssBytes: whole.momentPssBytes,
      peer: '',
      ratio: null,
      note: 'embedding, training and the gate included',
    },
  ];
}

function printed(lines: readonly Line[]): string {
  return table(lines, [
    { title: 'benchmark', value: (line) => line.benchmark },
    { title: 'seconds', value: (line) => line.seconds.toFixed(1), align: 'right' },
    { title: 'memory', value: (line) => sizeText(line.peakPssBytes), align: 'right' },
    { title: 'at once', value: (line) => sizeText(line.momentPssBytes), align: 'right' },
    { title: 'peer', value: (line) => line.peer },
    { title: 'ratio', value: (line) => (line.ratio === null ? '' : line.ratio.toFixed(1)), align: 'right' },
    { title: 'note', value: (line) => line.note },
  ]);
}

await main();
