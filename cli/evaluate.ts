import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { exit, globals, wholeNumber } from './command-line.ts';
import { addEvaluateClean } from './evaluate-clean.ts';
import { addEvaluateColumns } from './evaluate-columns.ts';
import { addEvaluateDedup } from './evaluate-dedup.ts';
import { addEvaluateIntake } from './evaluate-intake.ts';
import { addEvaluateMatch } from './evaluate-match.ts';
import { addEvaluateText } from './evaluate-text.ts';

/** Adds `stocktake evaluate …`: figures on public benchmark formats, so that anyone can check them. */
export function addEvaluate(root: Command): void {
  const evaluate = root.command('evaluate').description('figures on public benchmark formats');
  searchFlags(
    evaluate
      .command('sequence')
      .description('next item, leave one out, full ranking')
      .requiredOption('--file <file>', "lines 'user item item …' in time order"),
  ).action(async (options, command) =>
    exit(await (await import('./evaluate-ranking.ts')).sequence(options, globals(command))),
  );
  searchFlags(
    evaluate
      .command('ranking')
      .description('items of the test file for users of the train file, full ranking')
      .requiredOption('--train <file>', "lines 'user item item …' to learn from")
      .requiredOption('--test <file>', "lines 'user item item …' to find"),
  ).action(async (options, command) =>
    exit(await (await import('./evaluate-ranking.ts')).ranking(options, globals(command))),
  );
  addEvaluateColumns(evaluate);
  addEvaluateText(evaluate);
  addEvaluateMatch(evaluate);
  addEvaluateDedup(evaluate);
  addEvaluateClean(evaluate);
  addEvaluateIntake(evaluate);
}

function searchFlags(command: Command): Command {
  return command
    .option('--seed <n>', 'seed of search, hold-out and intervals', wholeNumber, 1)
    .option('--budget <seconds>', 'seconds for the search of parameters', seconds, 30)
    .option('--trials <n>', 'most settings tried per method', wholeNumber, 60);
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError(`'${text}' is no number of seconds from 0`);
  }
  return value;
}
