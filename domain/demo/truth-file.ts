import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, messageOf, PlatformError, systemErrorCode } from '../runtime/errors.ts';
import { coPurchaseShare, styleBoost, weekdayFactors } from './behaviour.ts';
import { categories } from './category-words.ts';
import { temporaryName, writeError } from './files.ts';
import type { Item } from './items.ts';
import type { DayTruth, ItemTruth, ShopTruth, UserTruth } from './truth.ts';
import { marketSeries } from './vocabulary.ts';
import type { World } from './world.ts';

/** Name of the truth file below the shop's folder. */
export const truthFile = 'truth.json';

/** The parts of the truth that do not grow with the number of days; users are drawn while they are written. */
export type TruthHead = Omit<ShopTruth, 'days' | 'users'> & { readonly users: Iterable<UserTruth> };

/** Collects what is planted in a shop, its days aside. */
export function truthHead(world: World): TruthHead {
  const matching = (kind: 'same' | 'near-miss' | 'own') =>
    world.articles.filter((article) => article.kind === kind);
  const totalWeight = categories.reduce((sum, category) => sum + category.weight, 0);
  return {
    generator: 'stocktake-demo',
    version: 1,
    options: world.options,
    timezone: 'Europe/Berlin',
    personalColumns: [{ files: 'users', columns: ['email', 'phone', 'birth_year'] }],
    styleBoost,
    weekdayFactors,
    seasons: categories.map(({ path, peakDay, amplitude, weight }) => ({
      category: path,
      peakDay,
      amplitude,
      baseShare: weight / totalWeight,
    })),
    market: marketSeries,
    matches: matching('same').map(({ item, articleNo }) => ({ sku: item?.sku ?? '', articleNo })),
    nearMisses: matching('near-miss').map(({ item, articleNo, differs }) => ({
      sku: item?.sku ?? '',
      articleNo,
      differs: differs ?? 'size',
    })),
    supplierOnly: matching('own').map(({ articleNo }) => articleNo),
    coPurchases: world.behaviour.coPurchases.map(({ item, companion }) => ({
      sku: item.sku,
      companion: companion.sku,
      share: coPurchaseShare,
    })),
    items: world.items.map(itemTruth),
    users: usersOf(world),
  };
}

/**
 * Writes `truth.json` as its days arrive, one list entry per line, and gives it its name at the end.
 *
 * @throws PlatformError STK-DEMO-WRITE
 */
export async function writeTruth(
  dir: string,
  head: TruthHead,
  days: AsyncIterable<DayTruth> | Iterable<DayTruth>,
): Promise<void> {
  const path = join(dir, truthFile);
  const temporary = temporaryName(path);
  try {
    await writeChunks(temporary, truthChunks(head, days));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw systemErrorCode(error)?.startsWith('STK-') ? error : writeError(path, error);
  }
}

/**
 * Reads a shop's truth; undefined where the folder has none.
 *
 * @throws InputError STK-DEMO-FOLDER when `truth.json` is of somebody else
 */
export async function readTruth(dir: string): Promise<ShopTruth | undefined> {
  const path = join(dir, truthFile);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw new PlatformError(
      `Cannot read ${path}: ${messageOf(error)}. Make it readable or choose another folder.`,
      {
        code: 'STK-DEMO-READ',
        details: { path },
        cause: error,
      },
    );
  }
  const truth = parse(text);
  if (truth?.generator === 'stocktake-demo' && truth.version === 1) return truth;
  throw new InputError(`${path} was not written by the demo shop; choose an empty folder.`, {
    code: 'STK-DEMO-FOLDER',
    details: { path },
  });
}

function parse(text: string): ShopTruth | undefined {
  try {
    return JSON.parse(text) as ShopTruth;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function writeChunks(path: string, chunks: AsyncIterable<string>): Promise<void> {
  const handle = await open(path, 'w');
  try {
    let pending = '';
    for await (const chunk of chunks) {
      pending += chunk;
      if (pending.length < 1 << 20) continue;
      await handle.write(pending);
      pending = '';
    }
    await handle.write(pending);
  } finally {
    await handle.close();
  }
}

async function* truthChunks(
  head: TruthHead,
  days: AsyncIterable<DayTruth> | Iterable<DayTruth>,
): AsyncGenerator<string> {
  let opening = '{';
  for (const [name, value] of Object.entries({ ...head, days })) {
    yield `${opening}\n${JSON.stringify(name)}: `;
    opening = ',';
    if (isList(value)) yield* listChunks(value);
    else yield JSON.stringify(value);
  }
  yield '\n}\n';
}

async function* listChunks(list: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<string> {
  let opening = '[';
  for await (const entry of list) {
    yield `${opening}\n${JSON.stringify(entry)}`;
    opening = ',';
  }
  yield opening === '[' ? '[]' : '\n]';
}

function isList(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

function itemTruth(item: Item): ItemTruth {
  const { sku, brand, line, noun, audience, color, size, generation, style, launchDay, sells, missing } =
    item;
  const category = categories[item.category]?.path ?? '';
  const quality = Math.round(item.quality * 1000) / 1000;
  return {
    sku,
    category,
    brand,
    line,
    noun,
    audience,
    color,
    size,
    generation,
    style,
    quality,
    launchDay,
    sells,
    missing,
  };
}

function* usersOf(world: World): Generator<UserTruth> {
  for (let index = 0; index < world.users.count; index++) {
    const { shares, style } = world.users.tasteOf(index);
    const tastes = shares
      .map((share, category) => ({ path: categories[category]?.path ?? '', share, category }))
      .sort((a, b) => b.share - a.share || a.category - b.category)
      .slice(0, 4)
      .map(({ path, share }) => [path, Math.round(share * 1000) / 1000] as const);
    yield { userId: world.users.idOf(index), joinDay: world.users.joinDay(index), style, tastes };
  }
}
