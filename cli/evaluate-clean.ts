import type { Command } from 'commander';
import { exit, globals, wholeNumber } from './command-line.ts';
import type { EvaluateCleanOptions } from './evaluate-clean-run.ts';

/** Adds `evaluate clean` to the `evaluate` command. */
export function addEvaluateClean(evaluate: Command): void {
  evaluate
    .command('clean')
    .description(
      'find and repair wrong cells, without labels or with a few: precision, recall and F1 against a clean table',
    )
    .requiredOption('--dirty <file>', 'CSV with a header, to clean')
    .requiredOption(
      '--clean <file>',
      'CSV with the same header and the same rows in the same order, to compare with',
    )
    .option('--seed <n>', 'seed of the sample that column pairs are tried on', wholeNumber, 1)
    .option(
      '--labels <n>',
      'also learn from so many labelled rows, picked and read from the clean table; both are scored on the others',
      wholeNumber,
    )
    .action(async (options: EvaluateCleanOptions, command: Command) => {
      const { evaluateClean } = await import('./evaluate-clean-run.ts');
      exit(await evaluateClean(options, globals(command)));
    });
}
