import { Context } from '@temporalio/activity';
import { replayStore } from '../domain/replay/replay-store.ts';
import { createFailpoint, type Failpoint } from '../domain/runtime/failpoint.ts';
import { hashOf } from '../domain/runtime/hashing.ts';
import type { Logger } from '../domain/runtime/logger.ts';
import type { StageContext } from '../domain/runtime/stage.ts';
import { writeMark } from '../domain/store/marks.ts';
import type { Store } from '../domain/store/store.ts';
import type { StepRequest } from '../schemas/night.ts';
import { type Plan, planSchema } from '../schemas/plan.ts';
import type { Decision, StepResult } from '../schemas/run.ts';
import { type StageOutput, stageOutputSchema } from '../schemas/stage.ts';
import type { ActivityDeps } from './deps.ts';
import { toFailure } from './failures.ts';

/** Largest result an activity may hand to Temporal, in bytes of JSON: references and counts, never rows. */
export const resultLimitBytes = 4096;

/** What a stage's own activity code receives: the request, the frozen plan, the store view and the outputs before it. */
export interface StepScope {
  readonly request: StepRequest;
  readonly plan: Plan;
  readonly store: Store;
  readonly context: StageContext;
  readonly outputs: readonly StageOutput[];
}

/**
 * Wraps a step of the road: reads plan and inputs, lends the stage its effects, measures, stores the output document,
 * writes the run-record page and answers with a reference and counts.
 *
 * Errors become Temporal failures in `failures.ts`; a cancelled attempt ends as cancelled.
 */
export function durableStep(
  deps: ActivityDeps,
  activity: string,
  work: (scope: StepScope) => Promise<StageOutput>,
): (request: StepRequest) => Promise<StepResult> {
  return async (request) => {
    const started = deps.now();
    const meter = startMemoryMeter();
    const pulse = startPulse();
    try {
      const { plan, store } = await openPlan(deps, request);
      const context = stageContext(deps, plan, activity, pulse.beat);
      const output = await work({
        request,
        plan,
        store,
        context,
        outputs: await readOutputs(store, request),
      });
      const ended = deps.now();
      const result = await resultOf(store, request, output, {
        milliseconds: ended.getTime() - started.getTime(),
        peakMemoryBytes: meter.stop(),
      });
      await store.runs.step(request.record, {
        result,
        attempt: Context.current().info.attempt,
        startedAt: started.toISOString(),
        endedAt: ended.toISOString(),
      });
      return assertSmall(result);
    } catch (error) {
      throw toFailure(error, Context.current().cancellationSignal.aborted);
    } finally {
      meter.stop();
      pulse.stop();
    }
  };
}

/** The effects of an activity that is no step of the road. */
export type LooseContext = Pick<StageContext, 'log' | 'failpoint' | 'heartbeat' | 'signal'>;

/** Wraps an activity that is no step of the road (plan, close, sweep): only errors, size and faults are handled. */
export function durable<Request, Result>(
  deps: ActivityDeps,
  activity: string,
  work: (request: Request, context: LooseContext) => Promise<Result>,
): (request: Request) => Promise<Result> {
  return async (request) => {
    const pulse = startPulse();
    try {
      const context = {
        log: activityLog(),
        failpoint: failpointOf(deps, activity),
        heartbeat: pulse.beat,
        signal: Context.current().cancellationSignal,
      };
      return assertSmall(await work(request, context));
    } catch (error) {
      throw toFailure(error, Context.current().cancellationSignal.aborted);
    } finally {
      pulse.stop();
    }
  };
}

/** The effects a stage gets inside the running activity. */
export function stageContext(
  deps: ActivityDeps,
  plan: Plan,
  activity: string,
  heartbeat: StageContext['heartbeat'],
): StageContext {
  const context = Context.current();
  return {
    log: activityLog(),
    heartbeat,
    signal: context.cancellationSignal,
    threads: plan.threads,
    memoryMb: plan.memoryMb,
    force: plan.force,
    failpoint: failpointOf(deps, activity),
  };
}

