import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockHolder, tryLock, withLock } from './lock.ts';
import { identityOf, isAlive } from './processes.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-lock-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('lets one process at a time in, also when all find the lock of a dead one', async () => {
  const [path, counter] = [join(dir, 'the.lock'), join(dir, 'counter')];
  await writeFile(path, JSON.stringify({ ...(await deadProcess()), taken: 'x' }));
  await writeFile(counter, '0');
  const source = `
    const { withLock } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)});
    const { readFile, writeFile } = await import('node:fs/promises');
    for (let i = 0; i < 10; i += 1) await withLock(${JSON.stringify(path)}, { waitMs: 20000 }, async () => {
      const before = Number(await readFile(${JSON.stringify(counter)}, 'utf8'));
      await new Promise((resolve) => setImmediate(resolve));
      await writeFile(${JSON.stringify(counter)}, String(before + 1));
    });`;
  const children = Array.from({ length: 3 }, () => runModule(source));
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0]);
  expect(await readFile(counter, 'utf8')).toBe('30');
});

it('names the living holder when the wait is over', async () => {
  const path = join(dir, 'the.lock');
  const lock = await tryLock(path);
  expect(await tryLock(path)).toBeUndefined();
  expect((await lockHolder(path))?.pid).toBe(process.pid);
  const waited: number[] = [];
  const wait = { waitMs: 100, onWait: ({ pid }: { pid: number }) => void waited.push(pid) };
  await expect(withLock(path, wait, async () => 1)).rejects.toMatchObject({ code: 'STK-SETUP-LOCKED' });
  expect(waited).toEqual([process.pid]);
  await lock?.release();
  expect(await withLock(path, wait, async () => 1)).toBe(1);
});

it('is released when the work fails, and takes over a damaged lock', async () => {
  const path = join(dir, 'the.lock');
  await writeFile(path, '');
  const failing = withLock(path, { waitMs: 1_000 }, async () => {
    throw new Error('the work failed');
  });
  await expect(failing).rejects.toThrow('the work failed');
  expect(await lockHolder(path)).toBeUndefined();
});

it('tells a process from a later one with the same id, and from a zombie', async () => {
  expect(isAlive(identityOf())).toBe(true);
  expect(isAlive(await deadProcess())).toBe(false);
  if (process.platform !== 'linux') return;
  expect(isAlive({ pid: process.pid, startTime: '1' })).toBe(false);
  // A shell that has become another program does not wait for its child: it leaves a zombie behind until it ends.
  const shell = spawn('/bin/sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 30'], { stdio: 'pipe' });
  const [pid] = await once(shell.stdout, 'data');
  const zombie = Number(String(pid));
  while (!(await readFile(`/proc/${zombie}/stat`, 'utf8')).includes(') Z '));
  expect(isAlive(identityOf(zombie))).toBe(false);
  shell.kill('SIGKILL');
});

async function deadProcess(): Promise<{ pid: number; startTime: string | null }> {
  const child = runModule('setInterval(() => {}, 1000)');
  const identity = identityOf(child.pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return identity;
}

function runModule(source: string): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'inherit' });
}
