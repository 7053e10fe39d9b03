import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashOf, sha256 } from '../domain/runtime/hashing.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders whose code runs inside workflows: the cache is keyed by their bytes. */
const workflowFolders = ['workflows', 'domain/plan', 'schemas'];

/**
 * Makes the workflow bundle once per code version and keeps it in the cache folder; returns its path.
 *
 * A worker that bundles itself needs about 90 MB and 3 s more.
 */
export async function workflowBundle(cacheDir: string): Promise<string> {
  const path = join(cacheDir, `workflows-${await bundleKey()}.js`);
  if (existsSync(path)) return path;
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflowsPath(),
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
  await mkdir(cacheDir, { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, code);
  await rename(temporary, path);
  return path;
}

/** The bundle's entry: `.ts` in the repository, `.js` in the published package. */
export function workflowsPath(): string {
  return join(root, 'workflows', `index${extname(fileURLToPath(import.meta.url))}`);
}

async function bundleKey(): Promise<string> {
  const require = createRequire(import.meta.url);
  const sdk = (require('@temporalio/workflow/package.json') as { version: string }).version;
  const hashes: string[] = [sdk];
  for (const folder of workflowFolders) {
    const names = (await readdir(join(root, folder))).filter(
      (name) => /\.[jt]s$/.test(name) && !name.includes('.test.'),
    );
    for (const name of names.sort()) hashes.push(name, sha256(await readFile(join(root, folder, name))));
  }
  return hashOf(hashes).slice(0, 16);
}
