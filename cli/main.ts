import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { isIsoDate } from '../domain/plan/dates.ts';
import { CliError, ConfigError, messageOf, PlatformError, StocktakeError } from '../domain/runtime/errors.ts';
import { codeVersion } from '../workers/version.ts';
import { addEvaluate } from './evaluate.ts';
import { addInventory } from './inventory-commands.ts';
import type { GlobalOptions } from './options.ts';
import { addQuarantine } from './quarantine-commands.ts';

const date = (text: string): string => {
  if (!isIsoDate(text)) throw new InvalidArgumentError(`'${text}' is no date; write YYYY-MM-DD`);
  return text;
};
const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError(`'${text}' is no number from 1`);
  return value;
};

function program(): Command {
  const root = new Command('stocktake')
    .description(
      'Takes stock of a shop’s data every night: collect, clean, unify, inventory, report, publish.',
    )
    .version(codeVersion(), '-V, --version')
    .option('-c, --config <file>', 'configuration file (default: temporal.config.ts)')
    .option('--store <dir>', 'folder of all state')
    .option('--input <dir>', 'folder the sources’ paths are relative to')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no notes, only data')
    .option('--verbose', 'errors with their causes')
    .option('--no-color', 'no colours (NO_COLOR works too)')
    .option('--yes', 'do what a destructive command would only describe')
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(text) });

  startCommands(root);
  pipelineCommands(root);
  runCommands(root);
  dataCommands(root);
  modelCommands(root);
  addEvaluate(root, globals, exit);
  return root;
}

function startCommands(root: Command): void {
  root
    .command('setup')
    .description('fetch what this machine needs: the Temporal server and the text encoder')
    .option('--model-dir <dir>', 'make the text encoder of a checkpoint folder of the BERT family')
    .action(async (options, command) => {
      const { setup } = await import('./setup.ts');
      const { cacheDirOf } = await import('../domain/setup/cache-dir.ts');
      const { homedir } = await import('node:os');
      const cacheDir = cacheDirOf(process.env, process.platform, homedir());
      const { quiet, json } = globals(command);
      const io = { stdout: process.stdout, stderr: process.stderr, env: process.env, cacheDir };
      return exit(await setup({ ...options, ...(quiet ? { quiet } : {}), ...(json ? { json } : {}) }, io));
    });
  root
    .command('doctor')
    .description('check this machine, the set-up and the configuration')
    .action(async (_, command) => exit(await (await import('./doctor.ts')).doctor(globals(command))));
  root
    .command('init [dir]')
    .description('make a project: temporal.config.ts and a README')
    .option('--template <name>', 'demo or empty', 'demo')
    .action(async (dir, options, command) =>
      exit(await (await import('./init.ts')).init(dir ?? '.', options, globals(command))),
    );
  root
    .command('demo')
    .description('make the demo shop and run two nights on it')
    .addOption(
      new Option('--poison [kind]', 'then a third night that is poisoned: the gate refuses what it taught')
        .choices(['shuffled-users', 'leaked-labels'])
        .preset('shuffled-users'),
    )
    .action(async (options, command) =>
      exit(await (await import('./demo.ts')).demo(options, globals(command))),
    );
  root
    .command('dev')
    .description('keep everything up: Temporal server and UI, workers, schedule')
    .option('--port <n>', 'port of the Temporal server; the UI has this + 1000', positive, 7233)
    .action(async (options, command) =>
      exit(await (await import('./dev.ts')).dev(options, globals(command))),
    );
  root
    .command('worker')
    .description('run workers for this project until stopped')
    .option('--queues <list>', 'orchestrator,io,duckdb,cpu,deploy (default: all)')
    .action(async (options, command) =>
      exit(await (await import('./worker.ts')).worker(options, globals(command))),
    );
  root
    .command('clean')
    .description('remove the store folder with all state, or with --sweep only what nothing needs')
    .option('--sweep', 'run the retention sweep instead')
    .action(async (options, command) =>
      exit(await (await import('./clean.ts')).clean(options, globals(command))),
    );
}

