import { modelVersionSchema, type Verdict, verdictSchema } from '../../schemas/deploy.ts';
import type { Store } from '../store/store.ts';
import type { ReportLearned, ReportVersion } from './loop-model.ts';
import { factOf, readMethods, stepOf } from './read-loop.ts';
import { memberOf, type Reader, textOf } from './reader.ts';
import type { ReportWork } from './work.ts';

/** The alias of the version in service. */
const championAlias = 'champion';

/** What was measured, the gate's verdict, and which version serves before and after this run. */
export async function readLearned(read: Reader, store: Store, work: ReportWork): Promise<ReportLearned> {
  const found = await readVerdict(store, work);
  const before = await championOf(store, work);
  const moved = textOf(memberOf(factOf(work, 'deploy', 'aliases'), championAlias));
  return {
    training: stepOf(work, 'recommend'),
    gate: stepOf(work, 'deploy'),
    methods: await readMethods(read),
    verdict: found?.verdict ?? null,
    isNew: found?.isNew ?? false,
    judged: await readVersion(store, work, found?.verdict.version ?? ''),
    before: await readVersion(store, work, before),
    serving: await readVersion(store, work, moved || before),
  };
}

/**
 * The verdict of this run where its gate judged, else the newest the gate ever gave: a night run again on the same data finds
 * its model judged already. What people did with the alias by hand
 * (slices `….after-<snapshot>`) is no verdict of a night.
 */
async function readVerdict(
  store: Store,
  work: ReportWork,
): Promise<{ readonly verdict: Verdict; readonly isNew: boolean } | undefined> {
  const ofGate = (work.datasets['registry.verdicts'] ?? []).filter(({ slice }) => !slice.includes('.after-'));
  const judged = textOf(factOf(work, 'deploy', 'version'));
  const own = ofGate.find(
    ({ slice }) => judged !== '' && slice.startsWith(`${work.plan.dataDate}.`) && versionOf(slice) === judged,
  );
  const file = (own ?? ofGate.at(-1))?.files[0];
  if (!file) return undefined;
  const verdict = verdictSchema.parse(await store.objects.readJson(file));
  return { verdict, isNew: own !== undefined && verdict.decision === factOf(work, 'deploy', 'decision') };
}

async function championOf(store: Store, { plan }: ReportWork): Promise<string> {
  if (plan.baseSnapshot === 0) return '';
  return (await store.snapshots.read(plan.baseSnapshot)).aliases[championAlias] ?? '';
}

async function readVersion(
  store: Store,
  { datasets }: ReportWork,
  version: string,
): Promise<ReportVersion | null> {
  const slices = datasets['registry.versions'] ?? [];
  const file = slices.find(({ slice }) => version !== '' && versionOf(slice) === version)?.files[0];
  if (!file) return null;
  const document = modelVersionSchema.parse(await store.objects.readJson(file));
  const { name, dataDate, modelHash, trainedBy } = document;
  return { version, name, dataDate, modelHash, trainedBy: trainedBy.key };
}

/** `v7` of `v000007` or `2026-10-02.v000007`. */
function versionOf(slice: string): string {
  return slice.replace(/^(?:.*\.)?v0*/, 'v');
}
