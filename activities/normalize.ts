import { decisionsBySlice } from '../domain/normalize/decisions.ts';
import { publishedSlices } from '../domain/normalize/drift-slices.ts';
import { normalizeSlices } from '../domain/normalize/normalize.ts';
import { type RepairRules, revertedBySlice } from '../domain/normalize/repairs.ts';
import { detectVersion } from '../domain/repair/detect-errors.ts';
import { detectInThread } from '../domain/repair/detect-thread.ts';
import { DataQualityError } from '../domain/runtime/errors.ts';
import type { StageOutput } from '../schemas/stage.ts';
import { durableStep, type StepScope } from './boundary.ts';
import { sourceBatch } from './collect.ts';
import type { ActivityDeps } from './deps.ts';

/** Normalize: the raw slices of one source and batch onto its entities. */
export const createNormalizeActivities = (deps: ActivityDeps) => ({
  /** Fails with the contract's code when a required source has a refused slice. */
  normalizeSource: durableStep(deps, 'normalizeSource', async (scope) => {
    const { name, source, slices } = sourceBatch(scope);
    const wanted = new Set(slices.map(({ slice }) => slice));
    const raw = scope.outputs
      .flatMap((output) => output.datasets[`raw.${name}`] ?? [])
      .filter(({ slice }) => wanted.has(slice));
    const { timezone, currency, normalizers, dictionaries } = scope.plan.config;
    const output = await normalizeSlices(scope.store, scope.context, {
      name,
      source,
      timezone,
      currency,
      normalizers,
      data: { ...dictionaries, rates: scope.plan.rates },
      ...(source.repair ? { repair: repairRules(scope, name, slices) } : {}),
      decisions: decisionsBySlice(scope.plan.decisions ?? [], name, slices),
      raw,
      published: await publishedSlices(scope.store, scope.plan.baseSnapshot, name, source),
    });
    if (source.required) refuseRefused(output);
    return output;
  }),
});

/** The detector, and what people took back of its repairs. */
function repairRules(
  { plan, context }: StepScope,
  name: string,
  slices: Parameters<typeof revertedBySlice>[2],
): RepairRules {
  return {
    version: detectVersion,
    propose: (table) => detectInThread(table, context.signal),
    reverted: revertedBySlice(plan.repairDecisions ?? [], name, slices),
  };
}

function refuseRefused(output: StageOutput): void {
  const refused = output.problems.find(
    ({ severity, code }) => severity === 'error' && code.startsWith('STK-CONTRACT-') && isWholeSlice(code),
  );
  if (!refused) return;
  throw new DataQualityError(
    `Required source ${refused.source} broke its contract in slice ${refused.slice}: ${refused.message}. Nothing was published; look at it with: stocktake quarantine show ${refused.source}`,
    { code: refused.code, details: { source: refused.source, slice: refused.slice } },
  );
}

/** Contract codes that refuse a whole slice; the others quarantine single rows. */
function isWholeSlice(code: string): boolean {
  return ['STK-CONTRACT-COLUMNS', 'STK-CONTRACT-DRIFT', 'STK-CONTRACT-REJECTED-SHARE'].includes(code);
}
