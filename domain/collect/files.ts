import { lstat, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { nearest } from '../../schemas/config-parse.ts';
import type { PlannedSlice, SourceFile, SourcePlan } from '../../schemas/plan.ts';
import type { Source } from '../../schemas/source.ts';
import { SourceError, systemErrorCode } from '../runtime/errors.ts';
import { hashFile } from '../runtime/hashing.ts';
import { inWaves } from '../runtime/waves.ts';
import type { HashCache } from './hash-cache.ts';
import { asFiles } from './landed-files.ts';
import {
  findMatches,
  isAbsent,
  type Match,
  type PathPattern,
  parsePattern,
  whereItEnds,
} from './patterns.ts';

/** What to list: a source below an absolute folder, `input`; of one that is no files what was landed, below the store. */
export interface ListOptions {
  readonly input: string;
  readonly name: string;
  readonly source: Source;
}

/** A source, the dates wanted of it (inclusive), and the hashes remembered. */
export type ListRange = ListOptions & {
  readonly from?: string;
  readonly to: string;
  readonly hashes?: HashCache;
};

const parallelFiles = 8;

/**
 * Lists and hashes the files of a source, slice by slice (a date, or `all` without `{date}`).
 *
 * Dates are inclusive bounds; undated files always count. A file with the bytes of an earlier one (by path, over all
 * dates up to `to`) goes to `repeats`. A `full` source is its newest slice up to `to`, alone, whatever `from` says.
 * `missing` says for people why nothing was found, or what may not be read.
 *
 * @throws SourceError STK-COLLECT-PATH for a path that leads out of `input`, also by symlink; STK-COLLECT-READ when
 *   reading fails in a way that may pass
 */
export async function listSource(options: ListRange): Promise<SourcePlan> {
  try {
    return await listReadable(options);
  } catch (error) {
    // What may not be read is as good as not there: an optional source then goes on with what was published.
    if (!(error instanceof SourceError) || error.code !== 'STK-COLLECT-READ' || error.retryable) throw error;
    return { source: options.name, slices: [], repeats: [], missing: error.message };
  }
}

/** The newest date a source has a file for, or undefined where it has no dated file. Hashes nothing. */
export async function newestSliceDate(options: ListOptions): Promise<string | undefined> {
  const dates = (await matchedFiles(options)).flatMap(({ date }) => date ?? []);
  return dates.sort().at(-1);
}

/** A file whose content is known, and the date its path carries. */
export type HashedFile = SourceFile & { readonly date?: string };

/** The slices of files in the order of their paths; a file with the bytes of one before it is a repeat. */
export function slicesOf(
  files: readonly HashedFile[],
  mode: Source['mode'],
  from: string,
): Pick<SourcePlan, 'slices' | 'repeats'> {
  const { kept, repeats } = withoutRepeats(files);
  const within = mode === 'full' ? kept : kept.filter(({ date }) => date === undefined || date >= from);
  return { slices: sliced(within), repeats };
}

/** Of dated files those of the newest date; undated ones always. */
export function newestSlice<File extends { readonly date?: string | undefined }>(
  files: readonly File[],
): File[] {
  const newest = files.reduce((best, { date = '' }) => (date > best ? date : best), '');
  return files.filter(({ date }) => date === undefined || date === newest);
}

async function listReadable(options: ListRange): Promise<SourcePlan> {
  const { name, source, from = '', to } = options;
  const found = await matchedFiles(options);
  const upTo = found.filter(({ date }) => date === undefined || date <= to);
  const chosen = source.mode === 'full' ? newestSlice(upTo) : upTo;
  const { slices, repeats } = slicesOf(await hashAll(options, chosen, options.hashes), source.mode, from);
  const missing =
    slices.length === 0 && repeats.length === 0 ? await whyMissing(options, found, from, to) : '';
  return { source: name, slices, repeats, missing };
}

async function matchedFiles(options: ListOptions): Promise<Match[]> {
  const { input, name } = options;
  try {
    const found = new Map<string, Match>();
    for (const pattern of patternsOf(options).reverse()) {
      for (const match of await findMatches(input, pattern)) found.set(match.path, match);
    }
    const matches = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    const root = await realOf(input);
    const inside = await inWaves(matches, parallelFiles, ({ path }) => isFileInside(options, root, path));
    return matches.filter((_, index) => inside[index]);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw unreadable(name, input, error);
  }
}

function pathsOf({ name, source }: Pick<ListOptions, 'name' | 'source'>): string[] {
  return [asFiles(name, source).path].flat();
}

function patternsOf({ name, source }: ListOptions): PathPattern[] {
  return pathsOf({ name, source }).map((path) => parsePattern(name, path));
}

/** Whether a matched name is a file, and one that lies inside the input folder after following symlinks. */
async function isFileInside(
  { input, name }: ListOptions,
  root: string | undefined,
  path: string,
): Promise<boolean> {
  const real = await realOf(join(input, path));
  if (root === undefined || real === undefined) {
    if (await isThereUnread(join(input, path))) throw unreadable(name, path, { code: 'ELOOP' });
    return false;
  }
  if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw new SourceError(
      `Source ${name} matches ${path}, which a symlink leads out of the input folder ${input}; put the file itself there, or change the path in temporal.config.ts`,
      { code: 'STK-COLLECT-PATH', details: { source: name, path } },
    );
  }
  return (await stat(real)).isFile();
}

