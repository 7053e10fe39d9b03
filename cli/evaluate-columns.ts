import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { demoShop, writeShop } from '../domain/demo/shop.ts';
import { columnCorpus } from '../domain/inventory/column-corpus.ts';
import { type ColumnFigures, columnFigures, type Judged } from '../domain/inventory/column-evaluation.ts';
import { nameGuesses } from '../domain/inventory/column-names.ts';
import type { Guess } from '../domain/inventory/kind.ts';
import { guessKind, guessKinds } from '../domain/inventory/kinds.ts';
import type { LabelledTable } from '../domain/inventory/labelled-table.ts';
import { profileRelation } from '../domain/inventory/profile.ts';
import type { ColumnProfile } from '../domain/inventory/profile-columns.ts';
import { plainColumn } from '../domain/inventory/profile-sql.ts';
import { quotedIdentifier, quotedString } from '../domain/warehouse/quoting.ts';
import type { Warehouse } from '../domain/warehouse/warehouse.ts';
import { exit, globals } from './command-line.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput, type Output, table } from './output.ts';
import { withWarehouse } from './read-table.ts';

/** Flags of `stocktake evaluate columns`. */
export interface EvaluateColumnsOptions {
  readonly data: string;
}

/** Adds `evaluate columns` to the `evaluate` command. */
export function addEvaluateColumns(evaluate: Command): void {
  evaluate
    .command('columns')
    .description('what columns hold, guessed from names and values, against labels typed by hand')
    .option('--data <dir>', 'folder of the public data sets; what is absent is left out', '../shared/data')
    .action(async (options: EvaluateColumnsOptions, command: Command) =>
      exit(await evaluateColumns(options, globals(command))),
    );
}

const methods: Readonly<Record<string, (profiles: readonly ColumnProfile[]) => readonly Guess[]>> = {
  'names, values and neighbours': guessKinds,
  'values only': (profiles) => profiles.map((profile) => guessKind({ ...profile, column: '' })),
  'names only': (profiles) =>
    profiles.map(({ column }) => nameGuesses(column)[0] ?? { kind: 'unknown', evidence: 'none', why: '' }),
};

/** `stocktake evaluate columns`: accuracy of the meaning labels on the demo shop's columns and public tables. */
export async function evaluateColumns(
  options: EvaluateColumnsOptions,
  globals: GlobalOptions,
): Promise<number> {
  const out = createOutput(globals.quiet ?? false);
  const dir = await mkdtemp(join(tmpdir(), 'stocktake-columns-'));
  try {
    await writeShop(dir, demoShop);
    const present = columnCorpus.filter((one) => existsSync(pathOf(one, dir, options.data)));
    const absent = columnCorpus.length - present.length;
    if (absent > 0)
      out.note(`${absent} of ${columnCorpus.length} labelled tables are not in ${options.data}`);
    const judged = await judge(present, dir, options.data);
    print(out, judged, present, globals.json ?? false);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return 0;
}

function pathOf({ folder, file }: LabelledTable, demoDir: string, dataDir: string): string {
  return folder === 'demo'
    ? join(demoDir, file.replace('{date}', demoShop.firstDate))
    : join(dataDir, folder, file);
}

async function judge(
  tables: readonly LabelledTable[],
  demoDir: string,
  dataDir: string,
): Promise<Map<string, Judged[]>> {
  const found = new Map<string, Judged[]>(Object.keys(methods).map((method) => [method, []]));
  await withWarehouse(async (warehouse) => {
    for (const labelled of tables) {
      const profiles = await profilesOf(warehouse, labelled, pathOf(labelled, demoDir, dataDir));
      for (const [method, guess] of Object.entries(methods)) {
        const guesses = guess(profiles);
        profiles.forEach(({ column }, index) => {
          const truth = labelled.kinds[column];
          const { kind, why } = guesses[index] ?? { kind: 'unknown', why: '' };
          const name = `${labelled.folder}/${labelled.file}`;
          if (truth)
            found.get(method)?.push({ table: name, part: labelled.part, column, truth, guess: kind, why });
        });
      }
    }
  });
  return found;
}

/** Reads a file as the store has sources: every value as text. */
async function profilesOf(
  warehouse: Warehouse,
  { format, kinds, file }: LabelledTable,
  path: string,
): Promise<readonly ColumnProfile[]> {
  const reader =
    format === 'csv'
      ? `read_csv(${quotedString(path)}, header = true, all_varchar = true, ignore_errors = true)`
      : `read_json(${quotedString(path)}, format = '${format === 'json' ? 'array' : 'newline_delimited'}', ignore_errors = ${format === 'jsonl'}, columns = ${columnTypes(Object.keys(kinds))})`;
  const described = await warehouse.rows(file, `describe select * from ${reader}`);
  const names = described.map((row) => String(row.column_name));
  const list = names.map(
    (name) => `${quotedIdentifier(name)} as ${quotedIdentifier(name.replace(/^\uFEFF/, ''))}`,
  );
  await warehouse.run(
    file,
    `create or replace temp table labelled as select ${list.join(', ')} from ${reader}`,
  );
  const columns = names.map((name) => plainColumn(name.replace(/^\uFEFF/, ''), 'VARCHAR'));
  return (await profileRelation(warehouse, { step: file, relation: 'labelled', columns, nullValues: [] }))
    .columns;
}

function columnTypes(names: readonly string[]): string {
  return `{${names.map((name) => `${quotedIdentifier(name)}: 'VARCHAR'`).join(', ')}}`;
}

function print(
  out: Output,
  judged: ReadonlyMap<string, readonly Judged[]>,
  tables: readonly LabelledTable[],
  json: boolean,
): void {
  const parts = ['develop', 'held out'] as const;
  const models = [...judged].map(([name, columns]) => ({
    name,
    ...columnFigures(columns),
    parts: Object.fromEntries(
      parts.map((part) => [part, columnFigures(columns.filter((column) => column.part === part))]),
    ) as Record<(typeof parts)[number], ColumnFigures>,
  }));
  const protocol =
    'labels typed by hand per file and column; rules were written for the part "develop", none for the part "held out"; baselines see names or values alone';
  if (json) {
    const data = tables.map(({ folder, file, part, kinds }) => ({
      folder,
      file,
      part,
      columns: Object.keys(kinds).length,
    }));
    out.json({ task: 'columns', protocol, data, seed: demoShop.seed, models });
    return;
  }
  const share = (figures: ColumnFigures): string =>
    figures.columns === 0 ? '-' : `${figures.accuracy.toFixed(3)} (${figures.right}/${figures.columns})`;
  out.data(
    table(models, [
      { title: 'method', value: ({ name }) => name },
      { title: 'accuracy', value: share, align: 'right' },
      { title: 'develop', value: (model) => share(model.parts.develop), align: 'right' },
      { title: 'held out', value: (model) => share(model.parts['held out']), align: 'right' },
    ]),
  );
  const [ours] = models;
  if (!ours) return;
  const ratio = (value: number | null): string => (value === null ? '-' : value.toFixed(2));
  out.data('');
  out.data(
    table(ours.kinds, [
      { title: 'kind', value: ({ kind }) => kind },
      { title: 'columns', value: ({ columns }) => String(columns), align: 'right' },
      { title: 'precision', value: ({ precision }) => ratio(precision), align: 'right' },
      { title: 'recall', value: ({ recall }) => ratio(recall), align: 'right' },
    ]),
  );
  if (ours.confusions.length > 0) out.data('\nTaken for something else:');
  for (const { truth, guess, columns } of ours.confusions)
    out.data(`  ${truth} taken for ${guess}: ${columns.join(', ')}`);
}
