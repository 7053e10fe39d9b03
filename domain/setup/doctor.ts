import { messageOf } from '../runtime/errors.ts';
import type { Environment } from './cache-dir.ts';
import { type Check, type Finding, judge } from './checks.ts';
import { type MachineFacts, machineChecks, machineFacts } from './machine-checks.ts';
import {
  checkAddress,
  checkCachedBinary,
  checkDisk,
  checkNative,
  checkPort,
  checkStore,
  checkTemporal,
} from './setup-checks.ts';

/** A native module, loaded by the caller. */
export interface NativeModule {
  readonly name: string;
  /** Loads it and returns its version. */
  load(): Promise<string>;
}

/** What to check, and what only the caller can. */
export interface DoctorOptions {
  readonly env: Environment;
  readonly cacheDir: string;
  /** Absolute path of the store. */
  readonly store: string;
  /** The fixed ports of `stocktake dev`. */
  readonly ports: { readonly grpc: number; readonly ui: number };
  readonly natives: readonly NativeModule[];
  /** Checks the text encoder in use. */
  checkEncoder(): Promise<Finding>;
  /** Reads and checks the configuration file. */
  checkConfig(): Promise<Finding>;
  /** Default: those of this machine. */
  readonly facts?: MachineFacts;
}

/** Checks the machine, what set-up provides, and the configuration; nothing is fetched, made or started. */
export async function runDoctor(options: DoctorOptions): Promise<readonly Check[]> {
  const { env, cacheDir, store, ports, natives } = options;
  const checks: (readonly [name: string, expected: string, finding: Promise<Finding>])[] = [
    ['disk', 'at least 5 GB free', checkDisk(store)],
    ['store', 'a folder that can be written, of a format this version reads', checkStore(store)],
    [`port ${ports.grpc}`, 'free for the Temporal server of `dev`', checkPort(ports.grpc, store)],
    [`port ${ports.ui}`, 'free for the Temporal UI of `dev`', checkPort(ports.ui, store)],
    ['Temporal server', 'an address or a binary', checkTemporal(env, cacheDir)],
    ['cached binary', 'the sha256 noted when it was fetched', checkCachedBinary(cacheDir)],
    ['text encoder', 'a model and a tokenizer with the sha256 noted of them', options.checkEncoder()],
    ['TEMPORAL_ADDRESS', 'reachable where it is set', checkAddress(env.TEMPORAL_ADDRESS)],
    ...natives.map(({ name, load }) => [name, 'its native part loads', checkNative(load)] as const),
    ['configuration', 'a valid temporal.config.ts', options.checkConfig()],
  ];
  const judged = checks.map(async ([name, expected, finding]) =>
    judge(name, expected, await finding.catch(couldNotCheck)),
  );
  return [...machineChecks(options.facts ?? machineFacts()), ...(await Promise.all(judged))];
}

/** A check that breaks tells about itself; the others still do. */
function couldNotCheck(error: unknown): Finding {
  return { status: 'fail', found: messageOf(error), fix: 'see what the message says' };
}
