import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import { CliError } from '../domain/runtime/errors.ts';
import { endWith } from './ending.ts';
import { follow } from './follow.ts';
import type { GlobalOptions } from './options.ts';
import { resetPoint } from './reset-point.ts';
import { type Session, withSession } from './session.ts';

/** CANCEL_REQUEST: a reset run must not be cancelled again by the request that ended the first one. */
const excludeCancelRequest = 4;

/** `stocktake runs watch`: follows an open run, or prints how a closed one ended. */
export async function watch(name: string, globals: GlobalOptions): Promise<number> {
  return withSession(globals, { worker: 'none' }, async (session) => {
    const handle = session.client.workflow.getHandle(await workflowIdOf(session, name));
    const { runId } = await describe(handle);
    return endWith(session, await follow(handle, session, isLive(globals)), runId, globals);
  });
}

/**
 * `stocktake runs resume`: lets a failed, cancelled or timed-out run go on from its failed (or a named) step, by a
 * Temporal reset at the event that scheduled it.
 */
export async function resume(
  name: string,
  options: { readonly fromStage?: string; readonly dryRun?: boolean; readonly wait?: boolean },
  globals: GlobalOptions,
): Promise<number> {
  const worker = options.dryRun ? 'none' : options.wait === false ? 'need' : 'bring';
  return withSession(globals, { worker }, async (session) => {
    const workflowId = await workflowIdOf(session, name);
    const handle = session.client.workflow.getHandle(workflowId);
    const { runId, status } = await describe(handle);
    const { events } = await handle.fetchHistory();
    const point = resetPoint(events ?? [], options.fromStage);
    session.out.note(
      `${workflowId} (${status.toLowerCase()}) goes on from ${point.step}, event ${point.eventId}`,
    );
    if (options.dryRun) return 0;
    const { namespace } = session.temporal;
    const reset = await session.client.workflowService.resetWorkflowExecution({
      namespace,
      workflowExecution: { workflowId, runId },
      reason: `stocktake runs resume from ${point.step}`,
      workflowTaskFinishEventId: point.eventId as never,
      requestId: randomUUID(),
      resetReapplyExcludeTypes: [excludeCancelRequest],
    });
    const next = session.client.workflow.getHandle(workflowId, reset.runId);
    if (options.wait === false) return 0;
    return endWith(session, await follow(next, session, isLive(globals)), reset.runId, globals);
  });
}

/** `stocktake runs cancel`: asks an open run to stop; waits until it has. */
export async function cancel(name: string, globals: GlobalOptions): Promise<number> {
  return withSession(globals, { worker: 'bring' }, async (session) => {
    const handle = session.client.workflow.getHandle(await workflowIdOf(session, name));
    const { runId, status } = await describe(handle);
    if (status !== 'RUNNING') {
      session.out.note(`${handle.workflowId} is ${status.toLowerCase()} already`);
      return 0;
    }
    await handle.cancel();
    const ending = await follow(handle, session, false);
    if (ending.status === 'cancelled') {
      session.out.note(`Cancelled. Go on later with: stocktake runs resume ${runId}`);
      return 0;
    }
    return endWith(session, ending, runId, globals);
  });
}

/** A run by record, prefix, `last`, data date or workflow id. A workflow id the store does not know is taken as it is. */
async function workflowIdOf(session: Session, name: string): Promise<string> {
  if (name.includes('/')) return name;
  return (await session.store.runs.resolve(name)).opening.workflowId;
}

async function describe(handle: {
  workflowId: string;
  describe(): Promise<{ runId: string; status: { name: string } }>;
}): Promise<{ runId: string; status: string }> {
  try {
    const { runId, status } = await handle.describe();
    return { runId, status: status.name };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new CliError(
      `The Temporal server has no run ${handle.workflowId}; its history is kept 30 days and lives in this store's server file. 'stocktake run' starts it again and reuses what is done`,
      { code: 'STK-RUN-UNKNOWN', exitCode: 1, cause: error },
    );
  }
}

function isLive(globals: GlobalOptions): boolean {
  return process.stderr.isTTY === true && !globals.quiet;
}
