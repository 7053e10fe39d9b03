import { openStream } from '../math/random.ts';
import { weekdayOf } from '../plan/dates.ts';
import { type Plant, writeRecords } from './dirt.ts';
import { csvLine, type FeedFile, feedFile } from './feed.ts';
import { type MarketSeries, marketSeries } from './vocabulary.ts';
import type { World } from './world.ts';

/** Where a series stands within the week, Monday to Sunday; the mean is 0. */
const weekShape = [0.4, 0.8, 1, 0.2, -0.4, -1.2, -0.8] as const;

interface MarketRow {
  readonly series: string;
  readonly date: string;
  readonly price: string;
}

/**
 * The market prices of a day as CSV.
 *
 * On every fifth day, at full dirt, the file is in latin-1 and nothing says so; its series name with an umlaut is then
 * the only trace.
 */
export function marketFeed(world: World, day: number): FeedFile {
  const date = world.dateOf(day);
  const random = world.stream(day, 'market');
  const isLatin1 = day % 5 === 3 && random.chance(world.options.dirt);
  const rows = marketSeries.map((series) => ({
    series: series.name,
    date,
    price: priceOf(world.options.seed, series, day, date).toFixed(2),
  }));
  const written = writeRecords<MarketRow>({
    header: 'series,date,price',
    records: rows,
    plants: isLatin1 ? [latin1] : [],
    random,
    dirt: 1,
    keyOf: (row) => row.series,
    toText: (row) => csvLine([row.series, row.date, row.price]),
  });
  const feed = feedFile(`market/${date}.csv`, written);
  return isLatin1 ? { ...feed, truth: { ...feed.truth, encoding: 'latin-1' } } : feed;
}

/** Marks the rows whose bytes are no UTF-8 once the file is written in latin-1. */
const latin1: Plant<MarketRow> = {
  kind: 'latin-1',
  expected: 'repair',
  share: 1,
  minimum: 0,
  column: 'series',
  suits: (row) => isBeyondAscii(row.series),
};

function isBeyondAscii(text: string): boolean {
  return /[^ -~]/.test(text);
}

/** Trend × week × jump × noise of 0.4 %. */
function priceOf(seed: number, series: MarketSeries, day: number, date: string): number {
  const noise = 1 + 0.004 * openStream(seed, 'market', series.name, day).bell();
  const week = 1 + series.weekly * (weekShape[weekdayOf(date)] ?? 0);
  const jump = day >= series.jumpDay ? series.jumpFactor : 1;
  return Math.max(0.01, series.base * (1 + series.trend * day) * week * jump * noise);
}
