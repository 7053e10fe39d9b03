import { type Command, Option } from 'commander';
import { exit, globals } from './command-line.ts';
import { withDecider } from './decided.ts';

/** Adds the commands that read what the nights found out: `inventory …`, `catalog …`, `lineage`, `freshness`, `profile`. */
export function addInventory(root: Command): void {
  const inventory = root.command('inventory').description('what exists, what it means, how good it is');
  inventory
    .command('show [asset]')
    .description('assets of the current snapshot, or the columns of one')
    .action(async (asset, _, command) =>
      exit(await (await import('./inventory.ts')).show(asset, globals(command))),
    );
  inventory
    .command('diff [before] [after]')
    .description(
      'what differs between two snapshots or runs, by number, id, last or previous (default: the last two)',
    )
    .addOption(choice('--format <format>', 'how to write it', ['text', 'markdown', 'json']).default('text'))
    .addOption(
      choice('--fail-on <which>', 'exit code 1 when there are such differences', ['breaking', 'any']),
    )
    .action(async (before, after, options, command) =>
      exit(await (await import('./inventory-diff.ts')).diff(before, after, options, globals(command))),
    );
  addDecisions(inventory);
  root
    .command('catalog')
    .description('the inventory in the words of other catalogues')
    .command('export')
    .description('what a snapshot holds, as a document other tools read')
    .addOption(
      choice('--format <format>', 'which document', [
        'datapackage',
        'croissant',
        'dcat',
        'openmetadata',
        'csv',
      ]).default('datapackage'),
    )
    .option('--snapshot <name>', 'snapshot or run: number, id, last or previous', 'last')
    .option('--out <file>', 'file to write (default: stdout)')
    .action(async (options, command) =>
      exit(await (await import('./catalog-export.ts')).exportCatalog(options, globals(command))),
    );
  const lineage = root
    .command('lineage <run>')
    .description('what a run read and made, as OpenLineage events (JSON lines)')
    .addOption(choice('--format <format>', 'which events', ['openlineage']).default('openlineage'))
    .option('--out <file>', 'file to write (default: stdout)')
    .option('--send', 'post them to the server OPENLINEAGE_URL names')
    .action(async (name, options, command) =>
      exit(await (await import('./lineage.ts')).lineage(name, options, globals(command))),
    );
  lineage
    .command('recommendation <user>')
    .description('where what a user is recommended comes from, down to source file and row')
    .option('--item <id>', 'the item asked about (default: the first of the list)')
    .option('--personal', 'also values of columns that hold personal data')
    .action(async (user, options, command) =>
      exit(
        await (await import('./recommendation-lineage.ts')).recommendationLineage(
          user,
          options,
          globals(command),
        ),
      ),
    );
  root
    .command('freshness')
    .description('how old each source’s newest row is; exit code 1 when one is stale')
    .option('--snapshot <name>', 'snapshot or run: number, id, last or previous', 'last')
    .option('--now', 'count ages to this moment, not to the end of the data date')
    .option('--out <file>', 'document with dbt’s field names', 'freshness.json')
    .action(async (options, command) =>
      exit(await (await import('./freshness.ts')).freshness(options, globals(command))),
    );
  root
    .command('profile <dataset>')
    .description('every column of an asset by one scan: counts, mean, deviation, quantiles, alerts')
    .option('--snapshot <name>', 'snapshot or run: number, id, last or previous', 'last')
    .option(
      '--irregular',
      'also what is written or told unlike the rest: blanks, letter cases, forms, several values of a key',
    )
    .action(async (dataset, options, command) =>
      exit(await (await import('./profile.ts')).profile(dataset, options, globals(command))),
    );
}

function addDecisions(inventory: Command): void {
  withDecider(
    inventory
      .command('decide <column>')
      .description('say what a column (<asset>.<column>) holds; your word wins over every guess, for ever')
      .requiredOption(
        '--label <label>',
        'what it holds: id, money, quantity, time, text, category, person …',
      ),
  ).action(async (name, options, command) =>
    exit(await (await import('./inventory-decide.ts')).decide(name, options, globals(command))),
  );
  inventory
    .command('decisions')
    .description('what people decided about columns, and what is in force')
    .action(async (_, command) =>
      exit(await (await import('./inventory-decide.ts')).decisions(globals(command))),
    );
  withDecider(inventory.command('undecide <id>').description('take a decision about a column back')).action(
    async (id, options, command) =>
      exit(await (await import('./inventory-decide.ts')).undecide(id, options, globals(command))),
  );
}

function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices(choices);
}
