import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { commonKeys, type RemoteSource } from '../../schemas/source.ts';
import { isIsoDate } from '../plan/dates.ts';
import { messageOf, PlatformError, SourceError, StocktakeError, systemErrorCode } from '../runtime/errors.ts';
import { hashOf } from '../runtime/hashing.ts';
import type { Logger } from '../runtime/logger.ts';
import { syncFolders, writeDurably } from '../store/objects.ts';
import { landingFolder } from './landed-files.ts';

/** What a reader of a source is told: where to begin, and who takes the rows. */
export interface ExtractScope {
  /** Newest watermark already had; without it everything is read. */
  readonly since?: string;
  readonly signal: AbortSignal;
  /** Takes rows as JSON texts without line breaks, in order. Resolves when there is room for more. */
  readonly onRows: (rows: readonly string[]) => Promise<void>;
}

/**
 * Reads a source from the watermark on; answers the newest watermark among the rows, in the source's own words.
 *
 * @throws SourceError, retryable where another try may help, its message free of credentials
 */
export type Extract = (scope: ExtractScope) => Promise<{ readonly watermark?: string }>;

/** What a date's reading gave; kept beside the file. Holds no row and no credential. */
export const landedStateSchema = z.strictObject({
  format: z.literal(1),
  rows: z.number().int(),
  bytes: z.number().int(),
  sha256: z.string(),
  /** Newest watermark had, of this date's rows or else of those before. */
  watermark: z.string().optional(),
  /** Hash of what was read (which place, table, query …): after a change the next date reads everything. */
  definition: z.string(),
});
export type LandedState = z.infer<typeof landedStateSchema>;

/** What to land, and the effects landing may have. */
export interface LandingWork {
  /** Absolute path of the store. */
  readonly storeDir: string;
  readonly name: string;
  readonly source: RemoteSource;
  /** Data date the rows are landed under. */
  readonly date: string;
  /** Read again what was landed for this date already. */
  readonly force: boolean;
  readonly extract: Extract;
  readonly signal: AbortSignal;
  readonly heartbeat: (progress: Readonly<Record<string, unknown>>) => void;
  readonly log: Logger;
}

/** What landing came to: read now, there already, or why the source could not be read (for people). */
export type Landing =
  | { readonly state: 'landed' | 'reused'; readonly rows: number }
  | { readonly state: 'unreadable' | 'empty'; readonly why: string };

const retryDelaysMs = [200, 1000];
const heartbeatMs = 1000;

/**
 * Reads a source that is no files into `<store>/landing/<source>/<date>.jsonl`: once per data date, whole or not at all.
 *
 * An incremental source is read from the newest watermark of the dates before on. A date before the newest landed one is never
 * read: a source knows its present only. A source that cannot be read, or a full one that answers with nothing, leaves what was
 * landed before as it is.
 *
 * @throws SourceError STK-COLLECT-CANCELLED after an abort
 * @throws PlatformError STK-COLLECT-DISK when the landing zone cannot be written
 */
export async function landSource(work: LandingWork): Promise<Landing> {
  const folder = join(work.storeDir, landingFolder, work.name);
  const states = await onDisk(() => readStates(folder));
  const there = states.get(work.date);
  const newest = [...states.keys()].sort().at(-1) ?? '';
  const definition = definitionOf(work.source);
  if (newest > work.date || (there?.definition === definition && !work.force)) {
    return { state: 'reused', rows: there?.rows ?? 0 };
  }
  const before = [...states].filter(([date]) => date < work.date).sort(([a], [b]) => (a < b ? -1 : 1));
  const last = before.at(-1)?.[1];
  const since =
    work.source.mode === 'incremental' && last?.definition === definition ? last.watermark : undefined;
  try {
    const read = await withRetries(work, () => readOnce(work, folder, since));
    return await keep(work, folder, { ...read, since, definition, there: there?.rows ?? 0 });
  } catch (error) {
    if (work.signal.aborted) throw cancelled(work.name, error);
    if (error instanceof StocktakeError && !(error instanceof SourceError)) throw error;
    work.log.warn('a source could not be read', { source: work.name, code: codeOf(error) });
    return { state: 'unreadable', why: messageOf(error) };
  }
}

interface ReadRows {
  readonly temporary: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly watermark?: string;
}

