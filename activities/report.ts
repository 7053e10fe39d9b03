import { buildReport, writeReport } from '../domain/report/report.ts';
import { reportDir } from '../domain/report/report-dir.ts';
import { durableStep } from './boundary.ts';
import { datasetsNow } from './dedup.ts';
import type { ActivityDeps } from './deps.ts';
import { arrivedSlices, problemsOf } from './inventory.ts';

/** Report: one page a language and the JSON, under `reports/<record>/`. A replay writes none. */
export const createReportActivities = (deps: ActivityDeps) => ({
  writeReport: durableStep(deps, 'writeReport', async (scope) => {
    const { store, context, plan, request, outputs } = scope;
    const output = {
      format: 1 as const,
      stage: 'report',
      parts: 1,
      reused: 0,
      datasets: {},
      ledger: [],
      problems: [],
    };
    const run = await store.runs.read(request.record);
    if (!run || plan.trigger === 'replay') return { ...output, parts: 0 };
    await context.failpoint('before');
    const { before, datasets } = await datasetsNow(scope);
    const model = await buildReport(store, context, {
      opening: run.opening,
      steps: run.steps,
      plan,
      datasets,
      arrived: arrivedSlices(before, datasets),
      ledger: outputs.flatMap(({ ledger }) => ledger),
      problems: problemsOf(scope),
    });
    await context.failpoint('mid');
    await writeReport(reportDir(store.dir, request.record), model, deps.render);
    await context.failpoint('after-effect');
    return { ...output, why: `reports/${request.record}/index.html` };
  }),
});