/** Whether a name stands in its folder and yet opens nothing: a symlink to nowhere, or a name that is not UTF-8. */
async function isThereUnread(path: string): Promise<boolean> {
  if (path.includes('\ufffd')) return true;
  return lstat(path).then(
    () => true,
    (error) => {
      if (isAbsent(error)) return false;
      throw error;
    },
  );
}

async function realOf(path: string): Promise<string | undefined> {
  return realpath(path).catch((error) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
}

async function hashAll(
  { input, name }: ListOptions,
  files: readonly Match[],
  hashes: HashCache | undefined,
): Promise<HashedFile[]> {
  const hash = hashes ? (path: string) => hashes.hash(path) : hashFile;
  const hashed = await inWaves(files, parallelFiles, async ({ path, date }): Promise<HashedFile[]> => {
    try {
      const { sha256, bytes } = await hash(join(input, path));
      return [{ path, bytes, sha256, ...(date ? { date } : {}) }];
    } catch (error) {
      // Taken away since the folder was read: the same as a listing a moment later.
      if (isAbsent(error)) return [];
      throw unreadable(name, join(input, path), error);
    }
  });
  return hashed.flat();
}

function withoutRepeats(files: readonly HashedFile[]): {
  kept: HashedFile[];
  repeats: SourcePlan['repeats'];
} {
  const first = new Map<string, string>();
  const kept: HashedFile[] = [];
  const repeats: SourcePlan['repeats'] = [];
  for (const file of files) {
    const sameAs = first.get(file.sha256);
    if (sameAs === undefined) {
      first.set(file.sha256, file.path);
      kept.push(file);
    } else repeats.push({ path: file.path, sameAs });
  }
  return { kept, repeats };
}

function sliced(files: readonly HashedFile[]): PlannedSlice[] {
  const slices = new Map<string, SourceFile[]>();
  for (const { date = 'all', ...file } of files) {
    const slice = slices.get(date);
    if (slice) slice.push(file);
    else slices.set(date, [file]);
  }
  return [...slices]
    .map(([slice, list]) => ({ slice, files: list }))
    .sort((a, b) => (a.slice < b.slice ? -1 : 1));
}

async function whyMissing(
  options: ListOptions,
  found: readonly Match[],
  from: string,
  to: string,
): Promise<string> {
  const dates = found.flatMap(({ date }) => date ?? []).sort();
  if (dates.length > 0) {
    const wanted = from ? `from ${from} to ${to}` : `up to ${to}`;
    return `${pathsOf(options).join(', ')} has no file dated ${wanted}; there are ${dates.length} from ${dates[0]} to ${dates.at(-1)}`;
  }
  const reasons = await Promise.all(
    patternsOf(options).map(async (pattern) => {
      const { folder, wanted, names } = await whereItEnds(options.input, pattern);
      const there =
        names.length === 0 ? 'which is empty or not there' : `where ${nearestNames(wanted, names)}`;
      return `no file matches ${pattern.text}; looked for ${wanted || pattern.text} in ${folder}, ${there}`;
    }),
  );
  return reasons.join('; ');
}

function nearestNames(wanted: string, names: readonly string[]): string {
  const near = nearest(wanted, names);
  const shown = [...new Set([...(near ? [near] : []), ...names])].slice(0, 3);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return `there ${names.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${more}`;
}

function unreadable(source: string, path: string, cause: unknown): SourceError {
  const code = systemErrorCode(cause) ?? 'unknown reason';
  return new SourceError(
    `Source ${source} cannot read ${path} (${code}); give the worker the right to read it, or repair the disk, then run again`,
    {
      code: 'STK-COLLECT-READ',
      retryable: !['EACCES', 'EPERM', 'ELOOP'].includes(code),
      details: { source, path },
      cause,
    },
  );
}
