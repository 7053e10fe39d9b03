import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FilesSource } from '../../schemas/source.ts';
import type { SourceError } from '../runtime/errors.ts';
import { createBudget, type ExpansionBudget, gunzipFile, unzstdFile } from './expand.ts';
import type { ParseJob } from './jobs.ts';
import { type Magic, magicOf } from './magic.ts';
import { fileRefusal, isFileRefusal } from './reject-log.ts';
import { expandZip, type ZipMember } from './zip-members.ts';

/** A format a content can be parsed as; `guess` is for what its bytes must tell. */
export type Format = NonNullable<FilesSource['format']> | 'guess';

/** One file to parse: the received file, what it expands to, or a member of it. */
export interface ReadableContent {
  readonly name: string;
  readonly path: string;
  readonly format: Format;
  /** The expanded members of a workbook. */
  readonly members?: readonly ZipMember[];
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

/**
 * Opens a received file as far as its ending asks, or, where the format is to be guessed, its first bytes: gzip and zstd are
 * expanded, a zip gives its members as `<file>#<member>`, a workbook is one content.
 */
export async function contentsOf(job: ParseJob, scratch: string): Promise<Content[]> {
  const { name, path, rules } = job;
  const budget = createBudget(statSync(path).size, rules.limits);
  try {
    const container = job.guess ? magicOf(path) : (workbookFormat(rules.format) ?? endingOf(name));
    if (container === 'zip' || container === 'xlsx' || container === 'xlsm') {
      return await zipContents(job, scratch, budget, container !== 'zip');
    }
    if (container !== 'gz' && container !== 'zst') return [content(job, name, path)];
    refuseOtherMagic(path, container);
    const target = join(scratch, 'expanded');
    await (container === 'gz' ? gunzipFile : unzstdFile)(path, target, budget);
    return [content(job, name, target, true)];
  } catch (error) {
    if (isFileRefusal(error)) return [{ name, refused: error }];
    throw error;
  }
}

/** A stated workbook is one whatever its name ends with. */
function workbookFormat(format: Format | undefined): 'xlsx' | undefined {
  return format === 'xlsx' ? format : undefined;
}

async function zipContents(
  job: ParseJob,
  scratch: string,
  budget: ExpansionBudget,
  isWorkbook: boolean,
): Promise<Content[]> {
  const { name, path } = job;
  const folder = join(scratch, 'members');
  mkdirSync(folder, { recursive: true });
  refuseOtherMagic(path, 'zip');
  const members = await expandZip(path, folder, budget);
  const office = officeFault(members);
  if (office) return [{ name, refused: office }];
  if (isWorkbook || members.some((member) => member.name === 'xl/workbook.xml')) {
    return [{ name, path, format: 'xlsx', members }];
  }
  return members.map((member) => {
    const full = `${name}#${member.name}`;
    return 'refused' in member ? { name: full, refused: member.refused } : content(job, full, member.path);
  });
}

/** Why an office document that is no workbook of the known kind is refused. */
function officeFault(members: readonly ZipMember[]): SourceError | undefined {
  const has = (name: string): boolean => members.some((member) => member.name === name);
  if (has('xl/workbook.bin')) {
    return fileRefusal('STK-COLLECT-FORMAT', 'is a binary Excel workbook (.xlsb); save it as .xlsx');
  }
  if (has('mimetype') && has('content.xml')) {
    return fileRefusal('STK-COLLECT-FORMAT', 'is an OpenDocument file; save it as .xlsx or .csv');
  }
  return has('word/document.xml') || has('ppt/presentation.xml')
    ? fileRefusal('STK-COLLECT-FORMAT', 'is an office document without tables; expected a workbook')
    : undefined;
}

function content(job: ParseJob, name: string, path: string, expanded = false): Content {
  const plain = expanded ? name.replace(/\.(gz|zst)$/i, '') : name;
  const magic = magicOf(path);
  if (magic === 'xls') return { name, refused: oldWorkbook() };
  if (job.guess) return guessed(name, path, magic);
  const nested = archives.find((ending) => ending === endingOf(plain));
  const format = nested ? undefined : (job.rules.format ?? formatsByEnding[endingOf(plain)]);
  if (!format) {
    const message = nested
      ? `is a ${nested} archive; expected a plain file, or one .gz, .zst or .zip around plain files`
      : `has the ending ${JSON.stringify(endingOf(plain))}, which names no format; set format`;
    return { name, refused: fileRefusal('STK-COLLECT-FORMAT', message) };
  }
  if (!magic || magic === 'parquet' || format === 'parquet') return { name, path, format };
  const message = `is a ${magic} file inside; expected ${format} text. Give it the ending of what it is`;
  return { name, refused: fileRefusal('STK-COLLECT-MAGIC', message) };
}

function guessed(name: string, path: string, magic: Magic | undefined): Content {
  if (magic === undefined) return { name, path, format: 'guess' };
  if (magic === 'parquet') return { name, path, format: 'parquet' };
  const message = ['gz', 'zip', 'zst'].includes(magic)
    ? `is a ${magic} archive within an archive; expected a plain file in it`
    : `is a file of the format ${magic}; expected text, JSON, Parquet or an Excel workbook`;
  return { name, refused: fileRefusal('STK-COLLECT-FORMAT', message) };
}

function oldWorkbook(): SourceError {
  const message = 'is an old or protected Excel workbook; save it as .xlsx without a password';
  return fileRefusal('STK-COLLECT-OLD-EXCEL', message);
}

function refuseOtherMagic(path: string, expected: 'gz' | 'zip' | 'zst'): void {
  const found = magicOf(path);
  if (found === expected) return;
  if (found === 'xls') throw oldWorkbook();
  // A cut archive is named so by the one who expands it.
  if (found === undefined && statSync(path).size < 4) return;
  throw fileRefusal(
    'STK-COLLECT-MAGIC',
    `does not begin as a ${expected} file does${found ? `, but as a ${found} file` : ''}; give it the ending of what it is`,
  );
}

function endingOf(name: string): string {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('#')) + 1);
  const dot = base.lastIndexOf('.');
  return dot < 0 ? '' : base.slice(dot + 1).toLowerCase();
}
