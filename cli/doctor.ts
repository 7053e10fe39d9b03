import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import pc from 'picocolors';
import { messageOf, StocktakeError } from '../domain/runtime/errors.ts';
import { cacheDirOf, type Environment } from '../domain/setup/cache-dir.ts';
import { type Check, type CheckStatus, type Finding, passed } from '../domain/setup/checks.ts';
import { type NativeModule, runDoctor } from '../domain/setup/doctor.ts';
import { checkEncoderFiles } from '../domain/setup/encoder-provision.ts';
import type { MachineFacts } from '../domain/setup/machine-checks.ts';
import { loadProject, type Project } from '../workers/load-config.ts';
import { encoderInstaller } from '../workers/open-encoder.ts';
import type { GlobalOptions } from './options.ts';

/** The world of a check-up; by default this process's. */
export interface DoctorIo {
  readonly stdout: { write(text: string): unknown };
  readonly env: Environment;
  readonly cwd: string;
  readonly cacheDir: string;
  readonly facts?: MachineFacts;
}

const devPorts = { grpc: 7233, ui: 8233 };
const defaultStore = '.stocktake';

/** `stocktake doctor`: checks the machine, the set-up and the configuration. Returns 1 when something fails, else 0. */
export async function doctor(options: GlobalOptions, io: DoctorIo = processIo()): Promise<number> {
  const { env, cacheDir, cwd, facts } = io;
  const config = await checkConfig(options, cwd);
  const checks = await runDoctor({
    env,
    cacheDir,
    store: config.project?.storeDir ?? resolve(cwd, options.store ?? defaultStore),
    ports: devPorts,
    natives,
    checkEncoder: () => checkEncoderFiles(encoderInstaller.find, cacheDir),
    checkConfig: async () => config.finding,
    ...(facts ? { facts } : {}),
  });
  const ok = checks.every(({ status }) => status !== 'fail');
  const text = options.json ? JSON.stringify({ format: 1, ok, checks }, null, 2) : render(checks);
  io.stdout.write(`${text}\n`);
  return ok ? 0 : 1;
}

function processIo(): DoctorIo {
  const cacheDir = cacheDirOf(process.env, process.platform, homedir());
  return { stdout: process.stdout, env: process.env, cwd: process.cwd(), cacheDir };
}

const marks: Readonly<Record<CheckStatus, string>> = {
  pass: pc.green('✓'),
  warn: pc.yellow('!'),
  fail: pc.red('✗'),
  'not tried': pc.dim('-'),
};

/** One line a check; what is not right says below what would be, and what to do. */
function render(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 4);
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  const lines = checks.flatMap(({ name, status, found, expected, fix }) => [
    `${marks[status]} ${name.padEnd(width)}  ${found.replaceAll('\n', `\n${indent}`)}`,
    ...(status === 'pass' || fix === '' ? [] : [`${indent}expected: ${expected}`, `${indent}do: ${fix}`]),
  ]);
  const sum = `${count('pass')} fine, ${count('warn')} to look at, ${count('fail')} wrong, ${count('not tried')} not tried`;
  return [...lines, '', sum].join('\n');
}

async function checkConfig(
  options: GlobalOptions,
  cwd: string,
): Promise<{ project?: Project; finding: Finding }> {
  try {
    const project = await loadProject(options, cwd);
    return { project, finding: passed(`${project.configPath}, project ${project.config.project}`) };
  } catch (error) {
    const found = messageOf(error);
    const isMissing = error instanceof StocktakeError && error.code === 'STK-CONFIG-MISSING';
    const isNamed = options.config !== undefined;
    if (!isMissing || isNamed) return { finding: { status: 'fail', found, fix: 'correct the file' } };
    const fix = 'stocktake init (or go to the project’s folder, or name the file with --config)';
    return { finding: { status: 'not tried', found: `none in ${cwd}`, fix } };
  }
}

/** Native parts that everything needs. Temporal's bridge is the worker's own dependency, so it is asked for from there. */
const natives: readonly NativeModule[] = [
  {
    name: 'DuckDB',
    async load() {
      const { DuckDBInstance, version } = await import('@duckdb/node-api');
      const instance = await DuckDBInstance.create(':memory:');
      instance.closeSync();
      return `${version()} loads`;
    },
  },
  {
    name: 'ONNX Runtime',
    async load() {
      const { env } = await import('onnxruntime-node');
      return `${env.versions.node ?? env.versions.common} loads`;
    },
  },
  {
    name: 'Temporal bridge',
    async load() {
      const worker = createRequire(createRequire(import.meta.url).resolve('@temporalio/worker'));
      worker('@temporalio/core-bridge');
      const { version } = worker('@temporalio/core-bridge/package.json') as { version: string };
      return `${version} loads`;
    },
  },
];
