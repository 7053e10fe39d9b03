import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Source } from '../../schemas/config.ts';
import { hashFile } from '../runtime/hashing.ts';
import { quotedList, quotedString } from '../warehouse/quoting.ts';
import { type Content, contentsOf, type Format, type ReadableContent } from './contents.ts';
import { type Dialect, plainDialect } from './csv-dialect.ts';
import { parseCsv } from './csv-file.ts';
import { type ContentGuess, guessText } from './guess-content.ts';
import { guessEncoding } from './guess-encoding.ts';
import type {
  FlatsJob,
  MergeJob,
  ParsedFile,
  ParseJob,
  ParseResult,
  RefuseJob,
  TableResult,
} from './jobs.ts';
import { extractJson, type JsonExtract, sumCounts, writeFlats } from './json-file.ts';
import { parseParquet } from './parquet-file.ts';
import { createRejectLog, isFileRefusal, type RejectLog, type RejectReason } from './reject-log.ts';
import type { Column, Sandbox, WrittenTable } from './sandbox.ts';
import { asUtf8 } from './text-encoding.ts';

/** The received object is not what it was when it was taken in. */
export class ChangedObject extends Error {}

/** A content being parsed: its rejects, and what is known of it so far. */
interface Parsing {
  readonly name: string;
  /** Stem of its scratch files. */
  readonly stem: string;
  /** Where its flat JSON goes; outlives the job. */
  readonly flat: string;
  readonly rejects: RejectLog;
  position: ParsedFile['position'];
  table?: WrittenTable;
  extract?: JsonExtract;
  facts: {
    encoding?: string;
    delimiter?: string;
    blankLines?: number;
    passedLines?: number;
    repeatedKeys?: number;
    guess?: ContentGuess;
  };
}

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
    const contents = await contentsOf(job, scratch);
    const parsings: Parsing[] = [];
    for (const [index, content] of contents.entries()) {
      parsings.push(
        await parseContent(sandbox, job, content, join(scratch, String(index)), `${job.out}-${index}`),
      );
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

async function parseContent(
  sandbox: Sandbox,
  job: ParseJob,
  content: Content,
  stem: string,
  flat: string,
): Promise<Parsing> {
  const rejects = createRejectLog(`${stem}.rejects`);
  const parsing: Parsing = { name: content.name, stem, flat, rejects, position: 'line', facts: {} };
  try {
    if ('refused' in content) throw content.refused;
    await parseFormat(sandbox, job, content, parsing);
  } catch (error) {
    if (!isFileRefusal(error)) throw error;
    rejects.refuseFile(error.code as RejectReason, error.message);
  } finally {
    rejects.close();
  }
  return parsing;
}

async function parseFormat(
  sandbox: Sandbox,
  job: ParseJob,
  content: ReadableContent,
  parsing: Parsing,
): Promise<void> {
  const { limits } = job.rules;
  const { name, stem } = parsing;
  if (content.format === 'parquet') {
    const { columns, expandedBytes } = limits;
    parsing.position = 'row';
    if (job.guess) parsing.facts.guess = { format: 'parquet' };
    const task = { path: content.path, name, out: `${stem}.parquet`, columns, expandedBytes };
    parsing.table = await parseParquet(sandbox, task);
    return;
  }
  if (content.format === 'guess') await parseGuessed(sandbox, job, content.path, parsing);
  else {
    const { path, encoding } = asUtf8(content.path, `${stem}.utf8`, job.rules);
    parsing.facts.encoding = encoding;
    await parseText(
      sandbox,
      job,
      { path, format: content.format, ...textPlan(job, content.format) },
      parsing,
    );
  }
}

/** A text in UTF-8 and how it is read. */
interface TextPlan {
  readonly path: string;
  readonly format: Format;
  readonly csv: Source['csv'];
  readonly dialect: Dialect;
  readonly flatten: boolean;
}

function textPlan({ rules }: ParseJob, format: Format): Omit<TextPlan, 'path' | 'format'> {
  const delimiter = rules.csv.delimiter ?? (format === 'tsv' ? '\t' : ',');
  return { csv: rules.csv, dialect: plainDialect(delimiter), flatten: false };
}

async function parseGuessed(
  sandbox: Sandbox,
  job: ParseJob,
  received: string,
  parsing: Parsing,
): Promise<void> {
  const encoding = guessEncoding(received);
  const { path } = asUtf8(received, `${parsing.stem}.utf8`, encoding);
  parsing.facts.encoding = encoding.encoding;
  const { format, csv } = guessText(path, parsing.name);
  parsing.facts.guess = { format, encoding, ...(csv ? { csv } : {}) };
  await parseText(
    sandbox,
    job,
    {
      path,
      format: format === 'lines' || format === 'xlsx' ? 'csv' : format,
      csv: { header: csv?.header ?? true, ...(csv?.columns ? { columns: [...csv.columns] } : {}) },
      dialect: csv?.dialect ?? plainDialect(','),
      flatten: true,
    },
    parsing,
  );
}

async function parseText(
  sandbox: Sandbox,
  { rules: { limits }, whole }: ParseJob,
  { path, format, csv, dialect, flatten }: TextPlan,
  parsing: Parsing,
): Promise<void> {
  const { name, stem, rejects } = parsing;
  if (format === 'json' || format === 'jsonl') {
    const task = { path, name, format, flat: `${parsing.flat}.flat`, limits, flatten };
    parsing.extract = extractJson(task, whole, rejects);
    parsing.position = parsing.extract.flat.position;
    if (parsing.extract.repeatedKeys > 0) parsing.facts.repeatedKeys = parsing.extract.repeatedKeys;
    return;
  }
  const { recordBytes, columns } = limits;
  const out = `${stem}.parquet`;
  const task = { path, name, out, cleaned: `${stem}.cleaned`, csv, dialect, recordBytes, columns };
  const { table, blankLines, passedLines } = await parseCsv(sandbox, task, rejects);
  parsing.table = table;
  parsing.facts.delimiter = dialect.delimiter;
  if (blankLines > 0) parsing.facts.blankLines = blankLines;
  if (passedLines > 0) parsing.facts.passedLines = passedLines;
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
