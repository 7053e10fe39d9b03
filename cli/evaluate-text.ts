import { type Command, InvalidArgumentError } from 'commander';
import type { EvaluateTextOptions } from './evaluate-text-run.ts';
import type { GlobalOptions } from './options.ts';

/** Adds `evaluate text` to the `evaluate` command. */
export function addEvaluateText(
  evaluate: Command,
  globals: (command: Command) => GlobalOptions,
  end: (code: number) => void,
): void {
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
      end(await evaluateText(options, globals(command), () => openDefaultEncoder(2)));
    });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError(`'${text}' is no whole number from 0`);
}
