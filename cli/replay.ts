import { replayId } from '../domain/plan/ids.ts';
import { replayDir } from '../domain/replay/replay-store.ts';
import type { ReplayInput } from '../schemas/night.ts';
import { engineVersions } from '../workers/version.ts';
import { endWith } from './ending.ts';
import { follow } from './follow.ts';
import type { GlobalOptions } from './options.ts';
import { withSession } from './session.ts';
import { inputFrom } from './start-input.ts';

/** `stocktake replay`: repeats a run on its pinned inputs and compares hashes; exit 1 when one differs. */
export async function replay(name: string, globals: GlobalOptions): Promise<number> {
  return withSession(globals, { worker: 'bring' }, async (session) => {
    const { opening } = await session.store.runs.resolve(name);
    const { rm } = await import('node:fs/promises');
    await rm(replayDir(session.store, opening.record), { recursive: true, force: true });
    noteOtherEngines(session.out.note, opening.engines, await engineVersions());
    const input: ReplayInput = {
      ...inputFrom(session.project),
      record: opening.record,
      trigger: 'replay',
      force: false,
      allowOlder: false,
    };
    const handle = await session.client.workflow.start('replayRun', {
      workflowId: replayId(opening.record),
      taskQueue: `${input.taskQueuePrefix}-orchestrator`,
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `Replay of ${opening.workflowId}, ${opening.dataDate}`,
    });
    session.out.note(`Replay of ${opening.workflowId} (${opening.record}) on its pinned inputs`);
    const ending = await follow(handle, session, process.stderr.isTTY === true && !globals.quiet);
    return endWith(session, ending, handle.firstExecutionRunId, globals);
  });
}

function noteOtherEngines(
  note: (text: string) => void,
  recorded: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): void {
  for (const [engine, version] of Object.entries(recorded)) {
    if (now[engine] !== version)
      note(`Recorded with ${engine} ${version}, replayed with ${now[engine]}: bytes may differ`);
  }
}
