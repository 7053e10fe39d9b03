import pc from 'picocolors';
import { countText, durationText } from '../domain/report/format.ts';
import type { RunRecord } from '../schemas/run.ts';
import { costLine, costOf } from './ending.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { openReading } from './session.ts';

/** `stocktake runs list`: from the store's own records, so it works without a server. */
export async function list(options: { readonly limit: number }, globals: GlobalOptions): Promise<number> {
  const { store, out } = await openReading(globals);
  const all = await store.runs.list();
  const shown = all.slice(0, options.limit);
  if (globals.json) {
    out.json(shown.map(summaryOf));
    return 0;
  }
  if (all.length === 0) {
    out.data('No run yet. Start one with: stocktake run');
    return 0;
  }
  out.data(
    table(shown, [
      { title: 'run', value: ({ opening }) => opening.record },
      { title: 'date', value: ({ opening }) => dateText(opening) },
      { title: 'trigger', value: ({ opening }) => opening.trigger },
      { title: 'status', value: (run) => colored(statusOf(run)) },
      { title: 'snapshot', value: ({ closing }) => String(closing?.snapshot ?? '-'), align: 'right' },
      { title: 'rejected', value: (run) => countText(costOf(run).rejected), align: 'right' },
      { title: 'time', value: (run) => durationText(costOf(run).milliseconds), align: 'right' },
      { title: 'started', value: ({ opening }) => opening.startedAt.slice(0, 19).replace('T', ' ') },
    ]),
  );
  return 0;
}

/** `stocktake runs show`: steps with decision, evidence and cost. */
export async function show(name: string, globals: GlobalOptions): Promise<number> {
  const { store, out } = await openReading(globals);
  const run = await store.runs.resolve(name);
  if (globals.json) {
    out.json({ ...run, status: statusOf(run), cost: costOf(run) });
    return 0;
  }
  const { opening, steps, closing } = run;
  out.data(`${pc.bold(`${opening.workflow} ${dateText(opening)}`)}  ${colored(statusOf(run))}`);
  out.data(
    `run ${opening.record}, workflow ${opening.workflowId}, ${opening.trigger}, on snapshot ${opening.baseSnapshot}`,
  );
  out.data(
    `config ${opening.configHash.slice(0, 12)}, code ${opening.codeVersion}, ${opening.threads} threads, ${Object.entries(
      opening.engines,
    )
      .map(([engine, version]) => `${engine} ${version}`)
      .join(', ')}`,
  );
  out.data('');
  out.data(
    table(steps, [
      { title: 'step', value: ({ result }) => result.step },
      { title: 'decision', value: ({ result }) => result.decision },
      { title: 'rows in', value: ({ result }) => countText(result.rowsIn), align: 'right' },
      { title: 'rows out', value: ({ result }) => countText(result.rowsOut), align: 'right' },
      { title: 'rejected', value: ({ result }) => countText(result.rejected), align: 'right' },
      { title: 'time', value: ({ result }) => durationText(result.cost.milliseconds), align: 'right' },
      { title: 'attempt', value: ({ attempt }) => String(attempt), align: 'right' },
      { title: 'why', value: ({ result }) => result.why },
    ]),
  );
  out.data('');
  out.data(costLine(run));
  if (closing?.failedStep) {
    out.data(
      pc.red(
        `failed at ${closing.failedStep}${closing.errorCode ? ` (${closing.errorCode})` : ''}: ${closing.message ?? ''}`,
      ),
    );
    out.data(`go on with: stocktake runs resume ${opening.record}`);
  }
  return 0;
}

/** The state of a run as its record knows it. `open` = no last page: it goes on, or its end was never written. */
export function statusOf(run: RunRecord): string {
  return run.closing?.status ?? 'open';
}

function summaryOf(run: RunRecord): Record<string, unknown> {
  const { opening, closing } = run;
  return {
    run: opening.record,
    workflowId: opening.workflowId,
    dataDate: opening.dataDate,
    from: opening.from,
    trigger: opening.trigger,
    status: statusOf(run),
    snapshot: closing?.snapshot ?? null,
    startedAt: opening.startedAt,
    endedAt: closing?.endedAt ?? null,
    cost: costOf(run),
  };
}

function dateText(opening: RunRecord['opening']): string {
  return opening.from === opening.dataDate ? opening.dataDate : `${opening.from}…${opening.dataDate}`;
}

function colored(status: string): string {
  const paints: Record<string, (text: string) => string> = {
    completed: pc.green,
    failed: pc.red,
    cancelled: pc.yellow,
    open: pc.cyan,
  };
  return paints[status]?.(status) ?? status;
}
