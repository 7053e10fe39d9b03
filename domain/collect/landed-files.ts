import { commonKeys, type FilesSource, filesSourceSchema, type Source } from '../../schemas/source.ts';
import { fileReading } from '../../schemas/source-files.ts';

/** Folder of a store that holds what was read from sources that are no files. */
export const landingFolder = 'landing';

/** What a source of objects and one of files say alike. */
const asWritten = [
  'path',
  ...(Object.keys(fileReading) as (keyof typeof fileReading)[]),
  ...commonKeys,
] as const;

/**
 * A source as files: itself, or for one read from elsewhere the files it was landed in, relative to the store folder. The paths
 * of a source of objects are those of its keys.
 */
export function asFiles(name: string, source: Source): FilesSource {
  if (source.type === 'files') return source;
  if (source.type === 's3') {
    return filesSourceSchema.parse(
      Object.fromEntries(
        asWritten.map((key) => [key, source[key]]).filter(([, value]) => value !== undefined),
      ),
    );
  }
  return filesSourceSchema.parse({
    path: `${landingFolder}/${name}/{date}.jsonl`,
    format: 'jsonl',
    ...Object.fromEntries(commonKeys.map((key) => [key, source[key]])),
  });
}
