import type { Snapshot } from '../../schemas/artifact.ts';
import type { ModelVersion, Verdict } from '../../schemas/deploy.ts';
import { ArtifactError, ConfigError } from '../runtime/errors.ts';
import { putDataset, slicesOf } from '../store/datasets.ts';
import type { Published } from '../store/snapshots.ts';
import type { Store } from '../store/store.ts';
import { putVerdict } from './documents.ts';
import {
  championAlias,
  findVersion,
  previousVersion,
  type RegisteredVersion,
  readRegistry,
  verdictsDataset,
  versionSlice,
} from './registry.ts';

/** What a hand on the alias did. `unchanged`: the version served already. */
export interface Moved {
  readonly outcome: Published['outcome'];
  readonly from: string;
  readonly to: string;
  readonly snapshot: number;
}

/**
 * Puts an earlier version back into service by publishing the next snapshot with the alias on it; without a name, the version that
 * served before.
 *
 * The version's files are checked by sha256 first. Everything else of the snapshot stays as it is.
 *
 * @throws InputError STK-MODEL-UNKNOWN; ConfigError STK-MODEL-NO-CHAMPION, STK-MODEL-NO-EARLIER;
 *   ArtifactError STK-ARTIFACT-CHECKSUM, STK-ARTIFACT-MISSING, STK-PUBLISH-CONFLICT
 */
export function rollbackTo(store: Store, version?: string): Promise<Moved> {
  return moveAlias(store, async (snapshot) => {
    const registry = await readRegistry(store, snapshot);
    const target = version === undefined ? previousVersion(registry) : findVersion(registry, version);
    return { target, ground: 'rollback', why: `Rolled back from ${registry.champion ?? 'none'} by hand` };
  });
}

/**
 * Lets a version serve by hand. One that the gate did not promote needs a reason, which the verdict keeps.
 *
 * @throws InputError STK-MODEL-UNKNOWN; ConfigError STK-MODEL-REASON; ArtifactError as `rollbackTo`
 */
export function promoteTo(store: Store, version: string, reason: string): Promise<Moved> {
  return moveAlias(store, async (snapshot) => {
    const target = findVersion(await readRegistry(store, snapshot), version);
    if (reason === '' && (target.state === 'rejected' || target.state === 'undecided')) {
      throw new ConfigError(
        `The gate did not promote ${target.document.version} (${target.state}): ${target.verdicts.at(-1)?.why ?? 'no verdict'}. Overriding it needs --reason`,
        { code: 'STK-MODEL-REASON', details: { version: target.document.version } },
      );
    }
    return { target, ground: 'override', why: reason === '' ? 'Promoted by hand' : reason };
  });
}

interface Intention {
  readonly target: RegisteredVersion;
  readonly ground: 'rollback' | 'override';
  readonly why: string;
}

/** A night may publish between reading and writing; the hand on the alias then starts over on the new snapshot. */
const attempts = 5;

async function moveAlias(
  store: Store,
  intend: (snapshot: Snapshot | undefined) => Promise<Intention>,
): Promise<Moved> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await moveOnce(store, intend);
    } catch (error) {
      const lost = error instanceof ArtifactError && error.code === 'STK-PUBLISH-CONFLICT';
      if (!lost || attempt === attempts) throw error;
    }
  }
}

async function moveOnce(
  store: Store,
  intend: (snapshot: Snapshot | undefined) => Promise<Intention>,
): Promise<Moved> {
  const snapshot = await store.snapshots.current();
  const { target, ground, why } = await intend(snapshot);
  const { document } = target;
  const from = snapshot?.aliases[championAlias] ?? '';
  if (!snapshot || from === document.version) {
    return { outcome: 'unchanged', from, to: document.version, snapshot: snapshot?.number ?? 0 };
  }
  await store.objects.openAll(Object.values(document.files).flat());
  const verdict = handVerdict(snapshot, document, ground, why);
  const slice = `${snapshot.dataDate}.${versionSlice(document.version)}.after-${snapshot.number}`;
  const verdicts = [
    ...(await slicesOf(store.objects, snapshot, verdictsDataset)).filter((known) => known.slice !== slice),
    await putVerdict(store, slice, verdict, document.trainedBy),
  ];
  const published = await store.snapshots.publish({
    base: snapshot.number,
    dataDate: snapshot.dataDate,
    datasets: { [verdictsDataset]: await putDataset(store.objects, verdictsDataset, verdicts) },
    aliases: { [championAlias]: document.version },
    publishedBy: { workflowId: `models/${ground}`, record: '' },
    allowOlder: false,
  });
  return {
    outcome: published.outcome,
    from,
    to: document.version,
    snapshot: published.snapshot.number,
  };
}

function handVerdict(
  snapshot: Snapshot,
  document: ModelVersion,
  ground: Intention['ground'],
  why: string,
): Verdict {
  return {
    format: 1,
    dataDate: snapshot.dataDate,
    version: document.version,
    champion: snapshot.aliases[championAlias] ?? '',
    decision: 'restored',
    ground,
    why,
    rules: null,
    window: null,
    metrics: { candidate: document.metrics, champion: {}, popularity: {} },
    againstChampion: null,
    againstPopularity: null,
    newestDay: null,
  };
}
