import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from '../runtime/hashing.ts';
import { quotedList, quotedString } from '../warehouse/quoting.ts';
import { contentsOf } from './contents.ts';
import type {
  FlatsJob,
  MergeJob,
  ParsedFile,
  ParseJob,
  ParseResult,
  RefuseJob,
  TableResult,
} from './jobs.ts';
import { sumCounts, writeFlats } from './json-file.ts';
import { type Parsing, parseContent } from './parse-content.ts';
import { createRejectLog } from './reject-log.ts';
import type { Column, Sandbox, WrittenTable } from './sandbox.ts';
import { sheetContents } from './sheet-contents.ts';
/** The received object is not what it was when it was taken in. */
export class ChangedObject extends Error {}

/**
 * Parses one received file into one table of rows and one of rejects.
 *
 * @throws ChangedObject when the file does not have its sha256; whatever else is thrown is not the file's fault
 */
export async function runParseJob(sandbox: Sandbox, job: ParseJob, scratch: string): Promise<ParseResult> {
  mkdirSync(scratch, { recursive: true });
  try {
    const { sha256 } = await hashFile(job.path);
    if (sha256 !== job.sha256) throw new ChangedObject(`expected sha256 ${job.sha256}, found ${sha256}`);
    const contents = await sheetContents(await contentsOf(job, scratch), job.rules.sheet);
    const parsings: Parsing[] = [];
    for (const [index, { content, sheet }] of contents.entries()) {
      const [stem, flat] = [join(scratch, String(index)), `${job.out}-${index}`];
      parsings.push(await parseContent(sandbox, job, content, stem, flat, sheet));
    }
    return await resultOf(sandbox, job.out, parsings);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Notes a file that is refused without being opened. */
export async function runRefuseJob(sandbox: Sandbox, job: RefuseJob, scratch: string): Promise<ParseResult> {
  mkdirSync(scratch, { recursive: true });
  const rejects = createRejectLog(join(scratch, 'rejects'));
  const parsing: Parsing = { name: job.name, stem: '', flat: '', rejects, position: 'line', facts: {} };
  rejects.refuseFile(job.reason, job.message);
  rejects.close();
  return resultOf(sandbox, job.out, [parsing]);
}

/** Writes flat JSON files as one table. */
export async function runFlatsJob(sandbox: Sandbox, job: FlatsJob): Promise<TableResult> {
  return { rows: await writeFlats(sandbox, job.flats, job.choice, job.recordBytes, `${job.out}.parquet`) };
}

/** Puts tables together as they come: rows of the first file, then of the next; columns united by name. */
export async function runMergeJob(sandbox: Sandbox, job: MergeJob): Promise<TableResult> {
  const rows = await sandbox.write(unitedSql(job.rows), `${job.out}.parquet`);
  if (job.rejects.length === 0) return { rows };
  return { rows, rejects: await sandbox.write(unitedSql(job.rejects), `${job.out}-rejects.parquet`) };
}

function unitedSql(paths: readonly string[]): string {
  return paths.length === 0
    ? "select '' as _file, cast(0 as bigint) as _line where false"
    : `select * from read_parquet(${quotedList(paths)}, union_by_name = true)`;
}

async function resultOf(sandbox: Sandbox, out: string, parsings: readonly Parsing[]): Promise<ParseResult> {
  const extracts = parsings.flatMap(({ extract }) => extract ?? []);
  const tables = parsings.flatMap(({ table }) => table ?? []);
  const refused = parsings.filter(({ rejects }) => rejects.reasons().length > 0);
  return {
    ...(tables.length > 0 ? { rows: await oneTable(sandbox, tables, `${out}.parquet`) } : {}),
    ...(refused.length > 0
      ? { rejects: await sandbox.write(rejectsSql(refused), `${out}-rejects.parquet`, rejectColumns) }
      : {}),
    files: parsings.map(parsedFile),
    flats: extracts.map(({ flat }) => flat),
    keys: [...sumCounts(extracts.map(({ keys }) => keys))],
  };
}

async function oneTable(
  sandbox: Sandbox,
  tables: readonly WrittenTable[],
  out: string,
): Promise<WrittenTable> {
  const [only, another] = tables;
  if (only && !another) {
    renameSync(only.path, out);
    return { ...only, path: out };
  }
  return sandbox.write(unitedSql(tables.map(({ path }) => path)), out);
}

const rejectColumns: readonly Column[] = [
  ['file', 'VARCHAR'],
  ['line', 'BIGINT'],
  ['reason', 'VARCHAR'],
  ['message', 'VARCHAR'],
  ['raw', 'VARCHAR'],
  ['rows', 'BIGINT'],
];

function rejectsSql(parsings: readonly Parsing[]): string {
  return parsings
    .map(
      ({ name, position, rejects }) => `select
  ${quotedString(name)} as file,
  ${position === 'element' ? 'n' : 'l'} as line,
  r as reason,
  m as message,
  t as raw,
  k as rows
from read_json(
  ${quotedString(rejects.path)},
  format = 'newline_delimited',
  auto_detect = false,
  columns = {l: 'BIGINT', n: 'BIGINT', r: 'VARCHAR', m: 'VARCHAR', t: 'VARCHAR', k: 'BIGINT'}
)`,
    )
    .join('\nunion all\n');
}

function parsedFile({ name, table, extract, rejects, position, facts }: Parsing): ParsedFile {
  const reasons = rejects.reasons();
  const rejected = reasons.reduce((sum, { rows }) => sum + rows, 0);
  return {
    path: name,
    rows: table?.rows ?? extract?.flat.records ?? 0,
    rejected,
    position,
    ...facts,
    reasons,
  };
}
