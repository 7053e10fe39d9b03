import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLimitedChild } from './limited-child.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-child-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function script(name: string, text: string): Promise<URL> {
  const path = join(dir, name);
  await writeFile(path, text);
  return pathToFileURL(path);
}

describe('a limited child', () => {
  it('is spoken to in JSON lines, knows its set-up, and inherits no environment', async () => {
    const echo = await script(
      'echo.mjs',
      `console.log('a library says hello');
       process.stdin.on('data', (text) => {
         console.log(JSON.stringify({ heard: JSON.parse(text), setup: JSON.parse(process.argv[2]), env: Object.keys(process.env).sort() }));
       });`,
    );
    const messages: unknown[] = [];
    const child = startLimitedChild({
      script: echo,
      setup: { a: "it's" },
      memoryMb: 4096,
      onMessage: (message) => {
        messages.push(message);
        child.finish();
      },
    });
    child.send({ hello: 'wörld' });
    expect(await child.ended).toMatchObject({ code: 0 });
    expect(messages).toEqual([
      { heard: { hello: 'wörld' }, setup: { a: "it's" }, env: expect.not.arrayContaining(['PATH', 'HOME']) },
    ]);
  });

  it('tells how it ended and what it last said', async () => {
    const failing = await script(
      'fail.mjs',
      "console.error('x'.repeat(9000) + 'the end'); process.exitCode = 3;",
    );
    const child = startLimitedChild({
      script: failing,
      setup: {},
      memoryMb: 4096,
      onMessage: () => undefined,
    });
    const end = await child.ended;
    expect([end.code, end.stderr.endsWith('the end\n'), end.stderr.length]).toEqual([3, true, 4096]);
    child.send({ nobody: 'listens' });
  });

  it('does not outlive the process that started it, even deep in a job', async () => {
    const parser = new URL('./parse-child.ts', import.meta.url).href;
    const busy = await script(
      'busy.ts',
      `import { serveJobs } from ${JSON.stringify(parser)};
       const setup = { folders: [${JSON.stringify(dir)}], scratch: ${JSON.stringify(join(dir, 'scratch'))}, engineMemoryMb: 256 };
       await serveJobs(setup, () => { console.error('busy ' + process.pid); for (;;); });`,
    );
    const parent = await script(
      'parent.mjs',
      `import { spawn } from 'node:child_process';
       const child = spawn(process.execPath, [${JSON.stringify(join(dir, 'busy.ts'))}], { stdio: ['pipe', 'ignore', 'pipe'] });
       child.stderr.on('data', (text) => { const found = /busy (\\d+)/.exec(text); if (found) console.log(found[1]); });
       child.stdin.write('{}\\n');`,
    );
    expect(busy.protocol).toBe('file:');
    const killed = spawn(process.execPath, [parent.pathname], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [pid] = (await once(killed.stdout, 'data')) as [Buffer];
    killed.kill('SIGKILL');
    await expect.poll(() => isAlive(Number(pid.toString())), { timeout: 10_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
