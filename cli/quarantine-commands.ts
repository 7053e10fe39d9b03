import type { Command } from 'commander';
import { exit, globals, positive } from './command-line.ts';
import { withDecider } from './decided.ts';

/** Registers `stocktake quarantine list|show|fix|release|decisions|withdraw`. */
export function addQuarantine(root: Command): void {
  const quarantine = root
    .command('quarantine')
    .description('rows that were rejected, why, and what to do about them');
  quarantine
    .command('list')
    .description('rejected rows by source, slice and reason')
    .action(async (_, command) => exit(await (await import('./quarantine.ts')).list(globals(command))));
  quarantine
    .command('show <source-or-id>')
    .description('rejected rows of a source with their ids, or one row with its columns')
    .option('--slice <slice>', 'only this slice')
    .option('--limit <n>', 'how many rows', positive, 20)
    .option('--personal', 'of one row, show the values of personal columns too')
    .action(async (name: string, options, command) =>
      exit(
        name.includes(':')
          ? await (await import('./quarantine-show.ts')).showRow(name, options, globals(command))
          : await (await import('./quarantine.ts')).show(name, options, globals(command)),
      ),
    );
  withDecider(
    quarantine
      .command('fix <id>')
      .description('correct source columns of a rejected row, from the next night on')
      .requiredOption('--set <column=value...>', 'columns as the source names them; an empty value is none'),
  ).action(async (id, options, command) =>
    exit(await (await import('./quarantine-decide.ts')).fix(id, options, globals(command))),
  );
  withDecider(
    quarantine
      .command('release [ids...]')
      .description('take rejected rows as they are, from the next night on: the check that failed is waived')
      .option('--source <source>', 'with --reason: all its rows rejected for that reason')
      .option('--reason <code>', 'with --source: the reason'),
  ).action(async (ids, options, command) =>
    exit(await (await import('./quarantine-decide.ts')).release(ids, options, globals(command))),
  );
  quarantine
    .command('decisions')
    .description('every fix and release, the newest first, and whether it counts')
    .option('--personal', 'show the values that fixes give too')
    .action(async (options, command) =>
      exit(await (await import('./quarantine-decisions.ts')).decisions(options, globals(command))),
    );
  withDecider(
    quarantine
      .command('withdraw <decision>')
      .description('take a fix or release back as if it had never been made, from the next night on'),
  ).action(async (id, options, command) =>
    exit(await (await import('./quarantine-decisions.ts')).withdraw(id, options, globals(command))),
  );
}
