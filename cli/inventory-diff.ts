import pc from 'picocolors';
import { diffMarkdown } from '../domain/inventory/diff-markdown.ts';
import { type InventoryDiff, inventoryDiff } from '../domain/inventory/inventory-diff.ts';
import type { Store } from '../domain/store/store.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import type { Stocktaking } from '../schemas/inventory.ts';
import type { GlobalOptions } from './options.ts';
import { findSnapshot, snapshotBefore, stocktakingOf } from './read-stocktaking.ts';
import { openReading } from './session.ts';

/** Flags of `stocktake inventory diff`. */
export interface InventoryDiffOptions {
  readonly format: 'text' | 'markdown' | 'json';
  readonly failOn?: 'breaking' | 'any';
}

/**
 * `stocktake inventory diff`: how two published inventories differ, for people, for a CI comment, or as JSON.
 *
 * Default: the last one against the one before it. Exit code 1 where `--fail-on` says so, else 0.
 */
export async function diff(
  before: string | undefined,
  after: string | undefined,
  options: InventoryDiffOptions,
  globals: GlobalOptions,
): Promise<number> {
  const { store, out } = await openReading(globals);
  const to = await findSnapshot(store, after ?? 'last');
  const from = before === undefined ? await snapshotBefore(store, to) : await findSnapshot(store, before);
  if (!from) {
    out.note(`Snapshot ${to.number} is the first; there is nothing to compare it with.`);
    if (globals.json || options.format === 'json') out.json({ version: 1, before: null, differences: [] });
    return 0;
  }
  const [old, now] = [await stocktakingOf(store, from), await stocktakingOf(store, to)];
  const found = inventoryDiff(old, now);
  const records = (await follows(store, from, to)) ? recordSentences(now) : [];
  if (globals.json || options.format === 'json')
    out.json({ ...found, records, datasets: datasetChanges(from, to) });
  else if (options.format === 'markdown') out.data(diffMarkdown(found, { records }).trimEnd());
  else out.data(textOf(found, records));
  return failed(found, options.failOn) ? 1 : 0;
}

function failed({ breaking, differences }: InventoryDiff, policy: InventoryDiffOptions['failOn']): boolean {
  return policy === 'any' ? differences.length > 0 : policy === 'breaking' && breaking > 0;
}

/** Whether the later snapshot was made on the earlier one, so that its own record changes describe the way between. */
async function follows(store: Store, from: Snapshot, to: Snapshot): Promise<boolean> {
  const run = await store.runs.read(to.publishedBy.record);
  return run?.opening.baseSnapshot === from.number;
}

function recordSentences({ changes }: Stocktaking): string[] {
  return changes
    .filter(({ kind }) => kind.startsWith('records_') || kind === 'field_changed')
    .map(({ asset, sentence }) => `${asset}: ${sentence}`);
}

interface DatasetChange {
  readonly dataset: string;
  readonly slices: readonly [number, number];
  readonly rows: readonly [number, number];
}

function datasetChanges(old: Snapshot, now: Snapshot): DatasetChange[] {
  const names = [...new Set([...Object.keys(old.datasets), ...Object.keys(now.datasets)])].sort();
  return names
    .filter((name) => old.datasets[name]?.index.sha256 !== now.datasets[name]?.index.sha256)
    .map((dataset) => ({
      dataset,
      slices: [old.datasets[dataset]?.slices ?? 0, now.datasets[dataset]?.slices ?? 0],
      rows: [old.datasets[dataset]?.rows ?? 0, now.datasets[dataset]?.rows ?? 0],
    }));
}

function textOf({ before, after, differences }: InventoryDiff, records: readonly string[]): string {
  const title = `Snapshot ${before.snapshot} (${before.dataDate}) → ${after.snapshot} (${after.dataDate})`;
  const lines = differences.map(({ breaking, sentence }) =>
    breaking ? `  ${pc.red('breaking')}  ${sentence}` : `            ${sentence}`,
  );
  const none = differences.length === 0 && records.length === 0 ? ['  nothing changed'] : [];
  return [pc.bold(title), ...none, ...lines, ...records.map((sentence) => `            ${sentence}`)].join(
    '\n',
  );
}
