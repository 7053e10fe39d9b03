import { listPriceCentsAt } from './articles.ts';
import { catalogFeed, newCatalogColumn } from './catalog-feed.ts';
import { eventFeed, eventKinds } from './event-feeds.ts';
import type { FeedFile } from './feed.ts';
import { packBytes, writeBelow } from './files.ts';
import { changedFields } from './item-state.ts';
import { marketFeed } from './market-feed.ts';
import { type Night, orderChanges } from './nights.ts';
import { reviewFeed } from './review-feed.ts';
import { supplierFeed } from './supplier-feed.ts';
import type { DayTruth, FileTruth, ItemChange } from './truth.ts';
import { userFeed } from './user-feed.ts';
import type { OrderedChanges, World } from './world.ts';

/** A day's files as they lie on disk. */
export interface WrittenDay {
  readonly truth: DayTruth;
  readonly bytes: number;
}

/**
 * Writes the eight files of a day. One file after another is drawn while the one before is packed and written, so
 * memory stays within one day's files.
 *
 * @param nights nights written by themselves so far, this one included where it is one; in the order of their days
 * @throws PlatformError STK-DEMO-WRITE
 */
export async function writeDay(
  dir: string,
  world: World,
  day: number,
  nights: readonly Night[] = [],
): Promise<WrittenDay> {
  const ordered = orderChanges(
    world,
    nights.filter((night) => night.day <= day),
  );
  const night = nights.find((candidate) => candidate.day === day);
  const files: FileTruth[] = [];
  let bytes = 0;
  let writing = Promise.resolve(0);
  for (const draw of drawers(world, day, ordered, night)) {
    const feed = draw();
    const isBroken = feed.truth.file.startsWith('reviews/') && night?.changes.brokenFile === true;
    files.push(isBroken ? { ...feed.truth, broken: 'truncated-gzip' } : feed.truth);
    bytes += await writing;
    writing = writeFeed(dir, feed, isBroken);
  }
  bytes += await writing;
  return { truth: dayTruth(world, day, ordered, night, files), bytes };
}

function drawers(
  world: World,
  day: number,
  ordered: OrderedChanges,
  night: Night | undefined,
): (() => FeedFile)[] {
  return [
    () => userFeed(world, day),
    () => catalogFeed(world, day, ordered, night?.changes.newColumn ?? false),
    () => supplierFeed(world, day),
    ...eventKinds.map((kind) => () => eventFeed(world, day, kind, ordered, night?.changes)),
    () => reviewFeed(world, day),
    () => marketFeed(world, day),
  ];
}

/** Encodes, packs by its ending, and writes; a broken file lacks its last two fifths. Returns the bytes written. */
async function writeFeed(dir: string, feed: FeedFile, isBroken: boolean): Promise<number> {
  const { file, encoding } = feed.truth;
  const plain = Buffer.from(feed.text, encoding === 'latin-1' ? 'latin1' : 'utf8');
  const packed = file.endsWith('.gz') ? await packBytes(plain) : plain;
  const bytes = isBroken ? packed.subarray(0, Math.floor(packed.length * 0.6)) : packed;
  await writeBelow(dir, file, bytes);
  return bytes.length;
}

function dayTruth(
  world: World,
  day: number,
  ordered: OrderedChanges,
  night: Night | undefined,
  files: readonly FileTruth[],
): DayTruth {
  const date = world.dateOf(day);
  const catalog = `catalog/${date}.csv`;
  return {
    day,
    date,
    files,
    launched: day === 0 ? [] : world.items.filter((item) => item.launchDay === day).map((item) => item.sku),
    changedItems: changedItems(world, day, ordered),
    changedArticles: world.articles
      .filter((article) => day > 0 && article.launchDay < day)
      .filter((article) => listPriceCentsAt(article, day) !== listPriceCentsAt(article, day - 1))
      .map((article) => article.articleNo),
    ...(night ? { night: night.changes } : {}),
    newColumns: night?.changes.newColumn ? [{ file: catalog, column: newCatalogColumn }] : [],
  };
}

function changedItems(world: World, day: number, ordered: OrderedChanges): ItemChange[] {
  return world.items.flatMap((item) => {
    const changes = ordered.get(item.index);
    const fields = changedFields(item, day, changes);
    const isOrdered = (changes ?? []).some((change) => change.day === day);
    return fields.length > 0 ? [{ sku: item.sku, fields, isOrdered }] : [];
  });
}
