import {
  type FreshnessDocument,
  type FreshnessResult,
  type FreshnessSource,
  freshnessDocument,
  isStale,
} from '../domain/catalog/freshness-document.ts';
import { endOfDate } from '../domain/inventory/freshness.ts';
import { isIsoDate } from '../domain/plan/dates.ts';
import { durationText } from '../domain/report/format.ts';
import type { AssetRow, CheckRow } from '../schemas/inventory.ts';
import { deliver } from './catalog-export.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { findSnapshot, stocktakingOf } from './read-stocktaking.ts';
import { withWarehouse } from './read-table.ts';
import { openReading } from './session.ts';

/** Flags of `stocktake freshness`. */
export interface FreshnessOptions {
  readonly out: string;
  readonly snapshot: string;
  readonly now?: boolean;
}

/**
 * `stocktake freshness`: how old each source's newest row is, judged by its contract; writes `freshness.json` with dbt's field
 * names and ends with 1 when a source is stale. Below, and as `volume` with `--json`, are the days whose rows are missing or
 * unlike those of earlier ones, as the night warned of them; they change no exit code.
 *
 * Ages are counted to the end of the snapshot's data date, as the night counted them, or with `--now` to this moment.
 */
export async function freshness(options: FreshnessOptions, globals: GlobalOptions): Promise<number> {
  const reading = await openReading(globals);
  const { config } = reading.project;
  const snapshot = await findSnapshot(reading.store, options.snapshot);
  const stock = await stocktakingOf(reading.store, snapshot);
  const document = await withWarehouse(async (warehouse) => {
    const dayEnd = (date: string): Promise<string> => endOfDate(warehouse, date, config.timezone);
    const sources: FreshnessSource[] = [];
    for (const [name, { owner, contract }] of Object.entries(config.sources)) {
      const asset = stock.assets.find((one) => one.asset === `raw.${name}`);
      const { warnAfter, errorAfter } = contract.freshness;
      const judged = warnAfter !== undefined || errorAfter !== undefined;
      const newest = judged ? await newestOf(asset, dayEnd) : (asset?.newest ?? '');
      sources.push({ name, owner, newest, warnAfter, errorAfter });
    }
    const at = options.now ? new Date().toISOString() : await dayEnd(snapshot.dataDate);
    return freshnessDocument(config.project, snapshot.number, sources, at);
  });
  const volume = unusualVolume(stock.checks, config.sources);
  await deliver(reading, `${JSON.stringify(document, null, 2)}\n`, options.out);
  if (globals.json) reading.out.json({ ...document, volume });
  else
    reading.out.data([tableOf(document), ...(volume.length > 0 ? [volumeTable(volume)] : [])].join('\n\n'));
  return isStale(document) ? 1 : 0;
}

/** A slice with other rows than expected, or an expected day without one (`rows` 0), and whom to ask. */
interface UnusualVolume {
  readonly source: string;
  readonly slice: string;
  readonly status: string;
  readonly expected: string;
  readonly rows: number;
  readonly owner: string;
}

function unusualVolume(
  checks: readonly CheckRow[],
  sources: Readonly<Record<string, { readonly owner: string }>>,
): UnusualVolume[] {
  return checks
    .filter(({ type, status }) => type === 'volume' && (status === 'warn' || status === 'error'))
    .map(({ source, slice, status, expected, observed }) => ({
      source,
      slice,
      status,
      expected,
      rows: Number(observed),
      owner: sources[source]?.owner ?? '',
    }));
}

function volumeTable(volume: readonly UnusualVolume[]): string {
  return table(volume, [
    { title: 'source', value: ({ source }) => source },
    { title: 'status', value: ({ status }) => status },
    { title: 'day', value: ({ slice }) => slice },
    { title: 'rows', value: ({ rows }) => (rows === 0 ? 'none' : String(rows)), align: 'right' },
    { title: 'expected', value: ({ expected }) => expected, align: 'right' },
    { title: 'owner', value: ({ owner }) => owner },
  ]);
}

/** The newest row's own time; where a judged source's rows have none, the end of the date of the newest slice, as the night counts it. */
async function newestOf(
  asset: AssetRow | undefined,
  dayEnd: (date: string) => Promise<string>,
): Promise<string> {
  if (!asset) return '';
  return asset.newest === '' && isIsoDate(asset.last_slice) ? dayEnd(asset.last_slice) : asset.newest;
}

function tableOf({ results }: FreshnessDocument): string {
  return table(results, [
    { title: 'source', value: ({ unique_id }) => unique_id.split('.').at(-1) ?? '' },
    { title: 'status', value: ({ status }) => status },
    {
      title: 'newest row',
      value: ({ max_loaded_at }) => max_loaded_at?.slice(0, 16).replace('T', ' ') ?? '',
    },
    { title: 'age', value: ({ age }) => (age === null ? 'unknown' : ageText(age)), align: 'right' },
    { title: 'warn after', value: ({ criteria }) => limitText(criteria.warn_after), align: 'right' },
    { title: 'error after', value: ({ criteria }) => limitText(criteria.error_after), align: 'right' },
    { title: 'owner', value: ({ owner }) => owner },
  ]);
}

function ageText(seconds: number): string {
  if (seconds < 7200) return durationText(seconds * 1000);
  const hours = seconds / 3600;
  return hours < 72 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`;
}

function limitText({ count, period }: FreshnessResult['criteria']['warn_after']): string {
  return count === null ? '-' : `${count} ${period}${count === 1 ? '' : 's'}`;
}
