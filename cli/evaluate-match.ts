import { type Command, InvalidArgumentError } from 'commander';
import {
  evaluateMatch,
  type MatchEvaluation,
  type MatchFigures,
} from '../domain/match/matcher-evaluation.ts';
import { type PairFile, readPairFile } from '../domain/match/pair-file.ts';
import { joinPairFiles, type PairSet } from '../domain/match/pair-set.ts';
import { CliError, InputError } from '../domain/runtime/errors.ts';
import { hashFile } from '../domain/runtime/hashing.ts';
import { exit, globals } from './command-line.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput, type Output, table } from './output.ts';

interface EvaluateMatchOptions {
  readonly train: string;
  readonly valid: string;
  readonly test: string;
  readonly seed: number;
  readonly seeds: number;
}

const protocol =
  'settings fixed beforehand; trained on train + validation, a model per fold, threshold from held-out folds; measured on test; rarity and rivals of a pair from the texts of all three files, without labels; split by pair, so records recur';

/** Adds `evaluate match` to the `evaluate` command. */
export function addEvaluateMatch(evaluate: Command): void {
  evaluate
    .command('match')
    .description('tell whether two records are one thing: precision, recall and F1 on a test file of pairs')
    .requiredOption(
      '--train <file>',
      "lines 'COL x VAL …<tab>COL x VAL …<tab>label', or CSV left_x, right_x, label",
    )
    .requiredOption('--valid <file>', 'the same, to choose the threshold with')
    .requiredOption('--test <file>', 'the same, to measure on')
    .option('--seeds <n>', 'how many seeds the matcher is trained with', countFrom(1), 10)
    .option('--seed <n>', 'the first seed', countFrom(0), 1)
    .action(async (options: EvaluateMatchOptions, command: Command) =>
      exit(await match(options, globals(command))),
    );
}

async function match(options: EvaluateMatchOptions, globals: GlobalOptions): Promise<number> {
  const out = createOutput(globals.quiet ?? false);
  const files = await readPairFiles([options.train, options.valid, options.test]);
  const set = joinPairFiles(files);
  const evaluation = await evaluateMatch({
    set,
    seed: options.seed,
    seeds: options.seeds,
    clock: () => performance.now(),
    note: (line) => out.note(line),
  });
  const data = await describe(files, set, evaluation);
  if (globals.json) {
    const { models, chosen, searchSeconds, pairsPerSecond } = evaluation;
    const { seed, seeds } = options;
    out.json({ task: 'match', protocol, data, seed, seeds, searchSeconds, models, chosen, pairsPerSecond });
  } else print(out, evaluation, data, options);
  return 0;
}

async function readPairFiles(paths: readonly string[]): Promise<PairFile[]> {
  try {
    const files: PairFile[] = [];
    for (const path of paths) files.push(await readPairFile(path));
    return files;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { code, details } = error;
    throw new CliError(error.message, { code, details, exitCode: 2, cause: error });
  }
}

async function describe(files: readonly PairFile[], set: PairSet, { columns, features }: MatchEvaluation) {
  const [train, valid, test] = await Promise.all(
    files.map(async ({ path, pairs }) => ({
      file: path,
      sha256: (await hashFile(path)).sha256,
      pairs: pairs.length,
      positives: pairs.filter(({ isMatch }) => isMatch).length,
    })),
  );
  const { left, right } = set.records;
  return { train, valid, test, leftRecords: left.length, rightRecords: right.length, columns, features };
}

function print(
  out: Output,
  { models, chosen, searchSeconds, pairsPerSecond, prepareSeconds, columns, features }: MatchEvaluation,
  data: { readonly test?: { readonly pairs: number; readonly positives: number } | undefined },
  { seed, seeds }: EvaluateMatchOptions,
): void {
  out.data(
    table(models, [
      { title: 'way', value: ({ name }) => (name === chosen ? `${name} *` : name) },
      { title: 'F1', value: ({ metrics }) => metrics.f1.toFixed(4), align: 'right' },
      { title: '95 % over test pairs', value: ({ intervals }) => rangeText(intervals.f1), align: 'right' },
      { title: '95 % of the seeds’ mean', value: seedText, align: 'right' },
      { title: 'precision', value: ({ metrics }) => metrics.precision.toFixed(4), align: 'right' },
      { title: 'recall', value: ({ metrics }) => metrics.recall.toFixed(4), align: 'right' },
      { title: 'F1 held out', value: ({ heldOutF1 }) => heldOutF1?.toFixed(4) ?? '–', align: 'right' },
      { title: 'threshold', value: thresholdText, align: 'right' },
      { title: 'seeds', value: ({ f1BySeed }) => String(f1BySeed.length), align: 'right' },
      { title: 'seconds', value: ({ seconds }) => seconds.toFixed(1), align: 'right' },
    ]),
  );
  out.data(`* chosen on held-out train and validation pairs; ${protocol}`);
  out.data(
    `test: ${data.test?.pairs} pairs, ${data.test?.positives} matches; ${features} features of ${columns.join(', ')}; seeds ${seed}–${seed + seeds - 1}; ${searchSeconds.toFixed(1)} s`,
  );
  out.data(
    `${Math.round(pairsPerSecond)} pairs/s, features and score, one thread, fastest of three passes (records prepared once in ${prepareSeconds.toFixed(1)} s)`,
  );
}

function rangeText([low, high]: readonly [number, number]): string {
  return `${low.toFixed(4)}–${high.toFixed(4)}`;
}

function seedText({ intervals }: MatchFigures): string {
  return intervals.f1OverSeeds ? rangeText(intervals.f1OverSeeds) : '–';
}

/** The mean; where it comes from is in the JSON document. */
function thresholdText({ thresholds }: MatchFigures): string {
  return (thresholds.reduce((sum, value) => sum + value, 0) / thresholds.length).toFixed(3);
}

function countFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`'${text}' is no whole number from ${least}`);
  };
}
