import type { Content, ReadableContent } from './contents.ts';
import { statedDialect } from './csv-dialect.ts';
import { parseCsv } from './csv-file.ts';
import type { ContentGuess } from './guess-content.ts';
import type { GuessedPlan } from './guess-plan.ts';
import type { ParsedFile, ParseJob } from './jobs.ts';
import { extractJson, type JsonExtract } from './json-file.ts';
import { parseParquet } from './parquet-file.ts';
import { createRejectLog, isFileRefusal, type RejectLog, type RejectReason } from './reject-log.ts';
import type { Sandbox, WrittenTable } from './sandbox.ts';
import { asUtf8 } from './text-encoding.ts';
import type { TextPlan } from './text-plan.ts';

/** A content being parsed: its rejects, and what is known of it so far. */
export interface Parsing {
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
 * Parses one content as its format asks, or as its bytes seem to ask where that is to be guessed. A content that is refused as
 * a whole says so in its rejects; whatever is thrown is not the content's fault.
 *
 * @param stem stem of its scratch files
 * @param flat stem of the file for flat JSON
 * @param sheet of a workbook. Default: what the rules say
 */
export async function parseContent(
  sandbox: Sandbox,
  job: ParseJob,
  content: Content,
  stem: string,
  flat: string,
  sheet = job.rules.sheet,
): Promise<Parsing> {
  const rejects = createRejectLog(`${stem}.rejects`);
  const parsing: Parsing = { name: content.name, stem, flat, rejects, position: 'line', facts: {} };
  try {
    if ('refused' in content) throw content.refused;
    await parseFormat(sandbox, { ...job, rules: { ...job.rules, sheet } }, content, parsing);
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
  if (content.format === 'xlsx') return parseWorkbook(sandbox, job, content, parsing);
  if (content.format === 'guess') await parseGuessed(sandbox, job, content.path, parsing);
  else {
    const { path, encoding } = asUtf8(content.path, `${stem}.utf8`, await statedEncoding(job, content.path));
    parsing.facts.encoding = encoding;
    await parseText(
      sandbox,
      job,
      { path, format: content.format, ...textPlan(job, content.format) },
      parsing,
    );
  }
}

async function parseWorkbook(
  sandbox: Sandbox,
  { rules, guess = false }: ParseJob,
  { members = [] }: ReadableContent,
  parsing: Parsing,
): Promise<void> {
  const { name, stem, rejects } = parsing;
  const { recordBytes, columns } = rules.limits;
  const files = { out: `${stem}.parquet`, cleaned: `${stem}.cleaned` };
  parsing.position = 'row';
  const task = { members, name, ...files, csv: rules.csv, sheet: rules.sheet, guess, recordBytes, columns };
  const { parseXlsx } = await import('./xlsx-file.ts');
  const { table, guess: workbook, passedLines } = await parseXlsx(sandbox, task, rejects);
  parsing.table = table;
  parsing.facts.guess = { format: 'xlsx', workbook };
  if (passedLines > 0) parsing.facts.passedLines = passedLines;
}

/** What the rules say of the encoding, or what the bytes seem to have where the rules leave it to them. */
async function statedEncoding(
  { rules }: ParseJob,
  path: string,
): Promise<Pick<ParseJob['rules'], 'encoding' | 'fallbackEncoding'>> {
  if (rules.encoding !== 'auto') return rules;
  const { guessEncoding } = await import('./guess-encoding.ts');
  return { ...rules, encoding: guessEncoding(path).encoding };
}

function textPlan({ rules }: ParseJob, format: TextPlan['format']): Omit<TextPlan, 'path' | 'format'> {
  const delimiter = rules.csv.delimiter ?? (format === 'tsv' ? '\t' : ',');
  return { csv: rules.csv, dialect: statedDialect(delimiter, rules.csv), flatten: false };
}

async function parseGuessed(
  sandbox: Sandbox,
  job: ParseJob,
  received: string,
  parsing: Parsing,
): Promise<void> {
  // Loaded on demand: a child that parses what is stated starts without it.
  const { guessPlan, linesInstead } = await import('./guess-plan.ts');
  const read = async ({ plan, guess }: GuessedPlan): Promise<void> => {
    parsing.facts.encoding = guess.encoding.encoding;
    parsing.facts.guess = guess;
    await parseText(sandbox, job, plan, parsing);
  };
  const guessed = guessPlan(received, `${parsing.stem}.utf8`, parsing.name, job.hints);
  await read(guessed);
  const lines = isMostlyKeptOut(parsing) ? linesInstead(guessed) : undefined;
  if (lines) await read(lines);
}

/** Whether a guess does not hold for the text as a whole: lines then lose nothing. */
function isMostlyKeptOut({ table, rejects }: Parsing): boolean {
  const ragged = rejects.reasons().filter(({ reason }) => reason === 'STK-COLLECT-COLUMNS');
  const rows = ragged.reduce((sum, one) => sum + one.rows, 0);
  return rows >= 10 && rows > (table?.rows ?? 0);
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
