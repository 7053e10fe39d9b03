import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders whose sources are published; examples and the configuration stay TypeScript, users' Node strips them. */
const published = ['schemas', 'domain', 'activities', 'workflows', 'workers', 'web', 'cli'];

/**
 * Writes each published `.ts` to a `.js` beside it, one to one: Node strips no types inside `node_modules`.
 * The lock file goes along as npm-shrinkwrap.json: a user gets the very versions the tests ran on.
 * `--clean` takes both away again.
 */
function main(): void {
  const clean = process.argv.includes('--clean');
  let files = 0;
  for (const path of published.flatMap((folder) => sourcesBelow(join(root, folder)))) {
    const target = path.replace(/\.ts$/, '.js');
    if (clean) rmSync(target, { force: true });
    else writeFileSync(target, toJavaScript(readFileSync(path, 'utf8')));
    files += 1;
  }
  const shrinkwrap = join(root, 'npm-shrinkwrap.json');
  if (clean) rmSync(shrinkwrap, { force: true });
  else writeFileSync(shrinkwrap, shrinkwrapOf(readJson('package-lock.json'), readJson('package.json')));
  process.stderr.write(`${clean ? 'removed' : 'wrote'} ${files} .js files\n`);
}

interface LockFile {
  readonly packages: Readonly<Record<string, Record<string, unknown>>>;
}

/**
 * The lock file for users: install scripts that `allowScripts` denies here are not mentioned, so that npm does not run them
 * there either. onnxruntime-node's would fetch GPU files from elsewhere.
 */
export function shrinkwrapOf(
  lock: LockFile,
  { allowScripts }: { readonly allowScripts: Readonly<Record<string, boolean>> },
): string {
  const packages = Object.entries(lock.packages).map(([path, entry]) => {
    const { hasInstallScript, ...rest } = entry;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return [path, allowScripts[name] === false || !hasInstallScript ? rest : entry];
  });
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`;
}

function readJson<Value>(file: string): Value {
  return JSON.parse(readFileSync(join(root, file), 'utf8')) as Value;
}

/** Strips types (white space stays, so line numbers hold) and lets relative imports and URLs end in `.js`. */
export function toJavaScript(source: string): string {
  return stripTypeScriptTypes(source, { mode: 'strip' }).replace(
    /((?:from|import)\s*\(?\s*|new URL\(\s*)(['"])(\.{1,2}\/[^'"]+)\.ts\2/g,
    (_, before: string, quote: string, path: string) => `${before}${quote}${path}.js${quote}`,
  );
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/\.(test|d)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
