import { commonKeys, type FilesSource, filesSourceSchema, type Source } from '../../schemas/source.ts';

/** Folder of a store that holds what was read from sources that are no files. */
export const landingFolder = 'landing';

/**
 * A source as files: itself, or for one read from elsewhere the files it was landed in, relative to the store folder.
 */
export function asFiles(name: string, source: Source): FilesSource {
  if (source.type === 'files') return source;
  return filesSourceSchema.parse({
    path: `${landingFolder}/${name}/{date}.jsonl`,
    format: 'jsonl',
    ...Object.fromEntries(commonKeys.map((key) => [key, source[key]])),
  });
}
