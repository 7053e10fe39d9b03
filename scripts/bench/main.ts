import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../../cli/output.ts';
import { countText, sizeText } from '../../domain/report/format.ts';
import { benchEncoder, type EncodeFigures } from './encode.ts';
import { measure } from './measure.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'cli', 'main.ts');

interface Line {
  readonly benchmark: string;
  /** Wall time, memory: null where nothing was run. */
  readonly seconds: number | null;
  readonly peakPssBytes: number | null;
  readonly momentPssBytes: number | null;
  readonly peer: string;
  readonly ratio: number | null;
  readonly note: string;
}

const parts = ['demo', 'retail', 'encode'] as const;

/**
 * `npm run bench [-- demo retail encode] [--retail <folder of daily CSVs>] [--json]`: speeds of all or the named parts, each
 * beside a named peer in the same run. Whole commands stand beside DuckDB alone (same version, same threads) turning the same
 * CSVs into one ordered Parquet file a day; the encoder beside plain ONNX Runtime on the same model.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { retail: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const unknown = positionals.find((name) => !parts.some((part) => part === name));
  if (unknown !== undefined) throw new Error(`there is no benchmark '${unknown}': ${parts.join(', ')}`);
  const asked = (part: (typeof parts)[number]) => positionals.length === 0 || positionals.includes(part);
  const retail = values.retail ?? join(root, '..', 'shared', 'data', 'uci-online-retail-by-day', 'by-day');
  const lines: Line[] = [];
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-bench-'));
  try {
    if (asked('encode')) lines.push(...(await encode()));
    if (asked('demo')) lines.push(await demo(dir));
    if (asked('retail')) lines.push(...(await retailLines(dir, retail)));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  process.stdout.write(values.json ? `${JSON.stringify(lines, null, 2)}\n` : `${printed(lines)}\n`);
}

async function retailLines(dir: string, retail: string): Promise<Line[]> {
  if (existsSync(retail)) return backfill(dir, retail);
  process.stderr.write(
    `no daily CSVs in ${retail}: the backfill benchmark is left out (--retail names a folder)\n`,
  );
  return [];
}

async function encode(): Promise<Line[]> {
  const result = await benchEncoder(root);
  const nothing = { seconds: null, peakPssBytes: null, momentPssBytes: null, ratio: null };
  if ('why' in result) return [{ benchmark: 'encoder', ...nothing, peer: '', note: result.why }];
  const { own, 'input-order': inputOrder, sorted } = result.figures;
  const line = (peer: EncodeFigures, name: string): Line => ({
    benchmark: `encode ${result.texts} texts (${result.from}), ${rateText(own)}`,
    seconds: own.tokens / own.tokensPerSecond,
    peakPssBytes: own.whole.peakPssBytes,
    momentPssBytes: own.whole.momentPssBytes,
    peer: `ONNX Runtime, ${name}, slices of 32 ${rateText(peer)}`,
    ratio: peer.tokensPerSecond / own.tokensPerSecond,
    note: `real tokens, two threads each, median of 3; the peer computes ${peer.padding.toFixed(2)} tokens for each; ${Math.round(own.tokensPerProcessorSecond)} a processor second; load before ${result.load.toFixed(2)}`,
  });
  return [line(inputOrder, 'input order'), line(sorted, 'sorted by length')];
}

function rateText({ tokensPerSecond }: EncodeFigures): string {
  return `${countText(Math.round(tokensPerSecond))} tokens/s`;
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
    { title: 'seconds', value: (line) => line.seconds?.toFixed(1) ?? '', align: 'right' },
    { title: 'memory', value: (line) => size(line.peakPssBytes), align: 'right' },
    { title: 'at once', value: (line) => size(line.momentPssBytes), align: 'right' },
    { title: 'peer', value: (line) => line.peer },
    {
      title: 'ratio',
      value: (line) => (line.ratio === null ? '' : line.ratio.toFixed(line.ratio < 1 ? 2 : 1)),
      align: 'right',
    },
    { title: 'note', value: (line) => line.note },
  ]);
}

function size(bytes: number | null): string {
  return bytes === null ? '' : sizeText(bytes);
}

await main();
