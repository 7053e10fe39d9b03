import { join } from 'node:path';
import type { ArtifactRef } from '../../schemas/artifact.ts';
import type { PlannedSlice, SourceFile } from '../../schemas/plan.ts';
import {
  ArtifactError,
  PlatformError,
  SourceError,
  type StocktakeError,
  systemErrorCode,
} from '../runtime/errors.ts';
import { inWaves } from '../runtime/waves.ts';
import type { Store } from '../store/store.ts';
import type {
  FlatsJob,
  Job,
  JobResult,
  MachineFault,
  ParsedFile,
  ParseJob,
  ParseResult,
  ParseRules,
  RefuseJob,
} from './jobs.ts';
import { type ColumnChoice, chooseColumns, sumCounts } from './json-file.ts';
import type { ParsePool } from './parse-pool.ts';
import type { WrittenTable } from './sandbox.ts';
import type { SliceScope } from './slice-output.ts';

/** A slice whose files are parsed and lie in staging. */
export interface StagedSlice {
  readonly scope: SliceScope;
  readonly received: readonly ArtifactRef[];
  readonly rows: WrittenTable;
  readonly rejects?: WrittenTable | undefined;
  readonly files: readonly ParsedFile[];
}

/** One slice to make. */
export interface SliceTask {
  readonly input: string;
  readonly rules: ParseRules;
  readonly scope: SliceScope;
  readonly planned: PlannedSlice;
  /** Stem of its files in staging. */
  readonly stem: string;
}

const filesAtOnce = 8;

/**
 * Receives the files of a slice and has them parsed into one table of rows, files in path order, and one of rejects.
 *
 * @throws as `collectSlices`
 */
export async function stageSlice(store: Store, pool: ParsePool, task: SliceTask): Promise<StagedSlice> {
  const files = [...task.planned.files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const received = await inWaves(files, filesAtOnce, (file) => receive(store, task.input, file));
  const jobs = files.map(({ path, sha256 }, index): ParseJob => {
    const object = join(store.dir, received[index]?.uri ?? '');
    return {
      kind: 'parse',
      name: path,
      path: object,
      sha256,
      out: `${task.stem}-${index}`,
      rules: task.rules,
      whole: false,
    };
  });
  const { parsed, choice } = await parseAll(pool, jobs, task.rules.limits.columns);
  const tables = parsed.flatMap((result) => result.rows ?? []);
  const flats = parsed.flatMap((result) => result.flats);
  if (flats.length > 0) {
    const { recordBytes } = task.rules.limits;
    const job: FlatsJob = { kind: 'flats', flats, choice, recordBytes, out: `${task.stem}-json` };
    tables.push((await runToEnd(pool, job)).rows);
  }
  const rejects = parsed.flatMap((result) => result.rejects ?? []);
  const [only] = tables;
  const whole =
    only && tables.length === 1 && rejects.length <= 1
      ? { rows: only, rejects: rejects[0] }
      : await runToEnd(pool, { kind: 'merge', rows: paths(tables), rejects: paths(rejects), out: task.stem });
  return { scope: task.scope, received, ...whole, files: parsed.flatMap((result) => result.files) };
}

const paths = (tables: readonly WrittenTable[]): string[] => tables.map(({ path }) => path);

async function receive(store: Store, input: string, file: SourceFile): Promise<ArtifactRef> {
  try {
    return await store.objects.receive(join(input, file.path), file);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    throw new SourceError(
      `${file.path} was there when the run was planned and is gone from ${input}; put it back and let the run go on, or start a new one`,
      { code: 'STK-COLLECT-GONE', details: { path: file.path }, cause: error },
    );
  }
}

/**
 * Parses files and chooses columns over all JSON among them. Only then is known whether columns can hold everything; where
 * they cannot, JSON files are parsed once more, keeping whole objects.
 */
async function parseAll(
  pool: ParsePool,
  jobs: readonly ParseJob[],
  columns: number,
): Promise<{ parsed: ParseResult[]; choice: ColumnChoice }> {
  const parsed = await Promise.all(jobs.map((job) => runToEnd(pool, job)));
  const choice = chooseColumns(sumCounts(parsed.map(({ keys }) => keys)), columns);
  if (!choice.whole) return { parsed, choice };
  const again = jobs.map((job, index) => {
    const result = parsed[index] as ParseResult;
    return result.flats.length > 0 ? runToEnd(pool, { ...job, whole: true }) : result;
  });
  return { parsed: await Promise.all(again), choice };
}

async function runToEnd<J extends Job>(pool: ParsePool, job: J): Promise<JobResult<J>> {
  const outcome = await pool.run(job);
  if (outcome.kind === 'done') return outcome.result;
  if (outcome.kind === 'failed') throw machineFault(job, outcome);
  if (job.kind === 'parse') {
    const { name, out, rules } = job as ParseJob;
    return (await runToEnd(pool, { kind: 'refuse', name, out, ...poison(rules) })) as JobResult<J>;
  }
  throw new PlatformError(
    'Putting the files of one slice together killed the parser twice; raise limits.childMemoryMb, or deliver fewer or equally shaped files per slice',
    { code: 'STK-COLLECT-CHILD', retryable: false },
  );
}

function poison({ limits }: ParseRules): Pick<RefuseJob, 'reason' | 'message'> {
  return {
    reason: 'STK-COLLECT-POISON',
    message: `the parser died on it twice, under limits.childMemoryMb ${limits.childMemoryMb} and limits.childSeconds ${limits.childSeconds}; look at the file, raise the limit it needs, or run with --force to try again`,
  };
}

function machineFault(
  job: Job,
  { fault, message }: { fault: MachineFault; message: string },
): StocktakeError {
  if (fault === 'changed') {
    const path = job.kind === 'parse' ? job.path : '';
    return new ArtifactError(
      `The received file ${path} is damaged (${message}); delete it and run again, it is then received anew`,
      { code: 'STK-ARTIFACT-CHECKSUM', details: { path } },
    );
  }
  if (fault === 'disk') {
    return new PlatformError(`The parser could not write: ${message}; free disk space, the retry goes on`, {
      code: 'STK-COLLECT-DISK',
    });
  }
  return new PlatformError(
    `The parsing process does not start (${message || 'it says nothing'}); it needs limits.childMemoryMb of address space and a free process slot`,
    { code: 'STK-COLLECT-CHILD' },
  );
}
