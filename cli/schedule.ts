import { type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import pc from 'picocolors';
import { scheduleIds } from '../domain/plan/ids.ts';
import type { GlobalOptions } from './options.ts';
import { differences, type ScheduleFacts, scheduleOptions, wantedSchedules } from './schedule-spec.ts';
import { type Session, withSession } from './session.ts';

/** `stocktake schedule apply|show|trigger|pause|resume`. */
export async function schedule(
  verb: 'apply' | 'show' | 'trigger' | 'pause' | 'resume',
  globals: GlobalOptions,
): Promise<number> {
  return withSession(globals, { worker: 'none' }, async (session) => {
    if (verb === 'apply') return applySchedules(session, globals);
    if (verb === 'show') return show(session, globals);
    const handle = session.client.schedule.getHandle(scheduleIds.night);
    if (verb === 'trigger') await handle.trigger();
    if (verb === 'pause') await handle.pause('paused by stocktake schedule pause');
    if (verb === 'resume') await handle.unpause('resumed by stocktake schedule resume');
    session.out.note(`${scheduleIds.night}: ${verb} done`);
    return 0;
  });
}

/** Makes the server's schedules what the configuration says; prints each difference. Runs twice, changes once. */
export async function applySchedules(session: Session, globals: GlobalOptions): Promise<number> {
  const changes: Record<string, string[]> = {};
  for (const [id, wanted] of Object.entries(wantedSchedules(session.project))) {
    const before = await factsOf(session, id);
    changes[id] = before ? differences(before, wanted) : ['new'];
    if (!before) await session.client.schedule.create(scheduleOptions(id, wanted));
    else if (changes[id].length > 0) {
      await session.client.schedule.getHandle(id).update(({ state }) => {
        const { spec, action, policies } = scheduleOptions(id, wanted);
        return { spec, action: action as never, policies: policies ?? {}, state };
      });
    }
  }
  if (globals.json) session.out.json(changes);
  else
    for (const [id, lines] of Object.entries(changes))
      for (const line of printed(id, lines)) session.out.data(line);
  return 0;
}

function printed(id: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [`${pc.dim('=')} ${id}: as configured`];
  const mark = lines[0] === 'new' ? pc.green('+') : pc.yellow('~');
  return lines.map((line) => `${mark} ${id}: ${line}`);
}

async function show(session: Session, globals: GlobalOptions): Promise<number> {
  const found: Record<string, unknown>[] = [];
  for (const id of Object.values(scheduleIds)) {
    const description = await describe(session, id);
    if (description) found.push(shown(id, description));
  }
  if (globals.json) session.out.json(found);
  else if (found.length === 0)
    session.out.data('No schedule on this server yet; make it with: stocktake schedule apply');
  else
    for (const entry of found)
      session.out.data(
        `${Object.entries(entry)
          .map(([key, value]) => `${key}: ${String(value)}`)
          .join('\n')}\n`,
      );
  return 0;
}

function shown(id: string, { state, info, action }: ScheduleDescription): Record<string, unknown> {
  return {
    schedule: id,
    state: state.paused ? `paused (${state.note ?? ''})` : 'active',
    next: info.nextActionTimes
      .slice(0, 3)
      .map((time) => time.toISOString())
      .join(', '),
    last: info.recentActions.at(-1)?.takenAt.toISOString() ?? 'never',
    started: info.numActionsTaken,
    skippedBecauseOneWasRunning: info.numActionsSkippedOverlap,
    missedCatchUpWindow: info.numActionsMissedCatchupWindow,
    cron: cronOf(action),
  };
}

async function factsOf(session: Session, id: string): Promise<ScheduleFacts | undefined> {
  const description = await describe(session, id);
  if (!description) return undefined;
  const { action, policies } = description;
  return {
    cron: cronOf(action),
    jitterSeconds: Number(description.spec.jitter ?? 0) / 1000,
    catchUpHours: policies.catchupWindow / 3_600_000,
    overlap: policies.overlap ?? '',
    workflow: action.workflowType,
    taskQueue: action.taskQueue ?? '',
    args: JSON.stringify(action.args ?? []),
  };
}

async function describe(session: Session, id: string): Promise<ScheduleDescription | undefined> {
  try {
    return await session.client.schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** The server keeps calendars, not cron texts: the text travels in the memo of the action. */
function cronOf(action: ScheduleDescription['action']): string {
  return String(action.memo?.cron ?? 'unknown');
}
