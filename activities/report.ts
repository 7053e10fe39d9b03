import { championAlias, versionsDataset } from '../domain/deploy/registry.ts';
import { aliasesOf } from '../domain/publish/aliases.ts';
import type { Datasets } from '../domain/publish/assemble.ts';
import { modelDataset } from '../domain/recommend/train.ts';
import { buildReport, writeReport } from '../domain/report/report.ts';
import { reportDir } from '../domain/report/report-dir.ts';
import type { SampleRecommendations } from '../domain/report/sample-model.ts';
import { recommendLive } from '../domain/serve/live.ts';
import { modelVersionSchema } from '../schemas/deploy.ts';
import { durableStep, type StepScope } from './boundary.ts';
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
    const { base, before, datasets } = await datasetsNow(scope);
    const champion = aliasesOf(outputs)[championAlias] ?? base?.aliases[championAlias];
    const model = await buildReport(store, context, {
      opening: run.opening,
      steps: run.steps,
      plan,
      datasets,
      arrived: arrivedSlices(before, datasets),
      ledger: outputs.flatMap(({ ledger }) => ledger),
      problems: problemsOf(scope),
      sampleRecommendations: (users, items) => sample(deps, scope, datasets, champion, users, items),
    });
    await context.failpoint('mid');
    await writeReport(reportDir(store.dir, request.record), model, deps.render);
    await context.failpoint('after-effect');
    return { ...output, why: `reports/${request.record}/index.html` };
  }),
});

const nobodyYet = { feedbackOf: async () => [], withheld: async () => new Set<string>() };

/** What the version that will serve answers a few users, before any feedback of the day to come. */
async function sample(
  deps: ActivityDeps,
  { store }: StepScope,
  datasets: Datasets,
  champion: string | undefined,
  users: readonly string[],
  items: number,
): Promise<SampleRecommendations | undefined> {
  const files = (datasets[versionsDataset] ?? []).flatMap((slice) => slice.files);
  const versions = await Promise.all(
    files.map(async (file) => modelVersionSchema.parse(await store.objects.readJson(file))),
  );
  const document = versions.find(({ version }) => version === champion);
  if (!document) return undefined;
  const data = { items: datasets['unified.items'] ?? [], model: datasets[modelDataset] ?? [] };
  const model = await deps.loadModel(data, document);
  const context = { feedback: nobodyYet, isPositive: () => true };
  const request = { n: items, offset: 0, categories: [], reasons: true };
  return {
    version: document.version,
    users: await Promise.all(
      users.map(async (user) => ({ user, ...(await recommendLive(model, context, { ...request, user })) })),
    ),
  };
}
