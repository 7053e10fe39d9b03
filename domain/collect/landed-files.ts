import { type FilesSource, filesSourceSchema, type Source } from '../../schemas/source.ts';

/** Folder of a store that holds what was read from sources that are no files. */
export const landingFolder = 'landing';

/**
 * A source as files: itself, or for one read from elsewhere the files it was landed in, relative to the store folder.
 */
export function asFiles(name: string, source: Source): FilesSource {
  if (source.type === 'files') return source;
  const { nullValues, mode, required, duplicates, owner, description, columns, entities, contract, repair } =
    source;
  return filesSourceSchema.parse({
    path: `${landingFolder}/${name}/{date}.jsonl`,
    format: 'jsonl',
    nullValues,
    mode,
    required,
    duplicates,
    owner,
    description,
    columns,
    entities,
    contract,
    repair,
  });
}
