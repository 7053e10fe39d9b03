import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../runtime/canonical-json.ts';
import { InputError } from '../runtime/errors.ts';
import { writeDay } from './days.ts';
import type { Night } from './nights.ts';
import { checkOptions, type ShopOptions } from './options.ts';
import type { DayTruth, FileTruth, NightChanges, ShopTruth } from './truth.ts';
import { readTruth, truthHead, writeTruth } from './truth-file.ts';
import { createWorld } from './world.ts';

export { demoShop, type ShopOptions } from './options.ts';
export type { DayTruth, DirtMark, FileTruth, Handling, NightChanges, ShopTruth } from './truth.ts';
export { readTruth, truthFile } from './truth-file.ts';

/** What `writeShop` wrote. */
export interface ShopSummary {
  readonly dir: string;
  readonly firstDate: string;
  readonly lastDate: string;
  readonly days: number;
  /** Files beside `truth.json`. */
  readonly files: number;
  readonly bytes: number;
  /** Records of all files, faults included. */
  readonly records: number;
  /** Planted faults. */
  readonly faults: number;
  /** Records by folder. */
  readonly recordsByFolder: Readonly<Record<string, number>>;
}

/** What `writeNight` wrote. */
export interface NightSummary {
  readonly dir: string;
  readonly day: number;
  readonly date: string;
  readonly files: number;
  readonly bytes: number;
  readonly records: number;
  readonly faults: number;
  /** Items whose title, price or description differs from the day before. */
  readonly changedItems: number;
  readonly newColumns: readonly { readonly file: string; readonly column: string }[];
  readonly brokenFiles: readonly string[];
}

/**
 * Writes a shop: eight files a day for day 0 to `days - 1` in eight folders below `dir`, and `truth.json` last.
 *
 * Equal options give equal bytes (packed files with the same zlib). A folder that already holds a demo shop becomes exactly
 * this one: files its `truth.json` lists and this shop has not are removed; nothing else is touched.
 *
 * @param onProgress called before the first day and after each: days done, days in all, the date
 * @throws InputError STK-DEMO-OPTIONS, STK-DEMO-FOLDER when `truth.json` is of somebody else
 * @throws PlatformError STK-DEMO-WRITE
 * Cost: about a second for the defaults; memory for one day's files and some hundred bytes per item and user.
 */
export async function writeShop(
  dir: string,
  options: ShopOptions,
  onProgress: (done: number, total: number, what: string) => void = () => undefined,
): Promise<ShopSummary> {
  const world = createWorld(checkOptions(options));
  await mkdir(dir, { recursive: true });
  const before = await readTruth(dir);
  const tally = createTally();
  onProgress(0, options.days, options.firstDate);
  async function* writeDays(): AsyncGenerator<DayTruth> {
    for (let day = 0; day < options.days; day++) {
      const { truth, bytes } = await writeDay(dir, world, day);
      tally.add(truth.files, bytes);
      onProgress(day + 1, options.days, truth.date);
      yield truth;
    }
  }
  await writeTruth(dir, truthHead(world), writeDays());
  await removeOthers(dir, before, tally.names);
  const lastDate = world.dateOf(options.days - 1);
  const { names, ...counts } = tally.result();
  return { dir, firstDate: options.firstDate, lastDate, days: options.days, files: names, ...counts };
}

/**
 * Writes one more day into a shop, and adds it to `truth.json`; a day written before is written anew.
 *
 * Without changes the files are those that a longer `writeShop` would have written.
 *
 * @param day index of the day, usually the number of days written so far
 * @throws InputError STK-DEMO-NO-SHOP when `dir` holds no shop of these options, STK-DEMO-NIGHT, STK-DEMO-OPTIONS
 * @throws PlatformError STK-DEMO-WRITE
 */
export async function writeNight(
  dir: string,
  options: ShopOptions,
  day: number,
  changes: NightChanges,
): Promise<NightSummary> {
  const world = createWorld(checkOptions(options));
  checkNight(day, changes);
  const shop = await readTruth(dir);
  if (!shop || optionsKey(shop.options) !== optionsKey(options)) throw noShop(dir, shop);
  const earlier = shop.days.filter((truth) => truth.day !== day);
  const nights: Night[] = earlier.flatMap((truth) =>
    truth.night ? [{ day: truth.day, changes: truth.night }] : [],
  );
  nights.push({ day, changes });
  nights.sort((a, b) => a.day - b.day);
  const { truth, bytes } = await writeDay(dir, world, day, nights);
  const days = [...earlier, truth].sort((a, b) => a.day - b.day);
  await writeTruth(dir, { ...truthHead(world), options: shop.options }, days);
  const tally = createTally();
  tally.add(truth.files, bytes);
  const { names, recordsByFolder: _, ...counts } = tally.result();
  return {
    dir,
    day,
    date: truth.date,
    files: names,
    ...counts,
    changedItems: truth.changedItems.filter(({ fields }) => fields.some((field) => field !== 'stock')).length,
    newColumns: truth.newColumns,
    brokenFiles: truth.files.filter((file) => file.broken).map((file) => file.file),
  };
}

function createTally() {
  const names = new Set<string>();
  const recordsByFolder: Record<string, number> = {};
  let [bytes, records, faults] = [0, 0, 0];
  return {
    names,
    add(files: readonly FileTruth[], written: number): void {
      bytes += written;
      for (const file of files) {
        const folder = file.file.split('/')[0] ?? '';
        names.add(file.file);
        records += file.records;
        faults += file.dirt.length + (file.broken ? 1 : 0);
        recordsByFolder[folder] = (recordsByFolder[folder] ?? 0) + file.records;
      }
    },
    result: () => ({ names: names.size, bytes, records, faults, recordsByFolder }),
  };
}

/** Takes away what an earlier shop in this folder wrote and this one has not. */
async function removeOthers(
  dir: string,
  before: ShopTruth | undefined,
  written: ReadonlySet<string>,
): Promise<void> {
  const listed = (before?.days ?? []).flatMap((day) => day.files.map((file) => file.file));
  const others = listed.filter(
    (file) => !written.has(file) && /^[a-z]+\/[\d-]{10}\.(csv|jsonl(\.gz)?)$/.test(file),
  );
  for (const file of others) await rm(join(dir, file), { force: true });
}

/** Options that decide what a day holds: all but the number of days. */
function optionsKey(options: ShopOptions): string {
  return canonicalJson({ ...options, days: 0 });
}

function checkNight(day: number, changes: NightChanges): void {
  const isDayFine = Number.isInteger(day) && day >= 1;
  const isShareFine = changes.changedShare >= 0 && changes.changedShare <= 1;
  if (isDayFine && isShareFine) return;
  throw new InputError(
    `Cannot write a night of day ${day} with changedShare ${changes.changedShare}; expected a day of 1 or more and a share from 0 to 1.`,
    { code: 'STK-DEMO-NIGHT', details: { day, changedShare: changes.changedShare } },
  );
}

function noShop(dir: string, found: ShopTruth | undefined): InputError {
  const received = found ? 'a shop with other options' : 'no demo shop';
  return new InputError(`${dir} holds ${received}; write the shop with the same options first.`, {
    code: 'STK-DEMO-NO-SHOP',
    details: { dir },
  });
}
