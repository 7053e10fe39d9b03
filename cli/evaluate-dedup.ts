import { type Command, InvalidArgumentError } from 'commander';
import { exit, globals } from './command-line.ts';
import type { EvaluateDedupOptions, HeaderChoice } from './evaluate-dedup-run.ts';

/** Adds `evaluate dedup` to the `evaluate` command. */
export function addEvaluateDedup(evaluate: Command): void {
  evaluate
    .command('dedup')
    .description(
      'records of one table that are one thing: pairs and B³ against known clusters, without learning from them',
    )
    .requiredOption('--file <file>', 'CSV of records')
    .requiredOption('--cluster <column>', 'column of the true clusters, by name or by number from 1')
    .option(
      '--text <columns>',
      'columns to compare, by name or number, with commas (default: all that hold words and do not name the cluster)',
    )
    .option(
      '--header <choice>',
      'whether the first line names the columns: auto, yes or no',
      headerChoice,
      'auto',
    )
    .action(async (options: EvaluateDedupOptions, command: Command) => {
      const { evaluateDedup } = await import('./evaluate-dedup-run.ts');
      exit(await evaluateDedup(options, globals(command)));
    });
}

function headerChoice(text: string): HeaderChoice {
  if (text === 'auto' || text === 'yes' || text === 'no') return text;
  throw new InvalidArgumentError(`'${text}' is none of auto, yes, no`);
}
