import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isIsoDate } from '../plan/dates.ts';
import { SourceError, systemErrorCode } from '../runtime/errors.ts';

/** One name of a pattern: fixed text, or an expression where it holds `*` or `{date}`. */
interface Segment {
  readonly text: string;
  readonly expression?: RegExp;
}

/** A parsed `path` of a source. */
export interface PathPattern {
  readonly text: string;
  readonly segments: readonly Segment[];
}

/** A name that matched: its path relative to the input folder, `/` between names, and the date it carries. */
export interface Match {
  readonly path: string;
  readonly date?: string;
}

/**
 * Parses a source path: names separated by `/`, `*` within one name, `{date}` for a YYYY-MM-DD date anywhere.
 *
 * As in a shell, a leading `*` does not match names that start with a dot.
 *
 * @throws SourceError STK-COLLECT-PATH for `..`, absolute paths, drive letters, backslashes and NUL
 */
export function parsePattern(source: string, text: string): PathPattern {
  const names = text.split('/').filter((name, index) => name !== '.' && (name !== '' || index === 0));
  const fault = faultOf(text, names);
  if (fault) {
    throw new SourceError(
      `Source ${source} has the path ${JSON.stringify(text)}, which ${fault}; write it relative to the input folder, as in orders/{date}.csv`,
      { code: 'STK-COLLECT-PATH', details: { source, path: text } },
    );
  }
  return { text, segments: names.map(segmentOf) };
}

/** Every name below `input` that a pattern matches, ordered by path. Folders that are not there match nothing. */
export async function findMatches(input: string, pattern: PathPattern): Promise<Match[]> {
  let found: Match[] = [{ path: '' }];
  for (const segment of pattern.segments) {
    const next: Match[] = [];
    for (const at of found) next.push(...(await matchesIn(input, at, segment)));
    found = next;
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What a pattern makes of a path that is not looked for on disk, such as a key; undefined where it does not match. */
export function matchPath(pattern: PathPattern, path: string): Match | undefined {
  const names = path.split('/');
  if (names.length !== pattern.segments.length) return undefined;
  let at: Match | undefined = { path };
  for (const [index, segment] of pattern.segments.entries()) {
    at = at && matchName(segment, at, names[index] ?? '');
  }
  return at;
}

/** The deepest folder a pattern leads into, and the name that nothing in it matches. */
export async function whereItEnds(
  input: string,
  pattern: PathPattern,
): Promise<{ folder: string; wanted: string; names: string[] }> {
  let at: Match = { path: '' };
  for (const segment of pattern.segments) {
    const [first] = await matchesIn(input, at, segment);
    if (!first || !(await isThere(join(input, first.path)))) {
      return {
        folder: join(input, at.path),
        wanted: segment.text,
        names: await namesIn(join(input, at.path)),
      };
    }
    at = first;
  }
  return { folder: join(input, at.path), wanted: '', names: [] };
}

function faultOf(text: string, names: readonly string[]): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character';
  if (text.startsWith('/') || /^[A-Za-z]:/.test(text)) return 'is absolute';
  if (text.includes('\\')) return 'holds a backslash';
  if (names.includes('..')) return 'leads out of it by ..';
  return names.every((name) => name === '') ? 'names nothing' : undefined;
}

function segmentOf(text: string): Segment {
  if (!text.includes('*') && !text.includes('{date}')) return { text };
  const body = text
    .split(/(\*|\{date\})/)
    .map((part) => {
      if (part === '*') return '[^/]*';
      return part === '{date}' ? '(\\d{4}-\\d{2}-\\d{2})' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return { text, expression: new RegExp(`^${text.startsWith('*') ? '(?![.])' : ''}${body}$`, 'su') };
}

async function matchesIn(input: string, at: Match, segment: Segment): Promise<Match[]> {
  const below = (name: string): string => (at.path ? `${at.path}/${name}` : name);
  if (!segment.expression) return [{ ...at, path: below(segment.text) }];
  const found: Match[] = [];
  for (const name of await namesIn(join(input, at.path))) {
    const match = matchName(segment, at, name);
    if (match) found.push({ ...match, path: below(name) });
  }
  return found;
}

/** What was matched so far with the date a name adds, where the name is one of the segment. */
function matchName(segment: Segment, at: Match, name: string): Match | undefined {
  if (!segment.expression) return name === segment.text ? at : undefined;
  const dates = segment.expression.exec(name)?.slice(1);
  const date = at.date ?? dates?.[0];
  if (!dates || dates.some((other) => other !== date || !isIsoDate(other))) return undefined;
  return { ...at, ...(date ? { date } : {}) };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
    return entries.map(({ name }) => name).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error) => {
      if (isAbsent(error)) return false;
      throw error;
    },
  );
}

/** Whether a system error says that nothing of that name is there. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
}
