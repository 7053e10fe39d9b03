import { copyFile, link, mkdir, rm } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { Plan } from '../../schemas/plan.ts';
import { ArtifactError, systemErrorCode } from '../runtime/errors.ts';
import { inWaves } from '../runtime/waves.ts';
import { createManifests } from '../store/manifests.ts';
import { createRuns } from '../store/runs.ts';
import type { Store } from '../store/store.ts';

/** The scratch folder of a replay. */
export function replayDir(store: Store, record: string): string {
  return join(store.dir, 'replays', record);
}

/**
 * A view of a store in which a recorded run can be worked again from nothing.
 *
 * Objects are shared (equal content is the same file, other content harms nobody); manifests start empty, so that every
 * step computes; what the run stood on (manifests of its base snapshot) is read through; the current snapshot is the
 * recorded run's base; run records go to the scratch folder. Nothing is ever published from it.
 */
export function replayStore(store: Store, record: string, baseSnapshot: number): Store {
  const dir = replayDir(store, record);
  const own = createManifests(dir, store.objects);
  return {
    dir: store.dir,
    objects: store.objects,
    manifests: {
      ...own,
      async read(ref) {
        const found = await own.find(ref.stage, ref.key);
        return found?.ref.sha256 === ref.sha256 ? found.manifest : store.manifests.read(ref);
      },
      readAll(refs) {
        return inWaves(refs, 8, (ref) => this.read(ref));
      },
    },
    snapshots: {
      ...store.snapshots,
      current: async () => (baseSnapshot === 0 ? undefined : store.snapshots.read(baseSnapshot)),
      publish: () => {
        throw new ArtifactError(
          'A replay publishes nothing; this is a fault of Stocktake, please report it',
          {
            code: 'STK-REPLAY-PUBLISH',
          },
        );
      },
    },
    runs: createRuns(dir),
  };
}

/**
 * Lays out the pinned input files of a plan, as they were received, under the scratch folder, and returns that folder.
 *
 * @throws ArtifactError STK-REPLAY-GONE when retention has removed a received file
 */
export async function layPinnedInputs(store: Store, record: string, plan: Plan): Promise<string> {
  const input = join(replayDir(store, record), 'input');
  const files = plan.sources.flatMap(({ slices }) => slices.flatMap((slice) => slice.files));
  await inWaves(files, 8, async (file) => {
    const object = join(store.dir, 'objects', file.sha256.slice(0, 2), `${file.sha256}${extname(file.path)}`);
    const target = join(input, file.path);
    await mkdir(dirname(target), { recursive: true });
    await rm(target, { force: true });
    await link(object, target)
      .catch((error) => {
        if (systemErrorCode(error) === 'ENOENT') throw error;
        return copyFile(object, target);
      })
      .catch((cause) => {
        throw new ArtifactError(
          `The received file ${file.path} (sha256 ${file.sha256.slice(0, 12)}…) of run ${record} is no longer in the store; retention keeps it for retention.days`,
          { code: 'STK-REPLAY-GONE', details: { path: file.path, record }, cause },
        );
      });
  });
  return input;
}
