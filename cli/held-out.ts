import pc from 'picocolors';
import type { Store } from '../domain/store/store.ts';
import type { RunRecord } from '../schemas/run.ts';
import { type Problem, stageOutputSchema } from '../schemas/stage.ts';

/** A slice a run went on without, and why. */
export type HeldOut = Pick<Problem, 'source' | 'slice' | 'message'>;

/** The slices a run held out because they changed in a way their contract stops (`contract.drift`). */
export async function heldOutOf(store: Store, { steps }: RunRecord): Promise<HeldOut[]> {
  const normalized = steps.filter(({ result }) => result.stage === 'normalize');
  const outputs = await Promise.all(
    normalized.map(async ({ result }) =>
      stageOutputSchema.parse(await store.objects.readJson(result.output)),
    ),
  );
  return outputs
    .flatMap(({ problems }) => problems)
    .filter(({ severity, code }) => severity === 'error' && code === 'STK-CONTRACT-DRIFT')
    .map(({ source, slice, message }) => ({ source, slice, message }));
}

/** One line a slice: what was held out, the difference, and what stays published. */
export function heldOutLines(held: readonly HeldOut[]): string[] {
  return held.map(({ source, slice, message }) => `${pc.red('held out:')} ${source} ${slice}: ${message}`);
}
