import type { Command } from 'commander';
import { exit, globals, positive } from './command-line.ts';

/** Registers `stocktake runs list|show|watch|resume|cancel`. */
export function addRuns(root: Command): void {
  const runs = root.command('runs').description('past and present runs');
  runs
    .command('list')
    .description('runs of this store, newest first')
    .option('--limit <n>', 'how many', positive, 20)
    .action(async (options, command) =>
      exit(await (await import('./runs-read.ts')).list(options, globals(command))),
    );
  runs
    .command('show <run>')
    .description('steps, decisions, cost and outcome of one run')
    .action(async (name, _, command) =>
      exit(await (await import('./runs-read.ts')).show(name, globals(command))),
    );
  runs
    .command('watch <run>')
    .description('follow a run until it ends')
    .action(async (name, _, command) =>
      exit(await (await import('./runs-control.ts')).watch(name, globals(command))),
    );
  runs
    .command('resume <run>')
    .description('let a failed or cancelled run go on from the failed (or named) step')
    .option('--from-stage <stage>', 'stage or step to go on from')
    .option('--dry-run', 'say where it would go on and stop')
    .option('--no-wait', 'do not wait for the end; needs a running worker')
    .action(async (name, options, command) =>
      exit(await (await import('./runs-control.ts')).resume(name, options, globals(command))),
    );
  runs
    .command('cancel <run>')
    .description('cancel an open run; what is done stays reusable')
    .action(async (name, _, command) =>
      exit(await (await import('./runs-control.ts')).cancel(name, globals(command))),
    );
}
