import type { Command } from 'commander';
import { exit, globals, wholeNumber } from './command-line.ts';
import type { EvaluateTextOptions } from './evaluate-text-run.ts';

/** Adds `evaluate text` to the `evaluate` command. */
export function addEvaluateText(evaluate: Command): void {
  evaluate
    .command('text')
    .description('classify texts: accuracy, macro-F1 and calibration error on a test file')
    .requiredOption('--train <file>', 'CSV with a header, to train on')
    .requiredOption('--test <file>', 'CSV with the same columns, to measure on')
    .option('--valid <file>', 'CSV to choose settings on (default: 15 % of the training file)')
    .requiredOption('--text <column>', 'column of the texts')
    .requiredOption('--label <column>', 'column of the labels')
    .option('--seed <n>', 'seed of the split', wholeNumber, 1)
    .action(async (options: EvaluateTextOptions, command: Command) => {
      const { evaluateText } = await import('./evaluate-text-run.ts');
      const { openDefaultEncoder } = await import('../workers/open-encoder.ts');
      exit(await evaluateText(options, globals(command), () => openDefaultEncoder(2)));
    });
}
