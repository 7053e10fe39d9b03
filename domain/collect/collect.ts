import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { Config } from '../../schemas/config.ts';
import type { PlannedSlice } from '../../schemas/plan.ts';
import type { Source } from '../../schemas/source.ts';
import type { StageOutput } from '../../schemas/stage.ts';
import { ConfigError, PlatformError, StocktakeError, systemErrorCode } from '../runtime/errors.ts';
import type { StageContext } from '../runtime/stage.ts';
import { inWaves } from '../runtime/waves.ts';
import type { StoredManifest } from '../store/manifests.ts';
import type { Store } from '../store/store.ts';
import type { ChildShelf } from './child-shelf.ts';
import { createCommitter } from './committer.ts';
import type { ParseRules } from './jobs.ts';
import { asFiles } from './landed-files.ts';
import { createParsePool } from './parse-pool.ts';
import { stageSlice } from './slice.ts';
import { datasetSlice, type SliceScope, sliceProblems, sliceScope } from './slice-output.ts';
import { encodingName } from './text-encoding.ts';

export { collectVersion } from './slice-output.ts';

/** Slices of one source to collect. */
export interface CollectWork {
  readonly name: string;
  readonly source: Source;
  readonly limits: Config['limits'];
  /** Absolute folder the slices' paths are relative to: the input, or the store for a source that is no files. */
  readonly input: string;
  readonly slices: readonly PlannedSlice[];
  /** Main module of the parsing child. Default: the parser of this room. */
  readonly parser?: URL;
  /** Where parsing children wait between two calls. Default: each call starts and ends its own. */
  readonly shelf?: ChildShelf;
}

const mostChildren = 2;
const slicesAtOnce = 8;
const heartbeatMs = 1000;

/**
 * Takes slices of a source into the store: files as received, their rows as Parquet (source columns as text exactly as
 * received, Parquet's own types kept; `_file`; `_line`), and what is kept out with reason and raw text.
 *
 * Files are parsed in limited child processes; a file that kills its parser twice is refused (STK-COLLECT-POISON) and the
 * others go on. Finished slices are committed in groups, so that a kill loses little; a slice found under its key is reused.
 * The same files and rules give the same bytes, in any batch and at any number of threads.
 *
 * @throws ConfigError STK-COLLECT-CONFIG for a delimiter or encoding that does not exist
 * @throws ArtifactError STK-COLLECT-CHANGED, STK-ARTIFACT-CHECKSUM when a file is not what was planned or received
 * @throws SourceError STK-COLLECT-GONE when a planned file is no longer there, STK-COLLECT-CANCELLED after an abort
 * @throws PlatformError STK-COLLECT-DISK, STK-COLLECT-CHILD
 */
export async function collectSlices(
  store: Store,
  context: StageContext,
  work: CollectWork,
): Promise<StageOutput> {
  const rules = rulesOf(work);
  await context.failpoint('before');
  const scopes = work.slices.map((slice) => sliceScope(work.name, slice, rules));
  const found = await inWaves(scopes, slicesAtOnce, ({ key }) =>
    context.force ? Promise.resolve(undefined) : store.manifests.find('collect', key),
  );
  const todo = scopes.flatMap((scope, index) => {
    const planned = work.slices[index];
    return found[index] || !planned ? [] : [{ scope, planned }];
  });
  const made = await asStageError(() => makeSlices(store, context, work, rules, todo));
  await context.failpoint('after-effect');
  const stored = scopes.map((scope, index) => found[index] ?? (made.get(scope.key) as StoredManifest));
  return outputOf(work, stored, scopes.length - todo.length);
}

interface TodoSlice {
  readonly scope: SliceScope;
  readonly planned: PlannedSlice;
}

