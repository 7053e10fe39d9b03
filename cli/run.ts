import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { nightId } from '../domain/plan/ids.ts';
import { CliError } from '../domain/runtime/errors.ts';
import type { NightInput } from '../schemas/night.ts';
import { endWith } from './ending.ts';
import { follow } from './follow.ts';
import type { GlobalOptions } from './options.ts';
import { newestDate, previewPlan, printPlan } from './preview.ts';
import { openReading, type Session, withSession } from './session.ts';
import { inputFrom } from './start-input.ts';

interface RunOptions {
  readonly date?: string;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly force?: boolean;
  readonly allowOlder?: boolean;
}

/** `stocktake run`: one night, in the foreground unless `--no-wait`. */
export async function run(options: RunOptions, globals: GlobalOptions): Promise<number> {
  if (options.dryRun) return dryRun(options, globals);
  const worker = options.wait === false ? 'need' : 'bring';
  return withSession(globals, { worker }, async (session) => {
    const date = options.date ?? (await newestDate(session.project));
    return runNight(session, date, options, globals);
  });
}

/** Starts the night of a date in an open session, follows it and prints how it ended. */
export async function runNight(
  session: Session,
  date: string,
  options: RunOptions,
  globals: GlobalOptions,
): Promise<number> {
  const input: NightInput = {
    ...inputFrom(session.project),
    dataDate: date,
    trigger: 'manual',
    force: options.force ?? false,
    allowOlder: options.allowOlder ?? false,
  };
  const handle = await session.client.workflow
    .start('nightlyInventory', {
      workflowId: nightId(date),
      taskQueue: `${input.taskQueuePrefix}-orchestrator`,
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `Inventory ${date}: ${Object.keys(session.project.config.sources).length} sources, manual`,
      staticDetails: `Started by \`stocktake run --date ${date}\`; goes on after a failure with \`stocktake runs resume ${nightId(date)}\`.`,
    })
    .catch((error) => {
      throw error instanceof WorkflowExecutionAlreadyStartedError ? alreadyRunning(date, error) : error;
    });
  session.out.note(`Inventory ${date} started, run ${handle.firstExecutionRunId}`);
  if (session.temporal.uiUrl)
    session.out.note(
      `  ${session.temporal.uiUrl}/namespaces/${session.temporal.namespace}/workflows/${encodeURIComponent(handle.workflowId)}/${handle.firstExecutionRunId}`,
    );
  if (options.wait === false) {
    if (globals.json) session.out.json({ workflowId: handle.workflowId, runId: handle.firstExecutionRunId });
    return 0;
  }
  const live = process.stderr.isTTY === true && !globals.quiet;
  return endWith(session, await follow(handle, session, live), handle.firstExecutionRunId, globals);
}

async function dryRun(options: RunOptions, globals: GlobalOptions): Promise<number> {
  const reading = await openReading(globals);
  const date = options.date ?? (await newestDate(reading.project));
  const planned = await previewPlan(reading, {
    workflow: 'nightlyInventory',
    trigger: 'manual',
    from: date,
    to: date,
    force: options.force ?? false,
    allowOlder: options.allowOlder ?? false,
  });
  printPlan(reading, planned, globals);
  return 0;
}

function alreadyRunning(date: string, cause: unknown): CliError {
  return new CliError(
    `A run for ${date} is open already; follow it with 'stocktake runs watch ${nightId(date)}', or end it with 'stocktake runs cancel ${nightId(date)}'`,
    { code: 'STK-RUN-OPEN', exitCode: 1, cause },
  );
}
