import type { DatasetEntry, Snapshot } from '../../schemas/artifact.ts';
import type { StageContext } from '../runtime/stage.ts';
import { putDataset } from '../store/datasets.ts';
import type { Published } from '../store/snapshots.ts';
import type { Store } from '../store/store.ts';
import type { Datasets } from './assemble.ts';

/** What a run publishes, and on what it stands. */
export interface PublishWork {
  readonly base: number;
  readonly dataDate: string;
  readonly datasets: Datasets;
  /** Aliases this run moves; the others are carried over. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly publishedBy: Snapshot['publishedBy'];
  readonly allowOlder: boolean;
}

/**
 * Publishes the datasets of a run as the next snapshot, or finds that the current one says the same already.
 *
 * A range that ends before the published data date does not move it back: it fills in history.
 *
 * @throws ArtifactError STK-PUBLISH-CONFLICT, STK-PUBLISH-OLDER
 */
export async function publishSnapshot(
  store: Store,
  context: StageContext,
  work: PublishWork,
): Promise<Published> {
  await context.failpoint('before');
  const current = await store.snapshots.current();
  const datasets: Record<string, DatasetEntry> = {};
  for (const [name, slices] of Object.entries(work.datasets)) {
    datasets[name] = await putDataset(store.objects, name, slices);
  }
  await context.failpoint('mid');
  const published = await store.snapshots.publish({
    base: work.base,
    dataDate: work.dataDate,
    datasets: changedOnly(datasets, current),
    ...(work.aliases ? { aliases: work.aliases } : {}),
    publishedBy: work.publishedBy,
    allowOlder: work.allowOlder,
  });
  context.log.info('snapshot published', {
    outcome: published.outcome,
    snapshot: published.snapshot.number,
    dataDate: published.snapshot.dataDate,
  });
  await context.failpoint('after-effect');
  return published;
}

/** Leaves out what is published already, so that a conflict is only ever about what this run changes. */
function changedOnly(
  datasets: Readonly<Record<string, DatasetEntry>>,
  current: Snapshot | undefined,
): Record<string, DatasetEntry> {
  return Object.fromEntries(
    Object.entries(datasets).filter(
      ([name, entry]) => current?.datasets[name]?.index.sha256 !== entry.index.sha256,
    ),
  );
}
