import { constants } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../schemas/config.ts';
import { PlatformError, systemErrorCode } from '../runtime/errors.ts';
import { hashFile } from '../runtime/hashing.ts';
import type { Logger } from '../runtime/logger.ts';
import { inWaves } from '../runtime/waves.ts';
import { type FolderFile, listFolder } from './folder-files.ts';
import { type ColumnGuess, typedColumn } from './guess-types.ts';
import {
  type IntakeDocument,
  type IntakeFile,
  intakeFile,
  intakeTotals,
  refusedFile,
} from './intake-document.ts';
import type { Job, JobResult, ParseJob, ParseRules } from './jobs.ts';
import { chooseColumns, sumCounts } from './json-file.ts';
import { createParsePool, type ParsePool } from './parse-pool.ts';
import type { ReadingHints } from './reading-hints.ts';
import type { WrittenTable } from './sandbox.ts';

/** What to take in and within which limits. */
export interface IntakeOptions {
  /** Folder whose files are taken, with those of its subfolders. */
  readonly dir: string;
  /** Folder for scratch files; what is written there is removed again. */
  readonly scratch: string;
  readonly limits: Config['limits'];
  /** Files parsed at a time. */
  readonly children: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Milliseconds that pass; only differences count. */
  readonly now: () => number;
  /** What is not to be guessed. Default: everything is. */
  readonly reading?: IntakeReading;
  /** Told after each file. */
  readonly onFile?: (file: IntakeFile, done: number, total: number) => void;
  /** Main module of the parsing child. Default: the parser of this room. */
  readonly parser?: URL;
}

/** What is said of all files of a folder; `sheet` is a name, a place from 1, or `all`. */
export type IntakeReading = ReadingHints & { readonly sheet?: string | number };

/**
 * Sends every file of a folder through the parser of `collect`, with guessed encoding, dialect and types, and tells what
 * became of each. What was parsed is thrown away.
 *
 * A file that its parser does not survive, in memory or time, is refused (STK-COLLECT-POISON) and the others go on.
 *
 * @throws PlatformError STK-COLLECT-DISK, STK-COLLECT-CHILD where no file could be judged; the file system's error where
 *   `dir` cannot be read
 */
export async function evaluateIntake(options: IntakeOptions): Promise<IntakeDocument> {
  const started = options.now();
  const listed = await listFolder(options.dir);
  await mkdir(options.scratch, { recursive: true });
  const staging = await mkdtemp(join(options.scratch, 'intake-'));
  const pool = createParsePool({
    children: options.children,
    memoryMb: options.limits.childMemoryMb,
    seconds: options.limits.childSeconds,
    folders: [staging],
    scratch: staging,
    signal: options.signal,
    log: options.log,
    ...(options.parser ? { script: options.parser } : {}),
  });
  try {
    let done = 0;
    const files = await inWaves(listed, options.children, async (file, index) => {
      const taken = await takeFile(options, pool, file, join(staging, `file-${index}`));
      done++;
      options.onFile?.(taken, done, listed.length);
      return taken;
    });
    return {
      task: 'intake',
      protocol: 'every file of the folder through the parser of collect; rows in = rows out + rejected',
      data: {
        dir: options.dir,
        files: files.length,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      },
      ...(options.reading ? { reading: { ...options.reading } } : {}),
      totals: intakeTotals(files, secondsSince(options, started)),
      files,
    };
  } finally {
    await pool.close();
    await rm(staging, { recursive: true, force: true });
  }
}

