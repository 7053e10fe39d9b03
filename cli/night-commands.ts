import { type Command, Option } from 'commander';
import { date, exit, globals, positive } from './command-line.ts';

/** Registers what makes nights: `run`, `backfill`, `replay`, `schedule …`. */
export function addNights(root: Command): void {
  root
    .command('run')
    .description('run one night')
    .option('--date <date>', 'data date (default: the newest date any source has)', date)
    .option('--dry-run', 'print the plan and stop')
    .option('--no-wait', 'start it and return; needs a running worker')
    .option('--force', 'compute again what is there already')
    .option('--allow-older', 'let the published data date go back')
    .action(async (options, command) =>
      exit(await (await import('./run.ts')).run(options, globals(command))),
    );
  root
    .command('backfill')
    .description('run a range of dates in one go')
    .requiredOption('--from <date>', 'first data date', date)
    .requiredOption('--to <date>', 'last data date', date)
    .addOption(
      new Option('--reprocess <which>', 'which dates to make again')
        .choices(['missing', 'failed', 'all'])
        .default('missing'),
    )
    .option('--max-active <n>', 'batches at once', positive, 2)
    .option('--newest-first', 'newest dates first')
    .option('--dry-run', 'print each date, its state and what would be done')
    .option('--no-wait', 'start it and return; needs a running worker')
    .option('--force', 'compute again what is there already')
    .action(async (options, command) =>
      exit(await (await import('./backfill.ts')).backfill(options, globals(command))),
    );
  root
    .command('replay <run>')
    .description('repeat a run on its pinned inputs and compare hashes')
    .action(async (name, _, command) =>
      exit(await (await import('./replay.ts')).replay(name, globals(command))),
    );
  addSchedule(root);
}

function addSchedule(root: Command): void {
  const schedule = root.command('schedule').description('the nightly schedule on the Temporal server');
  for (const verb of ['apply', 'show', 'trigger', 'pause', 'resume'] as const) {
    schedule
      .command(verb)
      .description(scheduleHelp[verb])
      .action(async (_, command) =>
        exit(await (await import('./schedule.ts')).schedule(verb, globals(command))),
      );
  }
}

const scheduleHelp = {
  apply: 'make the server’s schedules what temporal.config.ts says, and print the difference',
  show: 'the schedules as the server has them, with next runs and skipped ones',
  trigger: 'start tonight’s run now',
  pause: 'stop starting nights',
  resume: 'start nights again',
} as const;
