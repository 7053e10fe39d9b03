import { readFile } from 'node:fs/promises';
import type { ArtifactRef } from '../../schemas/artifact.ts';
import type { StageContext } from '../runtime/stage.ts';
import type { Store } from '../store/store.ts';
import { withWorkspace } from '../warehouse/workspace.ts';
import { readHistories, readModelItems, readOffered, translated } from './read-catalogue.ts';

/** The files a served model is made from; plain data, so that a thread can be asked. */
export interface GatherRequest {
  readonly storeDir: string;
  readonly tensors: ArtifactRef;
  readonly document: ArtifactRef;
  /** Items of the model. */
  readonly items: ArtifactRef;
  /** Items and histories of the training that knows users best; may be a later one than the model's. */
  readonly historyItems: ArtifactRef;
  readonly histories: ArtifactRef;
  /** Files of `unified.items`. */
  readonly offered: readonly ArtifactRef[];
}

/** What the files hold, as flat arrays in the model's item numbers. */
export interface Gathered {
  readonly tensors: Uint8Array<ArrayBuffer>;
  readonly document: string;
  readonly itemIds: readonly string[];
  readonly interest: Float64Array<ArrayBuffer>;
  readonly titles: readonly string[];
  readonly categories: readonly (readonly string[])[];
  readonly gone: Uint8Array<ArrayBuffer>;
  readonly userIds: readonly string[];
  /** [users + 1]: user u's items are `historyOf[offsets[u] .. offsets[u + 1])`, oldest first. */
  readonly offsets: Int32Array<ArrayBuffer>;
  /** Item numbers; -1 where the model does not know the item. */
  readonly historyOf: Int32Array<ArrayBuffer>;
}

/**
 * Reads everything a model needs to serve; every file is checked by its sha256.
 *
 * @throws ArtifactError STK-ARTIFACT-CHECKSUM, STK-ARTIFACT-MISSING
 */
export async function gather(store: Store, context: StageContext, request: GatherRequest): Promise<Gathered> {
  const tensors = await readFile(await store.objects.open(request.tensors));
  const document = await readFile(await store.objects.open(request.document), 'utf8');
  return withWorkspace(store, context, async ({ warehouse }) => {
    const own = await readModelItems(warehouse, await store.objects.open(request.items));
    const theirs =
      request.historyItems.sha256 === request.items.sha256
        ? own
        : await readModelItems(warehouse, await store.objects.open(request.historyItems));
    const histories = await readHistories(warehouse, await store.objects.open(request.histories));
    const offered = await readOffered(warehouse, await store.objects.openAll(request.offered));
    const about = own.itemIds.map((id) => offered.get(id));
    return {
      tensors: Uint8Array.from(tensors),
      document,
      itemIds: own.itemIds,
      interest: own.interest,
      titles: about.map((item) => item?.title ?? ''),
      categories: about.map((item) => item?.categories ?? []),
      gone: Uint8Array.from(about, (item) => (item?.gone ? 1 : 0)),
      userIds: histories.userIds,
      offsets: histories.offsets,
      historyOf: translated(histories.itemOf, theirs.itemIds, own.itemIds),
    };
  });
}

/** Histories by user id. */
export function historyReader({
  userIds,
  offsets,
  historyOf,
}: Pick<Gathered, 'userIds' | 'offsets' | 'historyOf'>): (user: string) => number[] {
  const numbers = new Map(userIds.map((id, number) => [id, number]));
  return (user) => {
    const number = numbers.get(user);
    if (number === undefined) return [];
    return Array.from(historyOf.subarray(offsets[number], offsets[number + 1])).filter((item) => item >= 0);
  };
}