/** Reads a plan and the store view it works in: the store itself, or a replay's scratch view. */
export async function openPlan(
  deps: ActivityDeps,
  request: Pick<StepRequest, 'plan' | 'record'>,
): Promise<{ plan: Plan; store: Store }> {
  const plan = planSchema.parse(await deps.store.objects.readJson(request.plan));
  const store =
    plan.trigger === 'replay' ? replayStore(deps.store, request.record, plan.baseSnapshot) : deps.store;
  return { plan, store };
}

function failpointOf(deps: ActivityDeps, activity: string): Failpoint {
  return createFailpoint(deps.failpoint, activity, (spec) =>
    writeMark(deps.store.dir, `failpoint-${hashOf({ spec })}`),
  );
}

async function readOutputs(store: Store, request: StepRequest): Promise<StageOutput[]> {
  return Promise.all(
    request.inputs.map(async (ref) => stageOutputSchema.parse(await store.objects.readJson(ref))),
  );
}

async function resultOf(
  store: Store,
  request: StepRequest,
  output: StageOutput,
  cost: { milliseconds: number; peakMemoryBytes: number },
): Promise<StepResult> {
  const sum = (pick: (entry: StageOutput['ledger'][number]) => number): number =>
    output.ledger.reduce((total, entry) => total + pick(entry), 0);
  const slices = Object.values(output.datasets).flat();
  const { decision, why } = decisionOf(output);
  return {
    step: request.step,
    stage: output.stage,
    decision,
    why,
    output: await store.objects.putJson(output),
    rowsIn: sum((entry) => entry.rowsIn),
    rowsOut: sum((entry) => entry.rowsOut) || slices.reduce((total, slice) => total + slice.rows, 0),
    rejected: sum((entry) => entry.rejected),
    reusedParts: output.reused,
    parts: output.parts,
    ...(output.facts ? { facts: output.facts } : {}),
    cost: {
      ...cost,
      bytesWritten: decision === 'reused' ? 0 : slices.reduce((total, slice) => total + slice.bytes, 0),
    },
  };
}

function decisionOf(output: StageOutput): { decision: Decision; why: string } {
  const { decision, why } = countedDecision(output);
  return { decision, why: output.why ?? why };
}

function countedDecision(output: StageOutput): { decision: Decision; why: string } {
  if (output.parts === 0) return { decision: 'skipped', why: 'nothing to do' };
  if (output.reused === output.parts) return { decision: 'reused', why: 'same inputs as before' };
  return {
    decision: 'ran',
    why: output.reused > 0 ? `${output.reused} of ${output.parts} parts reused` : 'new inputs',
  };
}

function activityLog(): Logger {
  const { log } = Context.current();
  return {
    debug: (message, fields) => log.debug(message, fields),
    info: (message, fields) => log.info(message, fields),
    warn: (message, fields) => log.warn(message, fields),
    error: (message, fields) => log.error(message, fields),
  };
}

interface Pulse {
  readonly beat: StageContext['heartbeat'];
  stop(): void;
}

/** Without real progress for this many heartbeat timeouts the pulse stops, and the server takes the attempt for hung. */
const stallFactor = 3;

/**
 * Sends a stage's progress on as heartbeats, and repeats the last one every second in between: reading thousands of small
 * files is no silence. A stage that reports nothing for long enough falls silent, so that a hang is found.
 */
function startPulse(): Pulse {
  const context = Context.current();
  const stallMs = stallFactor * (context.info.heartbeatTimeoutMs ?? 60_000);
  let last: Readonly<Record<string, unknown>> = {};
  let lastAt = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - lastAt < stallMs) context.heartbeat(last);
  }, 1000);
  return {
    beat(progress) {
      last = progress;
      lastAt = Date.now();
      context.heartbeat(progress);
    },
    stop: () => clearInterval(timer),
  };
}

/** Highest resident set of this process while a step runs, sampled. */
function startMemoryMeter(): { stop(): number } {
  let peak = process.memoryUsage.rss();
  const sample = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, 100);
  return {
    stop() {
      clearInterval(timer);
      sample();
      return peak;
    },
  };
}

function assertSmall<Result>(result: Result): Result {
  const bytes = Buffer.byteLength(JSON.stringify(result) ?? '');
  if (bytes <= resultLimitBytes) return result;
  throw new TypeError(
    `An activity result has ${bytes} bytes, at most ${resultLimitBytes} may go through history`,
  );
}
