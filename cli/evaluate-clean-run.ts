import { type CleaningScore, scoreCleaning } from '../domain/repair/cell-scores.ts';
import { detectErrors } from '../domain/repair/detect-errors.ts';
import type { Finding } from '../domain/repair/finding.ts';
import type { TextTable } from '../domain/repair/text-table.ts';
import { CliError } from '../domain/runtime/errors.ts';
import { hashFile } from '../domain/runtime/hashing.ts';
import { printLabelScore, scoreWithLabels } from './evaluate-clean-labels.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput, type Output, table } from './output.ts';
import { readTextTables } from './read-text-table.ts';

/** Flags of `stocktake evaluate clean`. */
export interface EvaluateCleanOptions {
  readonly dirty: string;
  readonly clean: string;
  readonly seed: number;
  /** Rows to label for the learned detector. Default: none, and it does not run. */
  readonly labels?: number;
}

const protocol =
  'no labels, one configuration; every cell counts once, raw strings compared; a cell may be flagged without a repair; ' +
  'repair precision = right repairs / repairs made, recall = right repairs / wrong cells';
const examples = 10;
const longest = 40;

/** `stocktake evaluate clean`: errors found and repaired in a dirty table, measured against its clean twin. */
export async function evaluateClean(options: EvaluateCleanOptions, globals: GlobalOptions): Promise<number> {
  const out = createOutput(globals.quiet ?? false);
  const [dirty, clean] = (await readTextTables([options.dirty, options.clean])) as [TextTable, TextTable];
  requireTwins(options, dirty, clean);
  const started = performance.now();
  const findings = detectErrors(dirty, { seed: options.seed, note: (line) => out.note(line) });
  const seconds = Math.round(performance.now() - started) / 1000;
  const score = scoreCleaning(dirty, clean, findings);
  const { labels, seed } = options;
  const learned = labels
    ? await scoreWithLabels(dirty, clean, { labels, seed, note: (line) => out.note(line) })
    : undefined;
  const rows = rowsOf(dirty);
  const data = {
    dirty: { file: options.dirty, sha256: (await hashFile(options.dirty)).sha256 },
    clean: { file: options.clean, sha256: (await hashFile(options.clean)).sha256 },
    rows,
    columns: dirty.columns.length,
    cells: rows * dirty.columns.length,
    wrong: score.wrong,
  };
  if (globals.json) {
    const { detection, repair, byColumn, byReason } = score;
    out.json({
      task: 'clean',
      protocol,
      data,
      seed: options.seed,
      seconds,
      detection,
      repair,
      byColumn,
      byReason,
      ...(learned ? { labels: learned.score } : {}),
    });
  } else {
    print(out, score, findings, `${rows} rows x ${dirty.columns.length} columns, ${seconds.toFixed(1)} s`);
    if (learned) printLabelScore(out, learned.score);
  }
  return 0;
}

function requireTwins(
  { dirty: a, clean: b }: EvaluateCleanOptions,
  dirty: TextTable,
  clean: TextTable,
): void {
  const names = (file: TextTable): string => JSON.stringify(file.columns.map(({ name }) => name));
  if (names(dirty) !== names(clean)) {
    throw new CliError(
      `${a} and ${b} have different headers: ${names(dirty)} and ${names(clean)}; give the same table twice, dirty and clean`,
      { code: 'STK-CLEAN-HEADER', exitCode: 2 },
    );
  }
  if (rowsOf(dirty) !== rowsOf(clean)) {
    throw new CliError(
      `${a} has ${rowsOf(dirty)} rows and ${b} has ${rowsOf(clean)}; both need the same rows in the same order`,
      { code: 'STK-CLEAN-ROWS', exitCode: 2 },
    );
  }
}

function rowsOf({ columns }: TextTable): number {
  return columns[0]?.values.length ?? 0;
}

function print(out: Output, score: CleaningScore, findings: readonly Finding[], size: string): void {
  const figures = [
    { name: 'detection', ...score.detection },
    { name: 'repair', ...score.repair },
  ];
  out.data(
    table(figures, [
      { title: `${score.wrong} wrong cells`, value: ({ name }) => name },
      { title: 'precision', value: ({ precision }) => precision.toFixed(4), align: 'right' },
      { title: 'recall', value: ({ recall }) => recall.toFixed(4), align: 'right' },
      { title: 'F1', value: ({ f1 }) => f1.toFixed(4), align: 'right' },
    ]),
  );
  const counts = [
    ...score.byColumn.map(({ column, wrong, ...rest }) => ({ name: column, wrong: String(wrong), ...rest })),
    ...score.byReason.map(({ reason, ...rest }) => ({ name: `(${reason})`, wrong: '', ...rest })),
  ];
  out.data(
    `\n${table(counts, [
      { title: 'column (reason)', value: ({ name }) => name },
      { title: 'wrong', value: ({ wrong }) => wrong, align: 'right' },
      { title: 'flagged', value: ({ flagged }) => String(flagged), align: 'right' },
      { title: 'found', value: ({ found }) => String(found), align: 'right' },
      { title: 'repaired', value: ({ repaired }) => String(repaired), align: 'right' },
      { title: 'right', value: ({ right }) => String(right), align: 'right' },
    ])}`,
  );
  if (findings.length > 0) out.data(`\n${exampleTable(findings)}`);
  out.data(`\n${size}; ${protocol}`);
}

/** Findings spread evenly over the table. */
function exampleTable(findings: readonly Finding[]): string {
  const step = Math.max(1, Math.floor(findings.length / examples));
  const shown = findings.filter((_, index) => index % step === 0).slice(0, examples);
  return table(shown, [
    { title: 'row', value: ({ row }) => String(row + 1), align: 'right' },
    { title: 'column', value: ({ column }) => column },
    { title: 'value', value: ({ value }) => quoted(value) },
    { title: 'repair', value: ({ repair }) => (repair === undefined ? '' : quoted(repair)) },
    { title: 'reason', value: ({ reason }) => reason },
    { title: 'confidence', value: ({ confidence }) => confidence.toFixed(2), align: 'right' },
  ]);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest - 1)}…` : text);
}
