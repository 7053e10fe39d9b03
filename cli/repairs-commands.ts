import { type Command, Option } from 'commander';
import { exit, globals, positive } from './command-line.ts';
import { withDecider } from './decided.ts';

/** Registers `stocktake repairs list|revert`. */
export function addRepairs(root: Command): void {
  const repairs = root
    .command('repairs')
    .description('cells held to be wrong, what was made of them, and how to take it back');
  repairs
    .command('list')
    .description('repairs of the current snapshot with raw value, repair, reason, confidence and id')
    .option('--source <source>', 'of one source only')
    .addOption(new Option('--applied', 'only those in the clean data').conflicts(['proposed', 'reverted']))
    .addOption(new Option('--proposed', 'only those below the threshold, and cells flagged without a repair'))
    .addOption(new Option('--reverted', 'only those that people took back').conflicts('proposed'))
    .option('--limit <n>', 'how many rows', positive, 100)
    .option('--personal', 'show the values of personal columns too')
    .action(async (options, command) =>
      exit(await (await import('./repairs-list.ts')).listRepairs(options, globals(command))),
    );
  withDecider(
    repairs
      .command('revert <ids...>')
      .description('keep cells as they were received, for ever, from the next night on'),
  ).action(async (ids, options, command) =>
    exit(await (await import('./repairs-revert.ts')).revertRepairs(ids, options, globals(command))),
  );
}