async function takeFile(
  options: IntakeOptions,
  pool: ParsePool,
  { path, refused }: FolderFile,
  folder: string,
): Promise<IntakeFile> {
  if (refused) return refusedFile({ path, bytes: 0 }, refused);
  const started = options.now();
  const { sheet, ...hints } = options.reading ?? {};
  let bytes = 0;
  const work = startWork(pool);
  const cost = (): { seconds: number; peakMemoryMb: number } => {
    return { seconds: secondsSince(options, started), peakMemoryMb: work.peakMb() };
  };
  try {
    await mkdir(folder);
    const received = join(folder, 'received');
    bytes = (await stat(join(options.dir, path))).size;
    await bring(join(options.dir, path), received);
    const { sha256 } = await hashFile(received);
    const job: ParseJob = {
      kind: 'parse',
      name: path,
      path: received,
      sha256,
      out: join(folder, 'out'),
      rules: { ...rulesOf(options.limits), sheet },
      whole: false,
      guess: true,
      hints,
    };
    const { parsed, tables } = await parse(work, job);
    return intakeFile(
      { path, bytes },
      {
        parsed,
        rowsOut: tables.reduce((sum, { rows }) => sum + rows, 0),
        columns: await columnsOf(work, tables, job.out),
      },
      cost(),
    );
  } catch (error) {
    const reason = refusalOf(error, options.limits);
    if (!reason) throw error;
    return refusedFile({ path, bytes }, reason, cost());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rulesOf(limits: Config['limits']): ParseRules {
  return { encoding: 'utf-8', csv: { header: true }, limits };
}

const secondsSince = ({ now }: IntakeOptions, started: number): number => (now() - started) / 1000;

/**
 * Puts a file under a name of our own into the folder the parser may see: names of files may mean something to the engine.
 * A hard link costs nothing; where none is possible the file is copied.
 */
async function bring(path: string, target: string): Promise<void> {
  try {
    await link(path, target);
  } catch {
    await copyFile(path, target, constants.COPYFILE_FICLONE);
  }
}

async function parse(
  work: Work,
  job: ParseJob,
): Promise<{ parsed: JobResult<ParseJob>['files']; tables: WrittenTable[] }> {
  let result = await work.run(job);
  const choice = chooseColumns(sumCounts([result.keys]), job.rules.limits.columns);
  if (choice.whole && result.flats.length > 0) result = await work.run({ ...job, whole: true });
  const { flats, files } = result;
  const tables = result.rows ? [result.rows] : [];
  if (flats.length > 0) {
    const { recordBytes } = job.rules.limits;
    const written = await work.run({ kind: 'flats', flats, choice, recordBytes, out: `${job.out}-json` });
    tables.push(written.rows);
  }
  return { parsed: files, tables };
}

/** Guesses the types of all tables' columns. Where guessing kills the parser, the rows were taken all the same. */
async function columnsOf(work: Work, tables: readonly WrittenTable[], out: string): Promise<ColumnGuess[]> {
  const guesses: ColumnGuess[] = [];
  for (const { path, columns } of tables) {
    try {
      guesses.push(...(await work.run({ kind: 'types', path, columns, out })).columns);
    } catch (error) {
      if (!(error instanceof Poison)) throw error;
      guesses.push(...columns.map(([name, type]) => typedColumn(name, type)));
    }
  }
  return guesses;
}

/** Jobs of one file; knows the highest memory any of them needed. */
interface Work {
  run<J extends Job>(job: J): Promise<JobResult<J>>;
  peakMb(): number;
}

/** The parser died of a file, twice. */
class Poison extends Error {}

/** The file was written to while it was read. */
class Changed extends Error {}

function startWork(pool: ParsePool): Work {
  let peakMb = 0;
  return {
    async run(job) {
      const outcome = await pool.run(job);
      if (outcome.kind === 'died') throw new Poison();
      if (outcome.kind === 'done') {
        peakMb = Math.max(peakMb, outcome.peakMb);
        return outcome.result;
      }
      if (outcome.fault === 'changed') throw new Changed(outcome.message);
      const [code, what] =
        outcome.fault === 'disk'
          ? ['STK-COLLECT-DISK', 'could not write; free disk space and run again']
          : ['STK-COLLECT-CHILD', 'does not start; it needs limits.childMemoryMb and a free process slot'];
      throw new PlatformError(`The parsing process ${what}: ${outcome.message}`, { code });
    },
    peakMb: () => peakMb,
  };
}

function refusalOf(error: unknown, limits: Config['limits']): { code: string; message: string } | undefined {
  if (error instanceof Poison) {
    const message = `the parser died on it twice, under ${limits.childMemoryMb} MB and ${limits.childSeconds} seconds; look at the file, or raise the limit it needs`;
    return { code: 'STK-COLLECT-POISON', message };
  }
  if (error instanceof Changed) {
    return { code: 'STK-COLLECT-CHANGED', message: 'the file changed while it was read; run again' };
  }
  const errno = systemErrorCode(error);
  if (errno === undefined || !['EACCES', 'EPERM', 'ENOENT', 'EIO', 'ELOOP'].includes(errno)) return undefined;
  return { code: 'STK-COLLECT-READ', message: `the file cannot be read (${errno})` };
}
