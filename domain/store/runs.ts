import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type RunClosing,
  type RunOpening,
  type RunRecord,
  runClosingSchema,
  runOpeningSchema,
  type StepRecord,
  stepRecordSchema,
} from '../../schemas/run.ts';
import { InputError, systemErrorCode } from '../runtime/errors.ts';
import { writeDurably } from './objects.ts';

/**
 * Run records: `runs/<record>/opening.json`, `steps/<step>.json`, `closing.json`.
 *
 * One file a step, each replaced whole, so that a kill loses at most the page being written; a step run again overwrites its page.
 */
export interface Runs {
  open(opening: RunOpening): Promise<void>;
  step(record: string, page: StepRecord): Promise<void>;
  close(record: string, closing: RunClosing): Promise<void>;
  read(record: string): Promise<RunRecord | undefined>;
  /** All records, newest first by start time, then by name. */
  list(): Promise<RunRecord[]>;
  /**
   * Finds one run by `last`, record id, a unique prefix of it, workflow id, or data date (the newest of that date).
   *
   * @throws InputError STK-RUN-UNKNOWN, STK-RUN-AMBIGUOUS
   */
  resolve(name: string): Promise<RunRecord>;
  remove(record: string): Promise<void>;
}

/** Opens the run-record part of a store folder. */
export function createRuns(storeDir: string): Runs {
  const dir = join(storeDir, 'runs');
  const write = async (record: string, name: string, value: unknown): Promise<void> => {
    const path = join(dir, record, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeDurably(path, `${JSON.stringify(value, null, 1)}\n`);
  };

  const runs: Runs = {
    async open(opening) {
      // A plan tried again reopens the record: the old end no longer holds.
      await rm(join(dir, opening.record, 'closing.json'), { force: true });
      await write(opening.record, 'opening.json', opening);
    },
    step: (record, page) => write(record, join('steps', `${fileName(page.result.step)}.json`), page),
    close: (record, closing) => write(record, 'closing.json', closing),

    async read(record) {
      const opening = await readJson(join(dir, record, 'opening.json'));
      if (opening === undefined) return undefined;
      const names = await namesIn(join(dir, record, 'steps'));
      const pages = await Promise.all(names.map((name) => readJson(join(dir, record, 'steps', name))));
      const steps = pages
        .map((page) => stepRecordSchema.parse(page))
        .sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0));
      const closing = await readJson(join(dir, record, 'closing.json'));
      return {
        opening: runOpeningSchema.parse(opening),
        steps,
        ...(closing === undefined ? {} : { closing: runClosingSchema.parse(closing) }),
      };
    },

    async list() {
      const records = await Promise.all((await namesIn(dir)).map((record) => runs.read(record)));
      return records.filter((run) => run !== undefined).sort((a, b) => (sortKey(a) > sortKey(b) ? -1 : 1));
    },

    async resolve(name) {
      const all = await runs.list();
      const newest = all[0];
      if (name === 'last' && newest) return newest;
      const exact = all.find(({ opening }) => opening.record === name || opening.workflowId === name);
      const ofDate = exact ?? all.find(({ opening }) => opening.dataDate === name);
      if (ofDate) return ofDate;
      const matching = all.filter(({ opening }) => opening.record.startsWith(name));
      if (matching.length === 1 && matching[0]) return matching[0];
      throw matching.length > 1 ? ambiguous(name, matching) : unknown(name, all);
    },

    async remove(record) {
      await rm(join(dir, record), { recursive: true, force: true });
    },
  };
  return runs;
}

function sortKey(run: RunRecord): string {
  return `${run.opening.startedAt} ${run.opening.record}`;
}

/** Step names hold slashes; as a file name they become dots. */
function fileName(step: string): string {
  return step.replaceAll('/', '.');
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).filter((name) => !name.startsWith('.')).sort();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw new InputError(`Cannot read the run record page ${path}; delete it to pass over it`, {
      code: 'STK-RUN-DAMAGED',
      details: { path },
      cause: error,
    });
  }
}

function unknown(name: string, all: readonly RunRecord[]): InputError {
  const known = all.slice(0, 3).map(({ opening }) => `${opening.dataDate} (${opening.record.slice(0, 8)})`);
  const hint =
    known.length > 0
      ? `the newest are ${known.join(', ')}`
      : 'there are none yet, start one with: stocktake run';
  return new InputError(`There is no run '${name}'; ${hint}`, { code: 'STK-RUN-UNKNOWN', details: { name } });
}

function ambiguous(name: string, matching: readonly RunRecord[]): InputError {
  return new InputError(
    `'${name}' fits ${matching.length} runs: ${matching.map(({ opening }) => opening.record).join(', ')}; give more of the id`,
    { code: 'STK-RUN-AMBIGUOUS', details: { name } },
  );
}
