import type { S3Source } from '../../schemas/source.ts';
import { SourceError } from '../runtime/errors.ts';
import { shownKey } from './object-pages.ts';
import { matchPath, type PathPattern, parsePattern } from './patterns.ts';
import type { Bucket, ListedObject } from './source-s3.ts';

/** An object a source asks for: `key` below the source's prefix, `whole` as the bucket has it. */
export interface WantedObject extends ListedObject {
  readonly whole: string;
  readonly date?: string;
}

/** Says of a key below the source's prefix whether it is asked for, and the date it carries. */
export type WantKey = (key: string) => { readonly date?: string } | undefined;

const mostObjects = 1_000_000;

/** What a source asks for up to a date. @throws SourceError STK-COLLECT-PATH for a path that is none */
export function wantedKeys(name: string, source: S3Source, to: string): WantKey {
  const patterns = patternsOf(name, source);
  return (key) => {
    for (const pattern of patterns) {
      const match = matchPath(pattern, key);
      if (match && (match.date === undefined || match.date <= to)) {
        return match.date === undefined ? {} : { date: match.date };
      }
    }
    return undefined;
  };
}

/**
 * Lists the objects a source asks for up to a date, each once, and says why there are none.
 *
 * @throws SourceError as the bucket does; STK-COLLECT-PATH; STK-SOURCE-READ for more objects than a night can hold
 */
export async function listWanted(
  bucket: Bucket,
  name: string,
  source: S3Source,
  to: string,
): Promise<{ readonly listed: WantedObject[]; readonly why: string }> {
  const wanted = wantedKeys(name, source, to);
  const found = new Map<string, WantedObject>();
  const others = new Set<string>();
  for (const fixed of fixedParts(patternsOf(name, source))) {
    for await (const object of bucket.list(source.prefix + fixed)) {
      const key = object.key.slice(source.prefix.length);
      const match = wanted(key);
      if (match) found.set(key, { ...object, ...match, key, whole: object.key });
      else if (others.size < 3) others.add(shownKey(object.key));
      if (found.size > mostObjects) throw tooMany(name);
    }
  }
  return { listed: [...found.values()], why: found.size > 0 ? '' : whyNone(source, to, [...others]) };
}

function patternsOf(name: string, { path }: S3Source): PathPattern[] {
  return [path].flat().map((one) => parsePattern(name, one));
}

/** What every key of a pattern begins with; of two where one begins as the other does, the shorter alone. */
function fixedParts(patterns: readonly PathPattern[]): string[] {
  const parts = patterns.map(({ segments }) => {
    const open = segments.findIndex(({ expression }) => expression !== undefined);
    const texts = segments.map(({ text }) => text);
    if (open < 0) return texts.join('/');
    const [literal = ''] = (texts[open] ?? '').split(/\*|\{date\}/);
    return [...texts.slice(0, open), literal].join('/');
  });
  return [...new Set(parts)]
    .filter((part) => !parts.some((other) => other !== part && part.startsWith(other)))
    .sort();
}

function whyNone({ bucket, prefix, path }: S3Source, to: string, others: readonly string[]): string {
  const paths = [path].flat().map((one) => prefix + one);
  const there = others.length === 0 ? 'nothing there' : `there are others, such as ${others.join(', ')}`;
  return `bucket ${bucket} lists not a single object for ${paths.join(', ')} up to ${to}, ${there}; what was known stays`;
}

function tooMany(name: string): SourceError {
  return new SourceError(
    `Source ${name} asks for more than ${mostObjects} objects; narrow prefix or path in temporal.config.ts, then: stocktake run`,
    { code: 'STK-SOURCE-READ', details: { source: name } },
  );
}
