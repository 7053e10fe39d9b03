import pc from 'picocolors';
import { countText, durationText, sizeText } from '../domain/report/format.ts';
import { reportDir } from '../domain/report/report-dir.ts';
import type { Store } from '../domain/store/store.ts';
import type { RunRecord } from '../schemas/run.ts';
import type { Ending } from './follow.ts';
import { heldOutLines, heldOutOf } from './held-out.ts';
import type { GlobalOptions } from './options.ts';
import type { Reading } from './session.ts';

/**
 * Prints how a run ended, with cost and where to look next; returns the exit code: 1 also for a run that published but held
 * a changed slice out.
 */
export async function endWith(
  { out, store }: Reading,
  ending: Ending,
  runId: string,
  globals: GlobalOptions,
): Promise<number> {
  if (ending.status !== 'completed') {
    if (globals.json) out.json({ outcome: ending.status, message: ending.message, runId });
    out.note(pc.red(`Run ${runId} ${ending.status}: ${ending.message}`));
    out.note(`  see why:  stocktake runs show ${runId}`);
    out.note(`  go on:    stocktake runs resume ${runId}`);
    return 1;
  }
  const { result } = ending;
  if (!result) {
    if (globals.json) out.json({ outcome: 'done', runId });
    else out.data('Done, as a part of another run');
    return 0;
  }
  const record = await store.runs.read(result.record);
  const held = record && !isReplay(result.outcome) ? await heldOutOf(store, record) : [];
  if (globals.json)
    out.json({ ...result, runId, heldOut: held, ...(record ? { cost: costOf(record) } : {}) });
  else {
    for (const line of summaryLines(store, result.outcome, result.difference, record)) out.data(line);
    for (const line of heldOutLines(held)) out.data(line);
  }
  return result.outcome === 'differs' || held.length > 0 ? 1 : 0;
}

/** Totals of a run: time, rows, memory, disk. */
export function costOf(record: RunRecord): {
  milliseconds: number;
  stepMilliseconds: Record<string, number>;
  rowsIn: number;
  rejected: number;
  peakMemoryBytes: number;
  bytesWritten: number;
} {
  const { opening, steps, closing } = record;
  const end = Date.parse(closing?.endedAt ?? steps.at(-1)?.endedAt ?? opening.startedAt);
  const byStage: Record<string, number> = {};
  for (const { result } of steps)
    byStage[result.stage] = (byStage[result.stage] ?? 0) + result.cost.milliseconds;
  const collected = steps.filter(({ result }) => result.stage === 'collect');
  const normalized = steps.filter(({ result }) => result.stage === 'normalize');
  const sum = (pages: typeof steps, pick: (page: (typeof steps)[number]) => number): number =>
    pages.reduce((total, page) => total + pick(page), 0);
  return {
    milliseconds: end - Date.parse(opening.startedAt),
    stepMilliseconds: byStage,
    rowsIn: sum(collected, ({ result }) => result.rowsIn),
    rejected: sum(normalized, ({ result }) => result.rejected),
    peakMemoryBytes: Math.max(0, ...steps.map(({ result }) => result.cost.peakMemoryBytes)),
    bytesWritten: sum(steps, ({ result }) => result.cost.bytesWritten),
  };
}

/** The cost line of a run: stage times, rows, memory, disk. */
export function costLine(record: RunRecord): string {
  const cost = costOf(record);
  const stages = Object.entries(cost.stepMilliseconds).map(([stage, ms]) => `${stage} ${durationText(ms)}`);
  return `cost: ${durationText(cost.milliseconds)} (${stages.join(', ')}), ${countText(cost.rowsIn)} rows in, ${sizeText(cost.peakMemoryBytes)} memory, ${sizeText(cost.bytesWritten)} written`;
}

function isReplay(outcome: string): boolean {
  return outcome === 'replayed' || outcome === 'differs';
}

function summaryLines(
  store: Store,
  outcome: string,
  difference: string,
  record: RunRecord | undefined,
): string[] {
  const headline: Record<string, string> = {
    published: `Published snapshot ${record?.closing?.snapshot ?? ''}`,
    unchanged: `Nothing changed: snapshot ${record?.closing?.snapshot ?? ''} already says this`,
    'nothing to do': 'Nothing to do',
    replayed: 'Replay: every output hash equals the recorded run’s',
    differs: `Replay differs at ${difference}`,
  };
  const lines = [pc.bold(headline[outcome] ?? outcome)];
  if (!record || isReplay(outcome)) return lines;
  const { steps } = record;
  const reused = steps.filter(({ result }) => result.decision === 'reused').length;
  const parts = steps.reduce((sum, { result }) => sum + result.reusedParts, 0);
  lines.push(`reused: ${reused} of ${steps.length} steps whole, ${countText(parts)} parts in all`);
  lines.push(costLine(record));
  lines.push(`report: ${reportDir(store.dir, record.opening.record)}/index.html`);
  return lines;
}
