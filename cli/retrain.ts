import { setTimeout } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { readRegistry } from '../domain/deploy/registry.ts';
import { retrainId } from '../domain/plan/ids.ts';
import { CliError } from '../domain/runtime/errors.ts';
import type { BranchInput, BranchResult } from '../schemas/night.ts';
import { follow } from './follow.ts';
import type { GlobalOptions } from './options.ts';
import { currentSnapshot } from './read-table.ts';
import { type Session, withSession } from './session.ts';
import { inputFrom } from './start-input.ts';

/** What `stocktake retrain` takes. */
export interface RetrainOptions {
  readonly wait?: boolean;
  /** Seconds to wait. */
  readonly timeout?: number;
  readonly failOn?: 'rejected';
  readonly force?: boolean;
}

/** What came of a retraining, as `--json` prints it. */
interface Retrained {
  readonly workflowId: string;
  readonly outcome: string;
  readonly decision: string;
  readonly ground: string;
  readonly version: string;
  readonly champion: string;
  readonly why: string;
  readonly snapshot: number | null;
}

/**
 * `stocktake retrain`: retrains on what is published, for CI jobs. The same data is trained once: asked again, the result of the
 * first time is printed.
 *
 * Exit codes: 0 done, 1 failed, 4 the gate rejected the candidate (with `--fail-on rejected`), 5 `--timeout` ran out.
 */
export async function retrain(options: RetrainOptions, globals: GlobalOptions): Promise<number> {
  const worker = options.wait ? 'bring' : 'need';
  return withSession(globals, { worker }, async (session) => {
    const snapshot = await currentSnapshot(session.store);
    const handle = await start(session, retrainId(snapshot.contentHash), options.force ?? false);
    if (!options.wait) {
      if (globals.json) session.out.json({ workflowId: handle.workflowId });
      else
        session.out.data(
          `Retraining ${handle.workflowId} started; follow it with: stocktake runs watch ${handle.workflowId}`,
        );
      return 0;
    }
    const live = process.stderr.isTTY === true && !globals.quiet;
    const late = AbortSignal.timeout(Math.min((options.timeout ?? 86_400) * 1000, 2 ** 31 - 1));
    const signal = AbortSignal.any([session.signal, late]);
    const ending = await Promise.race([
      follow(handle, { out: session.out, signal }, live),
      aborted(late).then(() => undefined),
    ]);
    if (ending === undefined) {
      session.out.note(
        `Not done after ${options.timeout} s; it goes on: stocktake runs watch ${handle.workflowId}`,
      );
      return 5;
    }
    if (ending.status !== 'completed') {
      if (globals.json)
        session.out.json({ workflowId: handle.workflowId, outcome: ending.status, message: ending.message });
      session.out.note(`Retraining ${ending.status}: ${ending.message}`);
      return 1;
    }
    const result = retrained(handle.workflowId, ending.branch ?? { results: [] });
    return told(session, await withEarlierVerdict(session, result), options, globals);
  });
}

async function start(session: Session, workflowId: string, force: boolean): Promise<WorkflowHandle> {
  const { timezone: _, offsetDays: __, ...base } = inputFrom(session.project);
  const input: BranchInput = { ...base, trigger: 'manual', force, allowOlder: false };
  try {
    return await session.client.workflow.start('retrainRecommender', {
      workflowId,
      taskQueue: `${input.taskQueuePrefix}-orchestrator`,
      args: [input],
      workflowIdReusePolicy: force ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
      staticSummary: 'Retraining on what is published',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    if (force) {
      throw new CliError(
        `A retraining on this data is open already; follow it with: stocktake runs watch ${workflowId}`,
        {
          code: 'STK-RUN-OPEN',
          exitCode: 1,
          cause: error,
        },
      );
    }
    session.out.note(`This data was given to a retraining already: ${workflowId} (again with --force)`);
    return session.client.workflow.getHandle(workflowId);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await setTimeout(200, undefined, { ref: false });
}

function retrained(workflowId: string, { results, night }: BranchResult): Retrained {
  const judged = results.find(({ stage }) => stage === 'deploy');
  const facts = judged?.facts ?? {};
  const text = (name: string): string => (typeof facts[name] === 'string' ? facts[name] : '');
  return {
    workflowId,
    outcome: night?.outcome ?? '',
    decision: text('decision') || 'nothing judged',
    ground: text('ground'),
    version: text('version'),
    champion: text('decision') === 'promoted' ? text('version') : text('champion'),
    why: judged?.why ?? '',
    snapshot: night?.snapshot ?? null,
  };
}

/** A model that was refused before and comes out again is refused still: a CI job must not pass by asking twice. */
async function withEarlierVerdict({ store }: Session, result: Retrained): Promise<Retrained> {
  if (result.decision !== 'unchanged') return result;
  const registry = await readRegistry(store, await store.snapshots.current());
  const version = registry.versions.find(({ document }) => document.version === result.version);
  if (version?.state !== 'rejected') return result;
  const refused = version.verdicts.findLast(({ decision }) => decision === 'rejected');
  return {
    ...result,
    decision: 'rejected',
    ground: refused?.ground ?? '',
    why: `${result.why}; refused before: ${refused?.why}`,
  };
}

function told(session: Session, result: Retrained, options: RetrainOptions, globals: GlobalOptions): number {
  if (globals.json) session.out.json(result);
  else {
    session.out.data(`${result.version || 'no version'}: ${result.decision}. ${result.why}`);
    session.out.data(result.champion ? `${result.champion} serves` : 'No model serves');
  }
  return options.failOn === 'rejected' && result.decision === 'rejected' ? 4 : 0;
}
