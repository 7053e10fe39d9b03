import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../harness.ts';

const run = promisify(execFile);

/** The published package, installed by npm from its tarball and the npm cache alone. */
describe('the packed package', () => {
  let dir: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stocktake-pack-'));
    const copy = join(dir, 'copy');
    const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      maxBuffer: 1 << 24,
    });
    for (const file of stdout.trim().split('\n')) {
      await mkdir(dirname(join(copy, file)), { recursive: true });
      await cp(join(root, file), join(copy, file)).catch(() => undefined);
    }
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    await run('npm', ['pack', '--silent', '--pack-destination', dir], { cwd: copy });
    const { stdout: names } = await run('ls', [dir]);
    const tarball = names.split('\n').find((name) => name.endsWith('.tgz')) ?? '';
    const project = join(dir, 'project');
    await mkdir(project);
    await run('npm', ['init', '--yes'], { cwd: project });
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(dir, tarball)], {
      cwd: project,
      // The shrinkwrap that spares users this variable only counts for packages from a registry.
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    });
  }, 180_000);
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const stocktake = (...args: string[]) =>
    run('npx', ['--no-install', 'stocktake', ...args], {
      cwd: join(dir, 'project'),
    }).catch((error: { code: number; stdout: string; stderr: string }) => error);

  it('makes a project with init and never overwrites one', async () => {
    const made = await stocktake('init', 'shop');
    expect(made.stderr).toContain('temporal.config.ts');
    const again = await stocktake('init', 'shop');
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toContain('STK-INIT-EXISTS');
  });

  it('checks the machine and the new configuration with doctor', async () => {
    const { stdout } = await stocktake('doctor', '--config', 'shop/temporal.config.ts', '--json');
    const checks = JSON.parse(stdout) as { checks: { name: string; status: string }[] };
    const failed = checks.checks.filter(({ status }) => status === 'fail').map(({ name }) => name);
    expect(failed).toEqual([]);
  }, 60_000);

  it('reads a configuration that lies where nothing is installed, without a warning', async () => {
    const elsewhere = join(dir, 'elsewhere');
    await mkdir(elsewhere);
    await cp(join(dir, 'project', 'shop', 'temporal.config.ts'), join(elsewhere, 'temporal.config.ts'));
    const ended = await stocktake(
      'run',
      '--dry-run',
      '--config',
      join(elsewhere, 'temporal.config.ts'),
      '--date',
      '2026-01-01',
    );
    expect(ended.stderr).toContain('STK-SOURCE-MISSING');
    expect(ended.stderr).not.toContain('Warning');
  });

  it('plans a night from JavaScript sources', async () => {
    const planned = await stocktake(
      'run',
      '--dry-run',
      '--config',
      'shop/temporal.config.ts',
      '--date',
      '2026-01-01',
    );
    expect(planned.stderr).toContain('STK-SOURCE-MISSING');
  });
});
