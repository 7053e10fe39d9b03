import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { evaluateIntake, type IntakeOptions, type IntakeReading } from '../domain/collect/intake.ts';
import type { IntakeDocument, IntakeFile } from '../domain/collect/intake-document.ts';
import { encodingName } from '../domain/collect/text-encoding.ts';
import { countText, sizeText } from '../domain/report/format.ts';
import { CliError, messageOf } from '../domain/runtime/errors.ts';
import { silentLogger } from '../domain/runtime/logger.ts';
import { configSchema } from '../schemas/config.ts';
import { exit, globals } from './command-line.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput, type Output, table } from './output.ts';

interface IntakeFlags {
  readonly dir: string;
  readonly seconds: number;
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly quote?: '"' | "'" | '';
  readonly header?: boolean;
  readonly skip?: number;
  readonly sheet?: string | number;
}

/** Adds `evaluate intake` to the `evaluate` command. */
export function addEvaluateIntake(evaluate: Command): void {
  evaluate
    .command('intake')
    .description('every file of a folder through collect: what was taken, what was kept out and why')
    .requiredOption('--dir <folder>', 'folder whose files are read, subfolders included')
    .option('--seconds <n>', 'seconds one file may take', seconds, 120)
    .option(
      '--encoding <name>',
      'encoding of all texts, as WHATWG names it; auto guesses file by file',
      encoding,
    )
    .option('--delimiter <char>', 'delimiter of all texts of fields: one character, or tab', delimiter)
    .option('--quote <char>', 'what texts stand in: ", \' or none', quote)
    .option('--header <yes|no>', 'whether the first line names the columns', yesOrNo)
    .option('--skip <lines>', 'lines above the header', lines)
    .option('--sheet <sheet>', 'sheet of workbooks: its name, its place from 1, or all', sheet)
    .action(async (flags: IntakeFlags, command: Command) => exit(await intake(flags, globals(command))));
}

async function intake(flags: IntakeFlags, globals: GlobalOptions): Promise<number> {
  const out = createOutput(globals.quiet ?? false);
  const dir = resolve(flags.dir);
  await refuseNoFolder(dir);
  const scratch = await mkdtemp(join(tmpdir(), 'stocktake-intake-'));
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const document = await evaluateIntake({
      dir,
      scratch,
      limits: configSchema.shape.limits.parse({ childSeconds: flags.seconds }),
      children: Math.min(2, availableParallelism()),
      signal: abort.signal,
      log: silentLogger,
      now: () => performance.now(),
      ...readingOf(flags),
      onFile: (file, done, total) => out.note(`${done}/${total} ${file.outcome} ${file.path}`),
    });
    if (globals.json) out.json(document);
    else print(document, out);
    return 0;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await rm(scratch, { recursive: true, force: true });
  }
}

async function refuseNoFolder(dir: string): Promise<void> {
  let fault = 'it is no folder';
  let reason: unknown;
  try {
    if ((await stat(dir)).isDirectory()) return;
  } catch (cause) {
    fault = `it cannot be read (${messageOf(cause)})`;
    reason = cause;
  }
  throw new CliError(`${dir}: ${fault}; give the path of a folder of files`, {
    code: 'STK-EVALUATE-FOLDER',
    exitCode: 2,
    cause: reason,
  });
}

function readingOf(flags: IntakeFlags): Pick<IntakeOptions, 'reading'> {
  const { encoding: said, delimiter: cut, quote: mark, header, skip, sheet: wanted } = flags;
  const reading: IntakeReading = {
    ...(said === undefined || said === 'auto' ? {} : { encoding: said }),
    ...(cut === undefined ? {} : { delimiter: cut }),
    ...(mark === undefined ? {} : { quote: mark }),
    ...(header === undefined ? {} : { header }),
    ...(skip === undefined ? {} : { skipLines: skip }),
    ...(wanted === undefined ? {} : { sheet: wanted }),
  };
  return Object.keys(reading).length > 0 ? { reading } : {};
}

function print({ data, totals, files }: IntakeDocument, out: Output): void {
  out.data(pc.bold(`intake: ${data.files} files, ${sizeText(data.bytes)} in ${data.dir}`));
  out.data('');
  out.data(
    table(files, [
      { title: 'file', value: ({ path }) => path },
      { title: 'outcome', value: ({ outcome }) => outcome },
      { title: 'read as', value: readAs },
      { title: 'columns', value: ({ columns }) => String(columns.length), align: 'right' },
      { title: 'types', value: typesText },
      { title: 'rows in', value: ({ rowsIn }) => String(rowsIn), align: 'right' },
      { title: 'rows out', value: ({ rowsOut }) => String(rowsOut), align: 'right' },
      { title: 'rejected', value: ({ rejected }) => String(rejected), align: 'right' },
      { title: 'seconds', value: (file) => file.seconds.toFixed(2), align: 'right' },
      { title: 'peak MB', value: ({ peakMemoryMb }) => peakMemoryMb.toFixed(0), align: 'right' },
      { title: 'reason', value: reasonText },
    ]),
  );
  out.data('');
  out.data(
    `${totals.loaded} loaded, ${totals.partly} partly, ${totals.refused} refused; ${countText(totals.rowsIn)} rows in = ${countText(totals.rowsOut)} out + ${countText(totals.rejected)} rejected; ${totals.seconds.toFixed(1)} s, at most ${totals.peakMemoryMb.toFixed(0)} MB`,
  );
}

function readAs({ contents }: IntakeFile): string {
  const [content] = contents;
  const { format, csv, workbook } = content?.guess ?? {};
  const words = [
    format,
    content?.encoding,
    csv?.dialect.delimiter && JSON.stringify(csv.dialect.delimiter),
    workbook && JSON.stringify(workbook.sheet),
    contents.length > 1 && `and ${contents.length - 1} more`,
  ];
  return words.filter((word) => word).join(' ');
}

/** How many columns seem to hold what, the most frequent first. */
function typesText({ columns }: IntakeFile): string {
  const counts = new Map<string, number>();
  for (const { type } of columns) counts.set(type, (counts.get(type) ?? 0) + 1);
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return ranked.map(([type, count]) => `${count} ${type}`).join(', ');
}

function reasonText({ reason = '', reasons: [main] }: IntakeFile): string {
  if (!main) return reason;
  const where = main.line > 0 ? ` (line ${main.line})` : '';
  return `${main.code}${where} ${main.message}`;
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError(`'${text}' is no number of seconds above 0`);
}

function encoding(text: string): string {
  if (text === 'auto' || encodingName(text)) return text;
  throw new InvalidArgumentError(
    `'${text}' is no encoding; expected auto, utf-8, gb18030, windows-1252, shift_jis, utf-16le or another WHATWG name`,
  );
}

function delimiter(text: string): string {
  const character = ['tab', '\\t'].includes(text) ? '\t' : text;
  if (/^[\t\x20-\x7e]$/.test(character) && character !== '"') return character;
  throw new InvalidArgumentError(
    `'${text}' is no delimiter; expected one ASCII character such as ; or |, or tab`,
  );
}

function quote(text: string): '"' | "'" | '' {
  if (text === '"' || text === "'") return text;
  if (text === 'none') return '';
  throw new InvalidArgumentError(`'${text}' is no quote; expected ", ' or none`);
}

function yesOrNo(text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new InvalidArgumentError(`'${text}' is neither yes nor no`);
}

function lines(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`'${text}' is no number of lines`);
}

function sheet(text: string): string | number {
  if (text.trim() === '') throw new InvalidArgumentError('expected a name, a place from 1, or all');
  return /^[1-9]\d{0,3}$/.test(text) ? Number(text) : text;
}
