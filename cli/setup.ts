import pc from 'picocolors';
import { messageOf, PlatformError } from '../domain/runtime/errors.ts';
import type { Environment } from '../domain/setup/cache-dir.ts';
import { encoderProvision } from '../domain/setup/encoder-provision.ts';
import { createProgress, type ProgressStream } from '../domain/setup/progress.ts';
import { type Provision, type ProvisionState, temporalProvision } from '../domain/setup/provisions.ts';
import { encoderInstaller } from '../workers/open-encoder.ts';

/** Flags of `stocktake setup`. */
export interface SetupOptions {
  /** Nothing is said unless something is missing. */
  readonly quiet?: boolean;
  readonly json?: boolean;
  /** A checkpoint folder to make the text encoder of. */
  readonly modelDir?: string;
}

/** The world of a set-up. */
export interface SetupIo {
  readonly stdout: ProgressStream;
  readonly stderr: ProgressStream;
  readonly env: Environment;
  /** From `cacheDirOf`. */
  readonly cacheDir: string;
}

/** One line of the JSON document: what is there, and whether it was fetched just now. */
interface Outcome {
  readonly name: string;
  readonly outcome: 'there' | 'fetched' | 'failed';
  readonly detail: string;
}

/** Something could not be had; the exit code the other commands give for a missing Temporal server. */
const exitNotProvided = 3;

/**
 * `stocktake setup`: sees what this machine lacks, says what will be fetched and how big it is, fetches it.
 *
 * Idempotent. Returns the exit code: 0, or 3 with every reason on standard error.
 */
export async function setup(
  options: SetupOptions,
  io: SetupIo,
  provisions: readonly Provision[] = allProvisions(options, io),
): Promise<number> {
  const found: (readonly [Provision, ProvisionState])[] = [];
  for (const provision of provisions) found.push([provision, await provision.inspect()]);
  announce(found, io);
  const outcomes: Outcome[] = [];
  for (const [provision, state] of found) outcomes.push(await provide(provision, state, io));
  const ok = outcomes.every(({ outcome }) => outcome !== 'failed');
  if (options.json) io.stdout.write(`${JSON.stringify({ format: 1, ok, provisions: outcomes }, null, 2)}\n`);
  else tell(outcomes, options.quiet ?? false, io);
  return ok ? 0 : exitNotProvided;
}

/** Everything set-up provides, in order. */
function allProvisions({ modelDir }: SetupOptions, { env, cacheDir }: SetupIo): readonly Provision[] {
  const options = { env, cacheDir, ...(modelDir === undefined ? {} : { modelDir }) };
  return [temporalProvision(options), encoderProvision(options, encoderInstaller)];
}

function announce(
  found: readonly (readonly [Provision, ProvisionState])[],
  { stderr, cacheDir }: SetupIo,
): void {
  const missing = found.flatMap(([{ name }, state]) => (state.ready ? [] : [{ name, ...state }]));
  if (missing.length === 0) return;
  stderr.write(`Set-up fetches what is missing, once per user, into ${cacheDir}:\n`);
  for (const { name, fetches } of missing) {
    for (const [index, line] of fetches.entries()) {
      stderr.write(`  ${index === 0 ? name : ' '.repeat(name.length)}  ${line}\n`);
    }
  }
}

async function provide(provision: Provision, state: ProvisionState, io: SetupIo): Promise<Outcome> {
  const { name } = provision;
  if (state.ready) return { name, outcome: 'there', detail: state.detail };
  try {
    return { name, outcome: 'fetched', detail: await provision.provide(createProgress(io.stderr)) };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    io.stderr.write(`stocktake: ${messageOf(error)} (${error.code})\n`);
    return { name, outcome: 'failed', detail: messageOf(error) };
  }
}

function tell(outcomes: readonly Outcome[], quiet: boolean, { stdout }: SetupIo): void {
  for (const { name, outcome, detail } of outcomes) {
    if (outcome === 'fetched' || (outcome === 'there' && !quiet)) {
      stdout.write(`${pc.green('✓')} ${name}  ${detail}\n`);
    }
  }
}
