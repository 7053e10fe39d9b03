import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetEntry, type Snapshot, snapshotSchema } from '../../schemas/artifact.ts';
import { canonicalJson } from '../runtime/canonical-json.ts';
import { ArtifactError, systemErrorCode } from '../runtime/errors.ts';
import { hashOf } from '../runtime/hashing.ts';
import { createExclusively } from './objects.ts';

/** What a run wants to make visible. */
export interface Publication {
  /** Number of the snapshot the run was planned on (0 = none). */
  readonly base: number;
  readonly dataDate: string;
  /** Datasets this run made; the others are carried over. */
  readonly datasets: Readonly<Record<string, DatasetEntry>>;
  /** Aliases this run moves; the others are carried over. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly publishedBy: Snapshot['publishedBy'];
  /** Let the data date go back, for a deliberate repeat of an earlier night. */
  readonly allowOlder: boolean;
}

/** How a publication ended. `unchanged`: the current snapshot already says exactly this. */
export interface Published {
  readonly outcome: 'published' | 'unchanged';
  readonly snapshot: Snapshot;
}

/**
 * Published states: `snapshots/<N>.json`, created exclusively; the highest valid number is current.
 *
 * N is the fencing number: a stale worker finds its number taken and loses.
 */
export interface Snapshots {
  /** The highest valid snapshot, or undefined in a new store. Damaged documents are passed over. */
  current(): Promise<Snapshot | undefined>;
  /** @throws ArtifactError STK-SNAPSHOT-MISSING, STK-SNAPSHOT-DAMAGED */
  read(number: number): Promise<Snapshot>;
  /** Numbers present, ascending, damaged ones included. */
  numbers(): Promise<number[]>;
  /**
   * Creates the next snapshot from the current one and this run's datasets.
   *
   * @throws ArtifactError STK-PUBLISH-CONFLICT when another run changed one of these datasets or aliases since `base`,
   *   STK-PUBLISH-OLDER when the data date would go back
   */
  publish(publication: Publication): Promise<Published>;
  remove(number: number): Promise<void>;
}

/** Opens the snapshot part of a store folder. */
export function createSnapshots(storeDir: string): Snapshots {
  const dir = join(storeDir, 'snapshots');
  const pathOf = (number: number): string => join(dir, `${number}.json`);

  const snapshots: Snapshots = {
    async numbers() {
      const names = await readdir(dir).catch((error) => {
        if (systemErrorCode(error) === 'ENOENT') return [];
        throw error;
      });
      return names
        .flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : []))
        .sort((a, b) => a - b);
    },

    async current() {
      for (const number of (await snapshots.numbers()).reverse()) {
        const snapshot = parseSnapshot(await readFile(pathOf(number), 'utf8').catch(() => ''));
        if (snapshot) return snapshot;
      }
      return undefined;
    },

    async read(number) {
      const text = await readFile(pathOf(number), 'utf8').catch((cause) => {
        throw new ArtifactError(
          `There is no snapshot ${number}; 'stocktake inventory show' names the current one`,
          {
            code: 'STK-SNAPSHOT-MISSING',
            details: { number },
            cause,
          },
        );
      });
      const snapshot = parseSnapshot(text);
      if (snapshot) return snapshot;
      throw new ArtifactError(`Snapshot ${number} is damaged; an earlier one can be read instead`, {
        code: 'STK-SNAPSHOT-DAMAGED',
        details: { number },
      });
    },

    async publish(publication) {
      await mkdir(dir, { recursive: true });
      const current = await snapshots.current();
      await assertStillFree(publication, current);
      const next = nextSnapshot(publication, current, await snapshots.numbers());
      if (current && current.contentHash === next.contentHash)
        return { outcome: 'unchanged', snapshot: current };
      if (await createExclusively(pathOf(next.number), canonicalJson(next))) {
        return { outcome: 'published', snapshot: next };
      }
      throw conflict(publication, `number ${next.number} was taken meanwhile`);
    },

    async remove(number) {
      await rm(pathOf(number), { force: true });
    },
  };

  async function assertStillFree(publication: Publication, current: Snapshot | undefined): Promise<void> {
    if (!current) return;
    if (publication.dataDate < current.dataDate && !publication.allowOlder) {
      throw new ArtifactError(
        `Data date ${publication.dataDate} is older than the published ${current.dataDate} (snapshot ${current.number}); add --allow-older if that is meant`,
        { code: 'STK-PUBLISH-OLDER', details: { wanted: publication.dataDate, current: current.dataDate } },
      );
    }
    if (current.number === publication.base) return;
    const base = publication.base === 0 ? undefined : await snapshots.read(publication.base);
    for (const [dataset, wanted] of Object.entries(publication.datasets)) {
      const now = current.datasets[dataset]?.index.sha256;
      const changed = now !== base?.datasets[dataset]?.index.sha256;
      if (changed && now !== wanted.index.sha256) {
        throw conflict(publication, `snapshot ${current.number} changed ${dataset}`);
      }
    }
    for (const [alias, wanted] of Object.entries(publication.aliases ?? {})) {
      const now = current.aliases[alias];
      if (now !== base?.aliases[alias] && now !== wanted) {
        throw conflict(publication, `snapshot ${current.number} moved the alias ${alias} to ${now}`);
      }
    }
  }
  return snapshots;
}

function nextSnapshot(
  publication: Publication,
  current: Snapshot | undefined,
  numbers: readonly number[],
): Snapshot {
  const content = {
    dataDate: publication.dataDate,
    datasets: { ...current?.datasets, ...publication.datasets },
    aliases: { ...current?.aliases, ...publication.aliases },
  };
  return {
    format: 1,
    number: Math.max(0, ...numbers) + 1,
    ...content,
    contentHash: hashOf(content),
    publishedBy: publication.publishedBy,
  };
}

function conflict(publication: Publication, what: string): ArtifactError {
  return new ArtifactError(
    `Publishing ${publication.dataDate} on snapshot ${publication.base} lost: ${what}. Run the night again, it reuses what is done`,
    { code: 'STK-PUBLISH-CONFLICT', details: { base: publication.base } },
  );
}

function parseSnapshot(text: string): Snapshot | undefined {
  try {
    const parsed = snapshotSchema.safeParse(JSON.parse(text));
    if (!parsed.success) return undefined;
    const { dataDate, datasets, aliases, contentHash } = parsed.data;
    return hashOf({ dataDate, datasets, aliases }) === contentHash ? parsed.data : undefined;
  } catch {
    // An emptied or cut document is passed over: the highest valid number counts.
    return undefined;
  }
}
