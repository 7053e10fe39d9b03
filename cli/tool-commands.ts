import type { Command } from 'commander';
import { exit, globals } from './command-line.ts';

/** Registers tools on texts and the report: `embed`, `normalizers`, `report`. */
export function addTools(root: Command): void {
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
  root
    .command('report [run]')
    .description('where the report of a run lies (default: the last one)')
    .action(async (run, _, command) =>
      exit(await (await import('./report.ts')).report(run ?? 'last', globals(command))),
    );
}
