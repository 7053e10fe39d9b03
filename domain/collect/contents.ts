import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Source } from '../../schemas/config.ts';
import type { SourceError } from '../runtime/errors.ts';
import { createBudget, gunzipFile } from './expand.ts';
import type { ParseJob } from './jobs.ts';
import { fileRefusal, isFileRefusal } from './reject-log.ts';
import { expandZip } from './zip-members.ts';

/** A format a content can be parsed as. */
export type Format = NonNullable<Source['format']>;

/** One file to parse: the received file, what it expands to, or a member of it. */
export interface ReadableContent {
  readonly name: string;
  readonly path: string;
  readonly format: Format;
}

/** A content, or why there is nothing to parse. */
export type Content = ReadableContent | { readonly name: string; readonly refused: SourceError };

const formatsByEnding: Readonly<Record<string, Format>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
};
const archives = ['zip', 'gz', 'tgz', 'tar', 'bz2', 'xz', 'zst', '7z', 'rar'];

/** Opens a received file as far as its ending asks: `.gz` is expanded, `.zip` gives its members as `<file>#<member>`. */
export async function contentsOf(job: ParseJob, scratch: string): Promise<Content[]> {
  const { name, path, rules } = job;
  const budget = createBudget(statSync(path).size, rules.limits);
  try {
    const ending = endingOf(name);
    if (ending === 'zip') {
      const folder = join(scratch, 'members');
      mkdirSync(folder, { recursive: true });
      refuseOtherMagic(path, 'zip');
      const members = await expandZip(path, folder, budget);
      return members.map((member) => {
        const full = `${name}#${member.name}`;
        return 'refused' in member
          ? { name: full, refused: member.refused }
          : content(full, member.path, rules.format);
      });
    }
    if (ending !== 'gz') return [content(name, path, rules.format)];
    refuseOtherMagic(path, 'gz');
    const target = join(scratch, 'expanded');
    await gunzipFile(path, target, budget);
    return [content(name, target, rules.format)];
  } catch (error) {
    if (isFileRefusal(error)) return [{ name, refused: error }];
    throw error;
  }
}

function content(name: string, path: string, stated: Format | undefined): Content {
  const plain = name.replace(/\.gz$/i, '');
  const nested =
    plain !== name && name.includes('#') ? 'gz' : archives.find((ending) => ending === endingOf(plain));
  const format = nested ? undefined : (stated ?? formatsByEnding[endingOf(plain)]);
  if (!format) {
    const message = nested
      ? `is a ${nested} archive; expected a plain file, or one .gz or .zip around plain files`
      : `has the ending ${JSON.stringify(endingOf(plain))}, which names no format; set format`;
    return { name, refused: fileRefusal('STK-COLLECT-FORMAT', message) };
  }
  const found = format === 'parquet' ? undefined : magicOf(path);
  if (!found) return { name, path, format };
  const message = `is a ${found} file inside; expected ${format} text. Give it the ending of what it is`;
  return { name, refused: fileRefusal('STK-COLLECT-MAGIC', message) };
}

function refuseOtherMagic(path: string, expected: 'gz' | 'zip'): void {
  const found = magicOf(path);
  if (found === expected) return;
  // A cut archive is named so by the one who expands it.
  if (found === undefined && statSync(path).size < 4) return;
  throw fileRefusal(
    'STK-COLLECT-MAGIC',
    `does not begin as a ${expected} file does${found ? `, but as a ${found} file` : ''}; give it the ending of what it is`,
  );
}

const magics: readonly (readonly [string, string])[] = [
  ['1f8b08', 'gz'],
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
  ['28b52ffd', 'zst'],
  ['425a6839', 'bz2'],
  ['fd377a58', 'xz'],
  ['377abcaf', '7z'],
];

function magicOf(path: string): string | undefined {
  const head = Buffer.alloc(4);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  return magics.find(([magic]) => head.toString('hex').startsWith(magic))?.[1];
}

function endingOf(name: string): string {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('#')) + 1);
  const dot = base.lastIndexOf('.');
  return dot < 0 ? '' : base.slice(dot + 1).toLowerCase();
}
