import pc from 'picocolors';
import { countText } from '../domain/report/format.ts';
import { reportDir } from '../domain/report/report-dir.ts';
import type { Row } from '../domain/warehouse/warehouse.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import type { RunRecord } from '../schemas/run.ts';
import { loopLines, readLoop } from './demo-loop.ts';
import { costLine } from './ending.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { currentSnapshot, readTable } from './read-table.ts';
import type { Reading } from './session.ts';

/** Lines shown of what was rejected and of what changed: the whole stays a screenful. */
const mostShown = 5;

/** Prints the last night as a screenful: found, rejected and why, changed, learned, reused, cost, where to look next. */
export async function printNight(reading: Reading, globals: GlobalOptions): Promise<void> {
  const { store, out } = reading;
  const snapshot = await currentSnapshot(store);
  const run = await store.runs.resolve('last');
  const loop = await readLoop(store.dir, run.opening.record);
  const [found, rejected, changed] = [
    foundRows(snapshot),
    await rejectedRows(reading, snapshot),
    await changedLines(reading, snapshot),
  ];
  if (globals.json) {
    out.json({
      snapshot: snapshot.number,
      dataDate: snapshot.dataDate,
      found,
      rejected,
      changed,
      loop: loop ?? null,
      run: run.opening.record,
    });
    return;
  }
  heading(out.data, `What was found (snapshot ${snapshot.number}, ${snapshot.dataDate})`);
  out.data(
    table(found, [
      { title: 'dataset', value: (row) => row.dataset },
      { title: 'rows', value: (row) => countText(row.rows), align: 'right' },
      { title: 'slices', value: (row) => countText(row.slices), align: 'right' },
    ]),
  );
  heading(out.data, 'What was rejected, and why (newest slice first)');
  printSome(out.data, rejected, 'more kinds');
  heading(out.data, 'What changed since the night before');
  printSome(out.data, changed, 'more changes');
  heading(out.data, 'What was understood and learned');
  for (const line of loopLines(loop)) out.data(`  ${line}`);
  heading(out.data, 'What was reused, and what it cost');
  out.data(`  ${reusedLine(run)}`);
  out.data(`  ${costLine(run)}`);
  heading(out.data, 'Where to look next');
  for (const line of nextSteps(store.dir, run)) out.data(`  ${line}`);
}

function printSome(print: (text: string) => void, lines: readonly string[], more: string): void {
  for (const line of lines.slice(0, mostShown)) print(`  ${line}`);
  if (lines.length > mostShown) print(pc.dim(`  and ${lines.length - mostShown} ${more}`));
}

function heading(print: (text: string) => void, title: string): void {
  print('');
  print(pc.bold(title));
}

function foundRows(snapshot: Snapshot): { dataset: string; rows: number; slices: number }[] {
  return Object.entries(snapshot.datasets)
    .filter(([dataset]) => dataset.startsWith('unified.') || dataset.startsWith('quarantine.'))
    .map(([dataset, { rows, slices }]) => ({ dataset, rows, slices }))
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => (a.dataset > b.dataset ? -1 : 1));
}

async function rejectedRows({ store }: Reading, snapshot: Snapshot): Promise<string[]> {
  const rows = [];
  for (const dataset of Object.keys(snapshot.datasets).filter((name) => name.startsWith('quarantine.'))) {
    rows.push(
      ...(await readTable(
        store,
        snapshot,
        dataset,
        (relation) => `
          select source, max(slice) as newest, reason, bool_or(line is null) as whole, sum(rows)::bigint as rows, arg_max(message, (slice, file, line)) as example
          from ${relation} group by source, reason order by source, reason`,
      )),
    );
  }
  return rows
    .sort(worstFirst)
    .map(
      (row) =>
        `${String(row.source)}: ${takenOut(Number(row.rows))} ${String(row.reason)}, ${shortened(String(row.example), 110)}`,
    );
}

function takenOut(rows: number): string {
  return rows === 0 ? 'a whole slice' : `${countText(rows)} ×`;
}

/** Cut after the last whole word that fits. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, text.lastIndexOf(' ', most - 1))} …`;
}

/** Whole files first, then the newest slice, then the most rows. */
function worstFirst(a: Row, b: Row): number {
  if (a.whole !== b.whole) return a.whole === true ? -1 : 1;
  if (a.newest !== b.newest) return String(a.newest) > String(b.newest) ? -1 : 1;
  return Number(b.rows) - Number(a.rows);
}

async function changedLines({ store }: Reading, snapshot: Snapshot): Promise<string[]> {
  const rows = await readTable(
    store,
    snapshot,
    'inventory.changes',
    (relation) => `
      select asset, sentence
      from ${relation}
      where kind not in ('slices_arrived', 'volume')
      order by kind not like 'column%', kind not like 'records%', kind, asset, sentence`,
  );
  return rows.length === 0
    ? ['nothing']
    : rows.map(({ asset, sentence }) =>
        String(sentence).startsWith(String(asset)) ? String(sentence) : `${asset}: ${sentence}`,
      );
}

function reusedLine({ steps }: RunRecord): string {
  const whole = steps.filter(({ result }) => result.decision === 'reused').length;
  const parts = steps.reduce((sum, { result }) => sum + result.parts, 0);
  const reused = steps.reduce((sum, { result }) => sum + result.reusedParts, 0);
  return `reused: ${countText(reused)} of ${countText(parts)} parts of work (${whole} of ${steps.length} steps whole), by content hash`;
}

function nextSteps(storeDir: string, { opening }: RunRecord): string[] {
  return [
    `report            ${reportDir(storeDir, opening.record)}/index.html`,
    'Temporal UI       npm run dev   (then localhost:8233)',
    'inventory         npm run stocktake -- inventory show',
    'rejected rows     npm run stocktake -- quarantine show orders',
    'same run again    npm run stocktake -- replay last',
  ];
}
