import { createChildShelf } from '../domain/collect/child-shelf.ts';
import { collectSlices } from '../domain/collect/collect.ts';
import { batchOf } from '../domain/plan/steps.ts';
import { InputError } from '../domain/runtime/errors.ts';
import type { PlannedSlice } from '../schemas/plan.ts';
import type { Source } from '../schemas/source.ts';
import { durableStep, type StepScope } from './boundary.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * Collect: files of one source and batch, parsed in limited child processes, one at a time per activity. A child waits a
 * moment for the next activity of this worker; the worker's end is not held up by it.
 */
export const createCollectActivities = (deps: ActivityDeps) => {
  const shelf = createChildShelf();
  return {
    collectSource: durableStep(deps, 'collectSource', (scope) => {
      const { name, source, slices } = sourceBatch(scope);
      const { config } = scope.plan;
      const context = { ...scope.context, threads: 1 };
      return collectSlices(scope.store, context, {
        name,
        source,
        limits: config.limits,
        input: folderOf(scope, source),
        slices,
        shelf,
      });
    }),
  };
};

/** What a source's paths are relative to. A replay has all pinned files in one folder, its input. */
function folderOf({ plan, store }: StepScope, source: Source): string {
  return source.type === 'files' || plan.trigger === 'replay' ? plan.input : store.dir;
}

/** The source and the planned slices a step works on. @throws InputError STK-STEP-UNKNOWN-SOURCE */
export function sourceBatch({ request, plan }: StepScope): {
  name: string;
  source: Source;
  slices: PlannedSlice[];
} {
  const name = request.source ?? '';
  const source = plan.config.sources[name];
  const planned = plan.sources.find((entry) => entry.source === name);
  if (!source || !planned) {
    throw new InputError(`Step ${request.step} names the source '${name}', which the plan does not have`, {
      code: 'STK-STEP-UNKNOWN-SOURCE',
      details: { step: request.step },
    });
  }
  return { name, source, slices: batchOf(planned.slices, request.batch ?? 1) };
}
