import { shownValue } from '../domain/inventory/patterns.ts';
import { type ProfiledColumn, plainColumn, valueSql } from '../domain/inventory/profile-sql.ts';
import { type ScannedColumn, type ScanProfile, scanProfile } from '../domain/inventory/scan-profile.ts';
import { countText, figureText, percentText } from '../domain/report/format.ts';
import { CliError } from '../domain/runtime/errors.ts';
import { slicesOf } from '../domain/store/datasets.ts';
import { readParquetSql } from '../domain/warehouse/parquet.ts';
import type { ColumnRow } from '../schemas/inventory.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { irregularitiesOf, irregularityText } from './profile-irregular.ts';
import { findSnapshot, stocktakingOf } from './read-stocktaking.ts';
import { describeFiles, withWarehouse } from './read-table.ts';
import { openReading } from './session.ts';

/** Flags of `stocktake profile`. */
export interface ProfileOptions {
  readonly snapshot: string;
  readonly irregular?: boolean;
}

/** A scanned column as it is shown: values of personal columns, and single values that look personal, are hidden. */
type ShownColumn = ScannedColumn & {
  readonly kind: string;
  readonly personal: boolean;
  readonly alerts: readonly string[];
};

/**
 * `stocktake profile <dataset>`: every column of a whole dataset by one scan: counts, extremes, mean, deviation, quantiles and
 * frequent values, with the inventory's alerts; with `--irregular` also what of their values is written or told unlike the rest. Columns nobody judged, and personal ones, show no values.
 */
export async function profile(
  dataset: string,
  options: ProfileOptions,
  globals: GlobalOptions,
): Promise<number> {
  const { store, project, out } = await openReading(globals);
  const received = dataset.startsWith('raw.')
    ? project.config.sources[dataset.slice('raw.'.length)]
    : undefined;
  const snapshot = await findSnapshot(store, options.snapshot);
  const slices = await slicesOf(store.objects, snapshot, dataset);
  const known = (await stocktakingOf(store, snapshot)).columns.filter(({ asset }) => asset === dataset);
  if (slices.length === 0 || known.length === 0)
    throw new CliError(
      `Snapshot ${snapshot.number} has no asset '${dataset}' with rows; see 'stocktake inventory show'`,
      {
        code: 'STK-ASSET-UNKNOWN',
        exitCode: 2,
      },
    );
  const found = await withWarehouse(async (warehouse) => {
    const fields = await describeFiles(store, warehouse, slices);
    const paths = await store.objects.openAll(slices.flatMap(({ files }) => files));
    const placed = fields.some(({ name }) => name === '_file') && fields.some(({ name }) => name === '_line');
    const columns = fields
      .filter(({ name }) => !name.startsWith('_'))
      .map(({ name, type }) => plainColumn(name, type));
    const work = { step: dataset, relation: readParquetSql(paths), columns };
    const scanned = await scanProfile(warehouse, {
      ...work,
      columns: received ? columns.map((column) => withoutBlanks(column, received.nullValues)) : columns,
      rowKey: placed ? '"_file", "_line"' : 'file_row_number',
    });
    return options.irregular
      ? { ...scanned, irregularities: await irregularitiesOf(warehouse, work, known) }
      : scanned;
  });
  const columns = found.columns.map((column) => shownColumn(column, known));
  if (globals.json) out.json({ version: 1, snapshot: snapshot.number, dataset, ...found, columns });
  else out.data(textOf(dataset, found, columns));
  if (!globals.json && 'irregularities' in found) out.data(irregularityText(found.irregularities));
  return 0;
}

/** A source's column as received, its blanks and words for "no value" counted as missing, as the inventory counts them. */
function withoutBlanks(column: ProfiledColumn, nullValues: readonly string[]): ProfiledColumn {
  return column.storedType === 'VARCHAR' ? { ...column, expression: valueSql(column, nullValues) } : column;
}

function shownColumn(column: ScannedColumn, known: readonly ColumnRow[]): ShownColumn {
  const judged = known.find((one) => one.column === column.column);
  const about = {
    kind: judged?.kind ?? '',
    personal: judged?.personal ?? true,
    alerts: judged?.alerts ?? [],
  };
  const hidden = about.personal || about.kind === 'json' || about.kind === '';
  const shown = (value: string | null): string | null => (value === null ? null : shownValue(value));
  if (!hidden)
    return {
      ...column,
      ...about,
      min: shown(column.min),
      max: shown(column.max),
      top: column.top.map(({ value, share }) => ({ value: shownValue(value), share })),
    };
  return { ...column, ...about, min: null, max: null, mean: null, deviation: null, quantiles: null, top: [] };
}

function textOf(dataset: string, { rows, keepOneIn }: ScanProfile, columns: readonly ShownColumn[]): string {
  const sample =
    keepOneIn === 1 ? '' : `; quantiles and frequent values from one row in ${countText(keepOneIn)}`;
  const figure = (value: number | string | null): string =>
    value === null ? '' : typeof value === 'number' ? figureText(String(value)) : value.slice(0, 16);
  const quantile = (column: ShownColumn, place: number): string => figureOf(column.quantiles?.[place]);
  return [
    `${dataset}: ${countText(rows)} rows${sample}`,
    table(columns, [
      { title: 'column', value: ({ column }) => column },
      {
        title: 'kind',
        value: ({ kind, personal }) => (personal && kind !== '' ? `${kind} (personal)` : kind),
      },
      { title: 'missing', value: ({ nulls }) => percentText(rows === 0 ? 0 : nulls / rows), align: 'right' },
      { title: 'distinct', value: ({ distinct }) => countText(distinct), align: 'right' },
      { title: 'mean', value: ({ mean }) => figure(mean), align: 'right' },
      { title: 'sd', value: ({ deviation }) => figure(deviation), align: 'right' },
      { title: 'min', value: ({ min }) => figureOf(min ?? undefined), align: 'right' },
      { title: 'p25', value: (column) => quantile(column, 1), align: 'right' },
      { title: 'median', value: (column) => quantile(column, 2), align: 'right' },
      { title: 'p75', value: (column) => quantile(column, 3), align: 'right' },
      { title: 'max', value: ({ max }) => figureOf(max ?? undefined), align: 'right' },
      { title: 'alerts', value: ({ alerts }) => alerts.join(', ') },
    ]),
  ].join('\n');
}

/** A value in a cell: numbers short, texts cut to 16 characters. */
function figureOf(value: string | undefined): string {
  if (value === undefined) return '';
  if (/^-?\d+(\.\d+)?$/.test(value)) return figureText(value);
  const characters = [...value.replaceAll(/\s+/g, ' ')];
  return characters.length <= 16 ? characters.join('') : `${characters.slice(0, 15).join('')}…`;
}
