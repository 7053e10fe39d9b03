import type { Catalog, CatalogAsset } from '../domain/catalog/catalog.ts';
import { asset, check, column } from './inventory-fixture.ts';

const file = (letter: string, bytes: number) => ({
  uri: `objects/${letter.repeat(2)}/${letter.repeat(64)}.parquet`,
  sha256: letter.repeat(64),
  bytes,
  rows: 10,
  schemaHash: '',
});

/** A catalogue of one source in two files, two unified entities and an asset without files. */
export function smallCatalog(): Catalog {
  return {
    project: 'fixture-shop',
    snapshot: 3,
    dataDate: '2026-10-03',
    contentHash: '9'.repeat(64),
    assets: [
      source(),
      items(),
      events(),
      { ...source(), row: asset({ asset: 'raw.empty', rows: 0 }), files: [], fields: [], columns: [] },
    ],
    checks: [
      check({
        source: 'orders',
        type: 'relationships',
        entity: 'events',
        column: 'item_id',
        expected: 'items',
        status: 'info',
        unexpected: 2,
      }),
    ],
  };
}

function source(): CatalogAsset {
  const name = 'raw.orders';
  return {
    row: asset({ asset: name }),
    files: [file('a', 100), file('b', 200)],
    fields: [
      { name: 'mail', type: 'VARCHAR' },
      { name: '_file', type: 'VARCHAR' },
      { name: '_line', type: 'BIGINT' },
    ],
    columns: [
      column({
        asset: name,
        column: 'mail',
        kind: 'email',
        meaning: 'An e-mail, "the" address.',
        personal: true,
        why: '=1+1',
      }),
    ],
    nullValues: ['n/a'],
  };
}

function items(): CatalogAsset {
  const name = 'unified.items';
  return {
    row: asset({
      asset: name,
      kind: 'unified',
      source: '',
      sources: ['orders'],
      entities: ['items'],
      key: ['item_id'],
    }),
    files: [file('c', 300)],
    fields: [
      { name: 'item_id', type: 'VARCHAR' },
      { name: 'price', type: 'DECIMAL(18,4)' },
    ],
    columns: [
      column({ asset: name, column: 'item_id', kind: 'id' }),
      column({
        asset: name,
        column: 'price',
        type: 'DECIMAL(18,4)',
        kind: 'money',
        mean: '12.5',
        nulls: 10,
        null_share: 0.1,
        unit: 'EUR',
      }),
    ],
    nullValues: [],
  };
}

function events(): CatalogAsset {
  const name = 'unified.events';
  return {
    row: asset({ asset: name, kind: 'unified', source: '', sources: ['orders'], key: ['_file', '_line'] }),
    files: [file('d', 400)],
    fields: [
      { name: 'item_id', type: 'VARCHAR' },
      { name: 'user_id', type: 'VARCHAR' },
      { name: 'time', type: 'TIMESTAMP' },
    ],
    columns: [column({ asset: name, column: 'item_id', kind: 'id' })],
    nullValues: [],
  };
}