async function readOnce(work: LandingWork, folder: string, since: string | undefined): Promise<ReadRows> {
  const temporary = join(folder, `.${work.date}-${process.pid}-${randomUUID()}.tmp`);
  const file = await onDisk(async () => {
    await mkdir(folder, { recursive: true });
    return open(temporary, 'wx');
  });
  const hash = createHash('sha256');
  let rows = 0;
  let bytes = 0;
  const beat = setInterval(() => work.heartbeat({ source: work.name, rows }), heartbeatMs);
  try {
    const { watermark } = await work.extract({
      ...(since === undefined ? {} : { since }),
      signal: work.signal,
      async onRows(lines) {
        work.signal.throwIfAborted();
        if (lines.length === 0) return;
        const text = Buffer.from(`${lines.join('\n')}\n`);
        hash.update(text);
        rows += lines.length;
        bytes += text.length;
        await onDisk(() => file.writeFile(text));
      },
    });
    await onDisk(() => file.sync());
    return {
      temporary,
      rows,
      bytes,
      sha256: hash.digest('hex'),
      ...(watermark === undefined ? {} : { watermark }),
    };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    clearInterval(beat);
    await closed(file);
  }
}

async function closed(file: FileHandle): Promise<void> {
  await onDisk(() => file.close());
}

/** Puts what was read in its place. Nothing read takes nothing away. */
async function keep(
  work: LandingWork,
  folder: string,
  read: ReadRows & { since: string | undefined; definition: string; there: number },
): Promise<Landing> {
  const { temporary, rows, bytes, sha256, since, definition } = read;
  if (rows === 0) await rm(temporary, { force: true });
  if (rows === 0 && work.source.mode === 'full') {
    return { state: 'empty', why: 'the source answered without a single row; what was known stays' };
  }
  if (rows === 0 && read.there > 0) return { state: 'reused', rows: read.there };
  const watermark = read.watermark ?? since;
  const state: LandedState = {
    format: 1,
    rows,
    bytes,
    sha256,
    ...(watermark === undefined ? {} : { watermark }),
    definition,
  };
  await onDisk(async () => {
    if (rows > 0) await rename(temporary, join(folder, `${work.date}.jsonl`));
    await syncFolders([folder]);
    await writeDurably(join(folder, `${work.date}.json`), `${JSON.stringify(state)}\n`);
  });
  work.log.info('a source was landed', { source: work.name, date: work.date, rows, bytes });
  return { state: 'landed', rows };
}

/** Tries again twice, after a moment, where the source says that it may help. */
export async function withRetries<Result>(
  work: { readonly signal: AbortSignal },
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (const delay of retryDelaysMs) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof SourceError) || !error.retryable || work.signal.aborted) throw error;
      await sleep(delay, undefined, { signal: work.signal });
    }
  }
  return attempt();
}

async function readStates(folder: string): Promise<Map<string, LandedState>> {
  const names = await readdir(folder).catch((error) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const states = new Map<string, LandedState>();
  for (const name of names) {
    const date = name.endsWith('.json') ? name.slice(0, -'.json'.length) : '';
    if (!isIsoDate(date)) continue;
    const parsed = landedStateSchema.safeParse(parsedOrNothing(await readFile(join(folder, name), 'utf8')));
    // A damaged page counts as none: the date is read again.
    if (parsed.success) states.set(date, parsed.data);
  }
  return states;
}

/** A JSON text's value, or undefined for a damaged one. */
export function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What may change and leave the rows the same, beside what every kind of source has. */
const besidesRows: readonly string[] = [
  ...['overlap', 'timeoutSeconds', 'requestSeconds', 'retries', 'total', 'retryAfterSeconds', 'limits'],
  ...commonKeys,
];

/** Hash of what a source reads. */
function definitionOf(source: RemoteSource): string {
  const own = Object.entries(source).filter(([key]) => key === 'mode' || !besidesRows.includes(key));
  return hashOf(Object.fromEntries(own));
}

/** Tells trouble of the landing zone from trouble of the source. @throws PlatformError STK-COLLECT-DISK */
export async function onDisk<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const code = systemErrorCode(cause) ?? 'unknown reason';
    throw new PlatformError(
      `The landing zone of the store cannot be written (${code}); free disk space or repair it, the retry reads the source again`,
      { code: 'STK-COLLECT-DISK', details: { errno: code }, cause },
    );
  }
}

/** The error of reading that was called off. */
export function cancelled(source: string, cause: unknown): SourceError {
  return new SourceError(`Reading source ${source} was cancelled; run again to read it`, {
    code: 'STK-COLLECT-CANCELLED',
    details: { source },
    cause,
  });
}

function codeOf(error: unknown): string {
  return error instanceof StocktakeError ? error.code : 'STK-SOURCE-READ';
}
