import { type Command, InvalidArgumentError } from 'commander';
import type { EvaluateCleanOptions } from './evaluate-clean-run.ts';
import type { GlobalOptions } from './options.ts';

/** Adds `evaluate clean` to the `evaluate` command. */
export function addEvaluateClean(
  evaluate: Command,
  globals: (command: Command) => GlobalOptions,
  end: (code: number) => void,
): void {
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
      end(await evaluateClean(options, globals(command)));
    });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError(`'${text}' is no whole number from 0`);
}
