import type { Store } from '../domain/store/store.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import { knownSource } from './known-source.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { currentSnapshot, readTable } from './read-table.ts';
import { type RepairedCell, repairedCells, repairedSources } from './repairs-rows.ts';
import { openReading, type Reading } from './session.ts';

/** Flags of `stocktake repairs list`. */
export interface ListRepairsOptions {
  readonly source?: string;
  readonly applied?: boolean;
  readonly proposed?: boolean;
  readonly reverted?: boolean;
  readonly personal?: boolean;
  readonly limit: number;
}

const hidden = '(personal)';

/**
 * `stocktake repairs list`: cells held to be wrong, what they were and what was made of them. Values of columns that the
 * inventory or the configuration calls personal, and of those nobody judged, are hidden unless asked for.
 */
export async function listRepairs(options: ListRepairsOptions, globals: GlobalOptions): Promise<number> {
  const reading = await openReading(globals);
  const { store, out } = reading;
  const snapshot = await currentSnapshot(store);
  const cells: RepairedCell[] = [];
  for (const source of wantedSources(reading, snapshot, options.source)) {
    const left = options.limit - cells.length;
    if (left <= 0) break;
    const found = await repairedCells(store, snapshot, source, {
      statuses: statusesOf(options),
      limit: left,
    });
    const isShown = options.personal ? () => true : await shownColumns(reading, store, snapshot, source);
    cells.push(...found.map((cell) => (isShown(cell.column) ? cell : withoutValues(cell))));
  }
  const shown = cells.map(({ identity: _, ...cell }) => cell);
  if (globals.json) out.json({ format: 1, repairs: shown });
  else print(out, shown, options);
  return 0;
}

type ShownCell = Omit<RepairedCell, 'identity'>;

function print(
  out: Reading['out'],
  cells: readonly ShownCell[],
  { limit, personal }: ListRepairsOptions,
): void {
  if (cells.length === 0) {
    out.data(
      'There are no such repairs. Sources are looked at where temporal.config.ts says repair: { threshold: 0.9 }',
    );
    return;
  }
  out.data(
    table(cells, [
      { title: 'id', value: ({ id, file, line, column }) => id || `${file}:${line}:${column}` },
      { title: 'status', value: ({ status }) => status },
      { title: 'value', value: ({ value }) => quoted(value) },
      { title: 'repair', value: ({ repair }) => (repair === null ? '(cannot be told)' : quoted(repair)) },
      { title: 'reason', value: ({ reason }) => reason },
      { title: 'confidence', value: ({ confidence }) => confidence.toFixed(2), align: 'right' },
    ]),
  );
  if (cells.length === limit) out.note(`the first ${limit}; more with --limit`);
  if (!personal && cells.some(({ value }) => value === hidden))
    out.note('hidden values are shown with --personal');
}

function statusesOf({ applied, proposed, reverted }: ListRepairsOptions): string[] {
  if (applied) return ['applied'];
  if (proposed) return ['proposed', 'flagged'];
  return reverted ? ['reverted'] : [];
}

function wantedSources({ project }: Reading, snapshot: Snapshot, source: string | undefined): string[] {
  const known = repairedSources(snapshot);
  if (source === undefined) return known;
  knownSource(project.config, source);
  return known.filter((one) => one === source);
}

async function shownColumns(
  { project }: Reading,
  store: Store,
  snapshot: Snapshot,
  source: string,
): Promise<(column: string) => boolean> {
  const judged = await readTable(
    store,
    snapshot,
    'inventory.columns',
    (relation) => `select "column" from ${relation} where asset = $asset and not personal order by "column"`,
    { asset: `raw.${source}` },
  );
  const open = new Set(judged.map(({ column }) => String(column)));
  const declared = project.config.sources[source]?.columns ?? {};
  return (column) => open.has(column) && !declared[column]?.personal;
}

function withoutValues(cell: RepairedCell): RepairedCell {
  return { ...cell, value: hidden, repair: cell.repair === null ? null : hidden };
}

function quoted(text: string): string {
  return text === hidden ? text : JSON.stringify(text);
}
