import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const launcher = fileURLToPath(new URL('./stocktake.mjs', import.meta.url));
const packageName = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** A command that says where it runs, and then waits, ends or is told to. */
const main = `
const [what, value] = process.argv.slice(2);
if (what === 'wait') {
  let seen = 0;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {
    seen += 1;
    setTimeout(() => { console.log(name + ' ' + seen); process.exit(7); }, 400);
  });
  setInterval(() => {}, 1000);
}
console.log(JSON.stringify({ pid: process.pid, argv: process.argv.slice(2), marked: process.env.STOCKTAKE_LAUNCHED }));
if (what === 'exit') process.exit(Number(value));
if (what === 'die') process.kill(process.pid, value);
`;

let dir: string;

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'stocktake-launcher-')));
  await install(dir);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('under Node 24', () => {
  it('loads the command in the same process', async () => {
    const run = await start(dir, ['exit', '3'], { old: false });
    expect(run.said).toMatchObject({ pid: run.child.pid, argv: ['exit', '3'] });
    expect(await ended(run.child)).toEqual([3, null]);
  });

  it('takes the .js beside the source inside node_modules', async () => {
    const packed = join(dir, 'node_modules', 'stocktake');
    await install(packed);
    await writeFile(join(packed, 'cli', 'main.js'), `console.log(JSON.stringify({ argv: ['packed'] }))`);
    expect((await start(packed, [], { old: false })).said.argv).toEqual(['packed']);
  });

  it('sees a signal that arrives twice at once as one', async () => {
    const run = await start(dir, ['wait'], { old: false });
    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    expect(await run.line()).toBe('SIGINT 1');
  });
});

describe('under an older Node', () => {
  beforeEach(async () => {
    const bin = join(dir, 'node_modules', packageName, 'bin');
    await mkdir(bin, { recursive: true });
    await symlink(process.execPath, join(bin, process.platform === 'win32' ? 'node.exe' : 'node'));
  });

  it('starts the packaged one with the same arguments and ends with its code', async () => {
    const run = await start(dir, ['exit', '3'], { old: true });
    expect(run.said.pid).not.toBe(run.child.pid);
    expect(run.said).toEqual({ pid: run.said.pid, argv: ['exit', '3'] });
    expect(await ended(run.child)).toEqual([3, null]);
  });

  it('finds the packaged one in a node_modules further up', async () => {
    const deep = join(dir, 'packages', 'shop', 'node_modules', 'stocktake');
    await install(deep);
    await writeFile(join(deep, 'cli', 'main.js'), main);
    expect(await ended((await start(deep, ['exit', '0'], { old: true })).child)).toEqual([0, null]);
  });

  it('passes signals on and waits for the command to end', async () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const run = await start(dir, ['wait'], { old: true });
      run.child.kill(signal);
      expect(await run.line()).toBe(`${signal} 1`);
      expect(await ended(run.child)).toEqual([7, null]);
    }
  });

  it('dies of the signal the command died of', async () => {
    const run = await start(dir, ['die', 'SIGKILL'], { old: true });
    expect(await ended(run.child)).toEqual([null, 'SIGKILL']);
  });

  it('lets the command end gracefully when it is killed itself', async () => {
    const run = await start(dir, ['wait'], { old: true });
    run.child.kill('SIGKILL');
    expect(await run.line()).toBe('SIGTERM 1');
  });

  it('names both ways out when the packaged one is missing', async () => {
    await rm(join(dir, 'node_modules'), { recursive: true });
    const child = spawn(process.execPath, oldNode(dir, []), { stdio: ['ignore', 'ignore', 'pipe'] });
    const [[text], [code]] = await Promise.all([once(child.stderr, 'data'), once(child, 'exit')]);
    expect(code).toBe(2);
    expect(String(text)).toMatch(/needs Node 24 or newer; this is v20\.20\.2/);
    expect(String(text)).toMatch(/npm ci[\s\S]*nodejs\.org/);
  });
});

async function install(root: string): Promise<void> {
  await mkdir(join(root, 'cli'), { recursive: true });
  await copyFile(launcher, join(root, 'cli', 'stocktake.mjs'));
  await writeFile(join(root, 'cli', 'main.ts'), main);
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
}

interface Run {
  readonly child: ChildProcess;
  readonly said: { readonly pid?: number; readonly argv: readonly string[]; readonly marked?: string };
  line(): Promise<string>;
}

async function start(root: string, args: readonly string[], { old }: { old: boolean }): Promise<Run> {
  const argv = old ? oldNode(root, args) : [join(root, 'cli', 'stocktake.mjs'), ...args];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => (await lines.next()).value ?? '';
  return { child, said: JSON.parse(await line()), line };
}

/** The launcher in a process that believes to be Node 20; what it starts does not. */
function oldNode(root: string, args: readonly string[]): string[] {
  const disguise = `for (const [name, value] of [['versions', { ...process.versions, node: '20.20.2' }], ['version', 'v20.20.2']])
    Object.defineProperty(process, name, { value });`;
  const module = `data:text/javascript,${encodeURIComponent(disguise)}`;
  return ['--import', module, join(root, 'cli', 'stocktake.mjs'), ...args];
}

async function ended(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return [child.exitCode, child.signalCode];
}
