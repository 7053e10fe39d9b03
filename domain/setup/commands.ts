import { execFile, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { PlatformError } from '../runtime/errors.ts';
import type { Environment } from './cache-dir.ts';

/** Folders of the environment's PATH, in order. */
export function pathFolders(env: Environment): string[] {
  return (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** Absolute path of a command on PATH; undefined when there is none. */
export async function commandOnPath(name: string, env: Environment): Promise<string | undefined> {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of pathFolders(env)) {
    const path = join(folder, file);
    if ((await whyNotRunnable(path)) === undefined) return path;
  }
  return undefined;
}

/** Why a path cannot be run as a program, in words; undefined when it can. */
export async function whyNotRunnable(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'there is no such file';
  if (!found.isFile()) return 'it is no file';
  const runnable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  return runnable ? undefined : `it may not be executed (chmod +x ${path})`;
}

/**
 * Output of a short command.
 *
 * @throws PlatformError STK-SETUP-COMMAND with the command, how it ended and its last words
 */
export function outputOf(
  command: string,
  args: readonly string[],
  options: { readonly env: Environment; readonly timeoutMs: number },
): Promise<string> {
  const { env, timeoutMs: timeout } = options;
  return new Promise((resolve, reject) => {
    execFile(command, args, { env, timeout, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const how = error.killed
        ? `gave no answer within ${timeout / 1000} s`
        : `failed: ${lastLines(stderr, 1) || error.message}`;
      reject(commandFailed(`${command} ${args.join(' ')} ${how}`, error));
    });
  });
}

/**
 * Runs a long command and hands over each line it writes to standard error.
 *
 * @throws PlatformError STK-SETUP-COMMAND with the last lines when it does not end with 0
 */
export function runLong(
  command: string,
  args: readonly string[],
  options: { readonly env: Environment; readonly onLine: (line: string) => void },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: options.env, stdio: ['ignore', 'ignore', 'pipe'] });
    const last: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      last.push(line);
      if (last.length > 4) last.shift();
      options.onLine(line);
    });
    child.once('error', (error) => reject(commandFailed(`${command}: ${error.message}`, error)));
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      reject(commandFailed(`${command} ${args.join(' ')} ${how}: ${last.join(' | ')}`, undefined));
    });
  });
}

function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join(' ');
}

function commandFailed(message: string, cause: unknown): PlatformError {
  return new PlatformError(message, { code: 'STK-SETUP-COMMAND', cause });
}