function pipelineCommands(root: Command): void {
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

function runCommands(root: Command): void {
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

function dataCommands(root: Command): void {
  addInventory(root, globals, exit);
  root
    .command('embed [texts...]')
    .description('vectors of texts by the text encoder')
    .option('--file <file>', 'texts from a file, one a line')
    .action(async (texts, options, command) =>
      exit(await (await import('./embed.ts')).embed(texts, options, globals(command))),
    );
  root
    .command('normalizers [name] [texts...]')
    .description('functions for mapping expressions; with texts, what one makes of them')
    .action(async (name, texts, _, command) =>
      exit(await (await import('./normalizers.ts')).normalizers(name, texts, globals(command))),
    );
  addQuarantine(root, globals, exit, positive);
  root
    .command('report [run]')
    .description('where the report of a run lies (default: the last one)')
    .action(async (run, _, command) =>
      exit(await (await import('./report.ts')).report(run ?? 'last', globals(command))),
    );
}

function modelCommands(root: Command): void {
  root
    .command('serve')
    .description('answer recommendations and take feedback over HTTP until stopped')
    .option('--port <n>', 'port to listen on', positive, 8790)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option(
      '--positive <rules...>',
      'feedback that counts as liking, such as purchase or read>=3 (default: all)',
    )
    .action(async (options, command) =>
      exit(await (await import('./serve.ts')).serve(options, globals(command))),
    );
  root
    .command('retrain')
    .description('retrain on what is published; the candidate serves only if it is better')
    .option('--wait', 'wait for the verdict')
    .option('--timeout <seconds>', 'stop waiting after so long (exit code 5); it goes on', positive)
    .addOption(new Option('--fail-on <verdict>', 'exit code 4 when the gate says so').choices(['rejected']))
    .option('--force', 'train again although this data was trained on')
    .action(async (options, command) =>
      exit(await (await import('./retrain.ts')).retrain(options, globals(command))),
    );
  root
    .command('recommend <user>')
    .description('what the model in service would show a user now, with reasons')
    .option('-n, --count <n>', 'items', positive, 10)
    .action(async (user, options, command) =>
      exit(await (await import('./recommend.ts')).recommend(user, options, globals(command))),
    );
  root
    .command('similar <item>')
    .description('items most like one')
    .option('-n, --count <n>', 'items', positive, 10)
    .action(async (item, options, command) =>
      exit(await (await import('./recommend.ts')).similar(item, options, globals(command))),
    );
  const labels = root.command('labels').description('labels of items and users');
  for (const kind of ['items', 'users'] as const) {
    labels
      .command(kind)
      .description(`labels of ${kind}: what, how sure, given by which model`)
      .option('--id <id>', `one ${kind.slice(0, -1)} only`)
      .option('--limit <n>', 'rows', positive, 50)
      .action(async (options, command) =>
        exit(await (await import('./labels.ts')).labels(kind, options, globals(command))),
      );
  }
  const models = root.command('models').description('versions of the recommender');
  models
    .command('list')
    .description('every version, what became of it and how it did')
    .action(async (_, command) => exit(await (await import('./models.ts')).list(globals(command))));
  models
    .command('show <version>')
    .description('metrics, files and verdicts of one version')
    .action(async (version, _, command) =>
      exit(await (await import('./models.ts')).show(version, globals(command))),
    );
  models
    .command('promote <version>')
    .description('let a version serve by hand')
    .option('--reason <text>', 'why; needed where the gate did not promote it')
    .action(async (version, options, command) =>
      exit(await (await import('./models.ts')).promote(version, options, globals(command))),
    );
  models
    .command('rollback [version]')
    .description('put an earlier version back into service (default: the one before)')
    .action(async (version, _, command) =>
      exit(await (await import('./models.ts')).rollback(version, globals(command))),
    );
}

const scheduleHelp = {
  apply: 'make the server’s schedules what temporal.config.ts says, and print the difference',
  show: 'the schedules as the server has them, with next runs and skipped ones',
  trigger: 'start tonight’s run now',
  pause: 'stop starting nights',
  resume: 'start nights again',
} as const;

function globals(command: Command): GlobalOptions {
  return command.optsWithGlobals() as GlobalOptions;
}

function exit(code: number): void {
  process.exitCode = code;
}

/** Exit code of an error: 2 usage and configuration, 3 no server or worker, 1 the rest; a CliError brings its own. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) return 2;
  if (error instanceof PlatformError)
    return error.code.startsWith('STK-SERVER') ||
      error.code.startsWith('STK-SETUP') ||
      error.code.startsWith('STK-TEMPORAL')
      ? 3
      : 1;
  return error instanceof StocktakeError ? 1 : 2;
}

function report(error: unknown, verbose: boolean): void {
  if (error instanceof CommanderError) return;
  const code = error instanceof StocktakeError ? ` (${error.code})` : '';
  process.stderr.write(`stocktake: ${messageOf(error)}${code}\n`);
  if (verbose || !(error instanceof StocktakeError)) {
    for (let at: unknown = error; at instanceof Error; at = at.cause) process.stderr.write(`${at.stack}\n`);
  }
}

/** A closed pipe (`stocktake runs list | head`) is no error. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

try {
  await program().parseAsync(process.argv);
} catch (error) {
  report(error, process.argv.includes('--verbose'));
  process.exitCode = exitCodeOf(error);
}
process.exit(process.exitCode ?? 0);
