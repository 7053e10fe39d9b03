import { readFile } from 'node:fs/promises';
import type { ArtifactRef } from '../../schemas/artifact.ts';
import type { StageContext } from '../runtime/stage.ts';
import type { Store } from '../store/store.ts';
import { withWorkspace } from '../warehouse/workspace.ts';
import { type Catalogue, type CatalogueItem, createCatalogue, type Histories } from './catalogue.ts';
import {
  type OfferedItem,
  readHistories,
  readModelItems,
  readOffered,
  translated,
} from './read-catalogue.ts';
import { textIndex } from './text-column.ts';

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

/** What the files hold, in arrays that change threads without a copy. */
export interface Gathered {
  readonly tensors: Uint8Array<ArrayBuffer>;
  readonly document: string;
  readonly catalogue: Catalogue;
  readonly histories: Histories;
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
    return {
      tensors,
      document,
      catalogue: createCatalogue(
        own.itemIds.map((id, number) => itemOf(id, own.interest[number] ?? 0, offered)),
      ),
      histories: {
        users: textIndex(histories.userIds),
        offsets: histories.offsets,
        items: translated(histories.itemOf, theirs.itemIds, own.itemIds),
      },
    };
  });
}

function itemOf(id: string, interest: number, offered: ReadonlyMap<string, OfferedItem>): CatalogueItem {
  const { title, categories, gone } = offered.get(id) ?? { title: '', categories: [], gone: false };
  return { id, title, categories, interest, gone };
}
