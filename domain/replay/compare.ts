import type { RunRecord } from '../../schemas/run.ts';
import { type StageOutput, stageOutputSchema } from '../../schemas/stage.ts';
import type { Store } from '../store/store.ts';

/** How a replay compares with the run it repeats. */
export interface Comparison {
  /** Output manifests whose hashes were compared. */
  readonly compared: number;
  /** The first difference in step order, in a sentence; empty when every hash is equal. */
  readonly difference: string;
}

/**
 * Compares two runs of one plan step by step: every output manifest of the first must have the same sha256 in the second.
 *
 * A manifest's hash covers its files' hashes, ledger and facts. Steps without datasets (report, publish) hold times and
 * are not compared.
 */
export async function compareRuns(
  store: Store,
  recorded: RunRecord,
  replayed: RunRecord,
): Promise<Comparison> {
  let compared = 0;
  const bySteps = new Map(replayed.steps.map((page) => [page.result.step, page]));
  for (const { result } of recorded.steps) {
    const again = bySteps.get(result.step);
    if (!again) {
      if (result.decision === 'failed' || result.stage === 'report' || result.stage === 'publish') continue;
      return { compared, difference: `step ${result.step} did not run in the replay` };
    }
    const [before, now] = await Promise.all([
      outputOf(store, result.output),
      outputOf(store, again.result.output),
    ]);
    const difference = firstDifference(before, now);
    if (difference) return { compared, difference: `step ${result.step}: ${difference}` };
    compared += Object.values(before?.datasets ?? {}).flat().length;
  }
  return { compared, difference: '' };
}

/** The first dataset slice whose manifest differs, in name order; empty when none does. */
export function firstDifference(before: StageOutput | undefined, now: StageOutput | undefined): string {
  const hashes = (output: StageOutput | undefined): Map<string, string> =>
    new Map(
      Object.entries(output?.datasets ?? {}).flatMap(([dataset, slices]) =>
        slices.map((slice): [string, string] => [`${dataset} ${slice.slice}`, slice.manifest.sha256]),
      ),
    );
  const [a, b] = [hashes(before), hashes(now)];
  for (const name of [...new Set([...a.keys(), ...b.keys()])].sort()) {
    const [was, is] = [a.get(name), b.get(name)];
    if (was === is) continue;
    if (!was) return `${name} is new in the replay`;
    if (!is) return `${name} is missing in the replay`;
    return `${name} differs (recorded ${was.slice(0, 12)}…, now ${is.slice(0, 12)}…)`;
  }
  return '';
}

async function outputOf(
  store: Store,
  ref: RunRecord['steps'][number]['result']['output'],
): Promise<StageOutput | undefined> {
  const parsed = stageOutputSchema.safeParse(await store.objects.readJson(ref));
  return parsed.success ? parsed.data : undefined;
}
