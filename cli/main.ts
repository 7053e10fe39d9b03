import { Command, CommanderError } from 'commander';
import { CliError, ConfigError, messageOf, PlatformError, StocktakeError } from '../domain/runtime/errors.ts';
import { codeVersion } from '../workers/version.ts';
import { addEvaluate } from './evaluate.ts';
import { addInventory } from './inventory-commands.ts';
import { addMatch } from './match-commands.ts';
import { addModels } from './model-commands.ts';
import { addNights } from './night-commands.ts';
import { addProject } from './project-commands.ts';
import { addQuarantine } from './quarantine-commands.ts';
import { addRepairs } from './repairs-commands.ts';
import { addRuns } from './runs-commands.ts';
import { addTools } from './tool-commands.ts';

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

  for (const add of [
    addProject,
    addNights,
    addRuns,
    addInventory,
    addTools,
    addQuarantine,
    addRepairs,
    addMatch,
    addModels,
    addEvaluate,
  ]) {
    add(root);
  }
  return root;
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

/** Resolves once everything is out: a pipe takes 64 KiB at once, and an exit drops what waits for its reader. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
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
await Promise.all([process.stdout, process.stderr].map(written));
process.exit(process.exitCode ?? 0);
