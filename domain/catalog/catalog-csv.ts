import type { Catalog } from './catalog.ts';
import { columnOf, meaningOf } from './catalog.ts';

const header = [
  'asset',
  'asset_kind',
  'asset_meaning',
  'owner',
  'health',
  'rows',
  'bytes',
  'newest',
  'position',
  'column',
  'type',
  'looks_like',
  'kind',
  'meaning',
  'why',
  'unit',
  'personal',
  'missing_share',
  'distinct_values',
  'alerts',
] as const;

/**
 * The catalogue as CSV: one line per asset and column, what is known of the asset repeated on each.
 *
 * RFC 4180. A cell that a spreadsheet would run as a formula starts with an apostrophe.
 */
export function catalogCsv(catalog: Catalog): string {
  const lines = catalog.assets.flatMap((asset) => {
    const { row } = asset;
    const about = [row.asset, row.kind, row.meaning, row.owner, row.health, row.rows, row.bytes, row.newest];
    return asset.fields.map((field, index) => {
      const known = columnOf(asset, field);
      return [
        ...about,
        index + 1,
        field.name,
        field.type,
        known?.looks_like ?? '',
        known?.kind ?? '',
        meaningOf(asset, field),
        known?.why ?? 'written by Stocktake',
        known?.unit ?? '',
        known ? String(known.personal) : '',
        known?.null_share ?? '',
        known?.distinct_values ?? '',
        known?.alerts.join('; ') ?? '',
      ];
    });
  });
  return [header, ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

function cell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
