import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { backfillId } from '../domain/plan/ids.ts';
import { CliError } from '../domain/runtime/errors.ts';
import type { BackfillInput, PlanRequest, Reprocess } from '../schemas/night.ts';
import { endWith } from './ending.ts';
import { follow } from './follow.ts';
import type { GlobalOptions } from './options.ts';
import { previewPlan, printDates } from './preview.ts';
import { openReading, withSession } from './session.ts';
import { inputFrom } from './start-input.ts';

interface BackfillOptions {
  readonly from: string;
  readonly to: string;
  readonly reprocess: Reprocess;
  readonly maxActive: number;
  readonly newestFirst?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly force?: boolean;
}

/**
 * `stocktake backfill`: a range of dates in one workflow.
 *
 * The plan is made here first: with nothing to do no server is started.
 */
export async function backfill(options: BackfillOptions, globals: GlobalOptions): Promise<number> {
  if (options.to < options.from) {
    throw new CliError(`--to ${options.to} is before --from ${options.from}`, {
      code: 'STK-CLI-RANGE',
      exitCode: 2,
    });
  }
  const reading = await openReading(globals);
  const planned = await previewPlan(reading, requestOf(options));
  if (options.dryRun) {
    printDates(reading, planned.dates, options.reprocess, globals);
    return 0;
  }
  if (planned.nothingToDo && !options.force) {
    reading.out.note(
      `Nothing to do from ${options.from} to ${options.to}: ${planned.nothingToDo}. Make them again with --reprocess all`,
    );
    if (globals.json)
      reading.out.json({ outcome: 'nothing to do', why: planned.nothingToDo, dates: planned.dates.length });
    return 0;
  }
  return withSession(globals, { worker: options.wait === false ? 'need' : 'bring' }, async (session) => {
    const input: BackfillInput = {
      ...inputFrom(session.project),
      ...requestOf(options),
      trigger: 'backfill',
      reprocess: options.reprocess,
      newestFirst: options.newestFirst ?? false,
      maxActive: options.maxActive,
    };
    const workflowId = backfillId(options.from, options.to);
    const handle = await session.client.workflow
      .start('backfillInventory', {
        workflowId,
        taskQueue: `${input.taskQueuePrefix}-orchestrator`,
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `Backfill ${options.from} to ${options.to}: ${options.reprocess}`,
      })
      .catch((error) => {
        throw error instanceof WorkflowExecutionAlreadyStartedError
          ? new CliError(
              `Backfill ${workflowId} is open already; follow it with: stocktake runs watch ${workflowId}`,
              {
                code: 'STK-RUN-OPEN',
                exitCode: 1,
                cause: error,
              },
            )
          : error;
      });
    session.out.note(`Backfill ${options.from} to ${options.to} started, run ${handle.firstExecutionRunId}`);
    if (options.wait === false) return 0;
    const live = process.stderr.isTTY === true && !globals.quiet;
    return endWith(session, await follow(handle, session, live), handle.firstExecutionRunId, globals);
  });
}

function requestOf(options: BackfillOptions): PlanRequest {
  return {
    workflow: 'backfillInventory',
    trigger: 'backfill',
    from: options.from,
    to: options.to,
    force: options.force ?? false,
    allowOlder: false,
    reprocess: options.reprocess,
    newestFirst: options.newestFirst ?? false,
  };
}
