import { type Command, Option } from 'commander';
import { exit, globals, positive } from './command-line.ts';

/** Registers what learns and serves: `serve`, `retrain`, `recommend`, `similar`, `labels …`, `models …`. */
export function addModels(root: Command): void {
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
  addLabels(root);
  addVersions(root);
}

function addLabels(root: Command): void {
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
}

function addVersions(root: Command): void {
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
