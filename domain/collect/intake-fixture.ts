import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { silentLogger } from '../runtime/logger.ts';
import { evaluateIntake, type IntakeOptions } from './intake.ts';
import type { IntakeDocument, IntakeFile } from './intake-document.ts';
import { defaultLimits } from './source-fixture.ts';

/** A folder to take in, for tests. */
export interface IntakeFixture {
  readonly dir: string;
  readonly scratch: string;
  /** Writes a file, making its folders. */
  file(path: string, content: string | Uint8Array): Promise<void>;
  /** Takes the folder in; every file's ledger must balance. */
  intake(options?: Partial<IntakeOptions>): Promise<IntakeDocument>;
  close(): Promise<void>;
}

/** Opens a fixture in new temporary folders; `close` removes them. */
export async function openIntakeFixture(): Promise<IntakeFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-intake-in-'));
  const scratch = await mkdtemp(join(tmpdir(), 'stocktake-intake-'));
  return {
    dir,
    scratch,
    async file(path, content) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), content);
    },
    async intake(options = {}) {
      const document = await evaluateIntake({
        dir,
        scratch,
        limits: defaultLimits(),
        children: 2,
        signal: new AbortController().signal,
        log: silentLogger,
        now: () => performance.now(),
        ...options,
      });
      for (const { path, rowsIn, rowsOut, rejected } of document.files) {
        expect([path, rowsIn]).toEqual([path, rowsOut + rejected]);
      }
      return document;
    },
    async close() {
      await rm(dir, { recursive: true, force: true });
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** Path, outcome, reason, rows in and out: what tests compare. */
export function outcomeOf({ path, outcome, reason, rowsIn, rowsOut }: IntakeFile): unknown[] {
  return [path, outcome, reason, rowsIn, rowsOut];
}
