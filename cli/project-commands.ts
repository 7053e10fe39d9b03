import { type Command, Option } from 'commander';
import { exit, globals, positive } from './command-line.ts';

/** Registers what starts and ends a project: `setup`, `doctor`, `init`, `demo`, `dev`, `worker`, `clean`. */
export function addProject(root: Command): void {
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
