import { z } from 'zod';
import type { Manifest } from '../../schemas/artifact.ts';

/** What a row number counts: lines of a text, elements of a JSON array, rows of a sheet or of a Parquet file. */
export type RowUnit = 'line' | 'element' | 'row';

/** A file of a source as the store received it. */
export interface SourceFile {
  readonly source: string;
  readonly slice: string;
  /** Path below the input folder; `<file>#<member>` for a member of an archive. */
  readonly file: string;
  /** Of the received file, an archive as a whole; empty where the store does not tell. */
  readonly sha256: string;
  /** Where the received file lies in the store; empty as above. */
  readonly object: string;
  readonly counts: RowUnit;
}

const factsSchema = z.object({
  files: z.array(z.object({ path: z.string(), position: z.enum(['line', 'element', 'row']) })),
});

/** The files a raw slice was read from, in order of path. @param manifest one of collect's, scope `<source>/<slice>` */
export function sourceFilesOf({ scope, facts, files }: Manifest): SourceFile[] {
  const [source = '', ...slice] = scope.split('/');
  const parsed = factsSchema.parse(facts).files;
  const received = files.received ?? [];
  const ordinals = receivedOrdinals(
    parsed.map(({ path }) => path),
    received.length,
  );
  return parsed.map(({ path, position }, index): SourceFile => {
    const ref = received[ordinals[index] ?? -1];
    return {
      source,
      slice: slice.join('/'),
      file: path,
      sha256: ref?.sha256 ?? '',
      object: ref?.uri ?? '',
      counts: position,
    };
  });
}

/** Which received file each path was read from; both lie in order of path. None where the counts do not agree. */
function receivedOrdinals(paths: readonly string[], received: number): number[] {
  if (paths.length === received) return paths.map((_, index) => index);
  const whole = paths.map((path) => path.replace(/#.*$/s, ''));
  const distinct = [...new Set(whole)];
  return distinct.length === received ? whole.map((path) => distinct.indexOf(path)) : [];
}
