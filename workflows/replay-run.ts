import type { NightResult, ReplayInput } from '../schemas/night.ts';
import { travelRoad } from './road.ts';

/**
 * Repeats a recorded run on its pinned inputs in a scratch view of the store, id `replay/<record>`, and compares the
 * hashes of every step. Publishes nothing.
 */
export async function replayRun(input: ReplayInput): Promise<NightResult> {
  return travelRoad(
    { ...input, title: `Replay of ${input.record}`, maxActive: 50 },
    {
      workflow: 'replayRun',
      trigger: 'replay',
      from: '',
      to: '',
      force: false,
      allowOlder: false,
      replayOf: input.record,
    },
  );
}