async function makeSlices(
  store: Store,
  context: StageContext,
  work: CollectWork,
  rules: ParseRules,
  todo: readonly TodoSlice[],
): Promise<Map<string, StoredManifest>> {
  const committer = createCommitter(store, { replace: context.force, total: todo.length, context });
  if (todo.length === 0) return committer.finish();
  const staging = await store.objects.staging();
  const pool = createParsePool({
    children: Math.max(1, Math.min(mostChildren, context.threads)),
    memoryMb: work.limits.childMemoryMb,
    seconds: work.limits.childSeconds,
    ...childFolders(store, staging, work.shelf),
    signal: context.signal,
    log: context.log,
    ...(work.parser ? { script: work.parser } : {}),
    ...(work.shelf ? { shelf: work.shelf } : {}),
  });
  const beat = setInterval(() => {
    context.heartbeat({ done: committer.done(), total: todo.length, source: work.name });
    committer.tick();
  }, heartbeatMs);
  try {
    await inWaves(todo, slicesAtOnce, async ({ scope, planned }, index) => {
      const stem = join(staging, `slice-${index}`);
      await committer.add(await stageSlice(store, pool, { input: work.input, rules, scope, planned, stem }));
    });
    return await committer.finish();
  } finally {
    clearInterval(beat);
    await pool.close();
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * What a child may see: the store's objects, and the staging folder of this attempt.
 *
 * A child that serves one call after another cannot be locked to one attempt, and gets the store's staging as a whole. That
 * widens what an untrusted file could reach, were it to break out of its parser's rules, by the unfinished files of other
 * attempts on the same store; it never reaches anything outside the store.
 */
function childFolders(
  store: Store,
  attempt: string,
  shelf: ChildShelf | undefined,
): { folders: string[]; scratch: string } {
  const staging = shelf ? join(store.dir, 'staging') : attempt;
  return { folders: [staging, join(store.dir, 'objects')], scratch: staging };
}

function rulesOf({ name, source, limits }: CollectWork): ParseRules {
  const { format, encoding, fallbackEncoding, csv, sheet } = asFiles(name, source);
  for (const label of [encoding, fallbackEncoding]) {
    if (label === undefined || encodingName(label) || (label === 'auto' && label === encoding)) continue;
    throw new ConfigError(
      `Source ${name} names the encoding ${JSON.stringify(label)}, which does not exist; expected auto, or a WHATWG name such as utf-8, gb18030, windows-1252, shift_jis or utf-16le`,
      { code: 'STK-COLLECT-CONFIG', details: { source: name, encoding: label } },
    );
  }
  const { delimiter } = csv;
  if (delimiter !== undefined && (!/^[\t\x20-\x7e]$/.test(delimiter) || delimiter === '"')) {
    throw new ConfigError(
      `Source ${name} has the delimiter ${JSON.stringify(delimiter)}; expected one ASCII character other than the double quote, such as , ; | or \\t`,
      { code: 'STK-COLLECT-CONFIG', details: { source: name, delimiter } },
    );
  }
  return { format, encoding, fallbackEncoding, csv, sheet, limits };
}

function outputOf(work: CollectWork, stored: readonly StoredManifest[], reused: number): StageOutput {
  const slices = stored.map(
    (manifest, index): DatasetSlice => datasetSlice(work.slices[index]?.slice ?? '', manifest),
  );
  return {
    format: 1,
    stage: 'collect',
    parts: stored.length,
    reused,
    datasets: { [`raw.${work.name}`]: slices },
    ledger: stored.flatMap(({ manifest }) => manifest.ledger),
    problems: stored.flatMap(({ manifest }, index) =>
      sliceProblems(work.name, slices[index]?.slice ?? '', manifest),
    ),
  };
}

/** Gives errors of the file system a code and a verdict: the disk may have room again on the next try. */
async function asStageError<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = systemErrorCode(error);
    if (error instanceof StocktakeError || !code?.startsWith('E')) throw error;
    throw new PlatformError(
      `Collecting could not write to the store (${code}); free disk space or repair it, the retry goes on from what is committed`,
      { code: 'STK-COLLECT-DISK', details: { errno: code }, cause: error },
    );
  }
}
