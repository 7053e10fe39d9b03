import { homedir } from 'node:os';
import { type Encoder, openEncoder } from '../domain/embed/encoder.ts';
import { findEncoder, installEncoder } from '../domain/embed/encoder-cache.ts';
import type { CheckedEncoder } from '../domain/embed/encoder-files.ts';
import { cacheDirOf } from '../domain/setup/cache-dir.ts';
import type { EncoderInstaller } from '../domain/setup/encoder-provision.ts';

/** The embedding room's part in set-up and check-up. */
export const encoderInstaller: EncoderInstaller = {
  find: async (cacheDir) => describe(await findEncoder(cacheDir)),
  install: async (cacheDir, dir, facts) => describe(await installEncoder(cacheDir, dir, facts)),
};

/** Opens the encoder in use. @throws ModelError STK-ENCODER-MISSING and the others of `openEncoder` */
export async function openDefaultEncoder(threads?: number): Promise<Encoder> {
  const files = await findEncoder(cacheDirOf(process.env, process.platform, homedir()));
  return openEncoder(files, threads === undefined ? {} : { threads });
}

function describe({ record, hash, dir }: CheckedEncoder): string {
  const { name, dimensions, maxTokens, source } = record;
  return `${name}, ${dimensions} values, ${maxTokens} tokens, ${hash.slice(0, 12)} (${source}: ${dir})`;
}
