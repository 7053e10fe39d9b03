import { describe, expect, it } from 'vitest';
import { smallCatalog } from '../../tests/catalog-fixture.ts';
import { dataPackageFinder, openMetadataFinders } from '../../tests/published-schemas.ts';
import { catalogCsv } from './catalog-csv.ts';
import { croissant } from './croissant.ts';
import { dataPackage } from './data-package.ts';
import { dcat } from './dcat.ts';
import { fieldType } from './field-types.ts';
import { openMetadata } from './open-metadata.ts';

const listed = (value: unknown): Record<string, unknown>[] => value as Record<string, unknown>[];

describe('dataPackage', () => {
  it('holds to the published profile, which refuses a resource without a name', async () => {
    const find = await dataPackageFinder();
    expect(find(dataPackage(smallCatalog()))).toEqual([]);
    const [first] = listed(dataPackage(smallCatalog()).resources);
    const { name: _, ...nameless } = first ?? {};
    expect(find({ resources: [nameless] })).not.toEqual([]);
  });

  it('gives bytes, hash, key, missing values and counted references', () => {
    const [orders, items, events, ...more] = listed(dataPackage(smallCatalog()).resources);
    expect(more).toEqual([]);
    expect(orders).toMatchObject({
      path: [expect.stringMatching(/^objects\/aa\//), expect.stringMatching(/^objects\/bb\//)],
      bytes: 300,
      files: [{ hash: `sha256:${'a'.repeat(64)}` }, { bytes: 200 }],
      schema: {
        missingValues: ['', 'n/a'],
        primaryKey: ['_file', '_line'],
        fields: [{ name: 'mail', type: 'string', personal: true }, {}, { type: 'integer' }],
      },
    });
    expect(items).toMatchObject({
      hash: `sha256:${'c'.repeat(64)}`,
      schema: {
        primaryKey: ['item_id'],
        fields: [{ constraints: { required: true } }, { type: 'number', unit: 'EUR' }],
      },
    });
    expect(events).toMatchObject({
      schema: {
        foreignKeys: [
          {
            fields: ['item_id'],
            reference: { resource: 'unified.items', fields: ['item_id'] },
            orphans: 2,
            evaluated: 100,
          },
        ],
      },
    });
  });
});

describe('croissant', () => {
  it('names every file once and lets every field read from a file or set that is there', () => {
    const document = croissant(smallCatalog());
    const ids = new Set(listed(document.distribution).map((one) => one['@id']));
    expect([...ids]).toHaveLength(5);
    for (const set of listed(document.recordSet)) {
      for (const field of listed(set.field)) {
        const { fileObject, fileSet } = field.source as Record<string, { '@id': string } | undefined>;
        expect(ids).toContain((fileObject ?? fileSet)?.['@id']);
      }
    }
    expect(document.conformsTo).toBe('http://mlcommons.org/croissant/1.1');
  });

  it('references only fields that are there', () => {
    const sets = listed(croissant(smallCatalog()).recordSet);
    const fields = sets.flatMap((set) => listed(set.field));
    const references = fields.flatMap(({ references }) =>
      references ? [(references as { field: { '@id': string } }).field['@id']] : [],
    );
    expect(references).toEqual(['unified.items/item_id']);
    expect(fields.map((field) => field['@id'])).toContain('unified.items/item_id');
  });
});

describe('dcat', () => {
  it('gives every file a distribution with size and checksum, and derives unified datasets', () => {
    const [orders, items] = listed(dcat(smallCatalog())['dcat:dataset']);
    expect(listed(orders?.['dcat:distribution'])).toHaveLength(2);
    expect(listed(orders?.['dcat:distribution'])[1]).toMatchObject({
      'dcat:byteSize': { '@value': '200' },
      'spdx:checksum': { 'spdx:checksumValue': { '@value': 'b'.repeat(64) } },
    });
    expect(items?.['prov:wasDerivedFrom']).toEqual([{ '@id': 'urn:stocktake:fixture-shop:raw.orders' }]);
  });
});

describe('openMetadata', () => {
  it('makes bodies with every property createTable asks for and none it refuses', () => {
    const allowed = [
      'name',
      'description',
      'tableType',
      'fileFormat',
      'databaseSchema',
      'columns',
      'tableConstraints',
    ];
    const tables = listed(openMetadata(smallCatalog()).tables);
    expect(tables.map(({ name, databaseSchema }) => [databaseSchema, name])).toEqual([
      ['fixture-shop.stocktake.raw', 'orders'],
      ['fixture-shop.stocktake.unified', 'items'],
      ['fixture-shop.stocktake.unified', 'events'],
    ]);
    for (const table of tables) {
      expect(Object.keys(table).filter((key) => !allowed.includes(key))).toEqual([]);
      for (const column of listed(table.columns)) expect(column).toHaveProperty('dataType');
    }
    expect(listed(tables[1]?.columns)[1]).toMatchObject({ dataType: 'DECIMAL', precision: 18, scale: 4 });
    expect(listed(tables[0]?.columns)[0]).toMatchObject({ tags: [{ tagFQN: 'PII.Sensitive' }] });
    expect(listed(tables[2]?.tableConstraints)[0]).toMatchObject({
      constraintType: 'FOREIGN_KEY',
      referredColumns: ['fixture-shop.stocktake.unified.items.item_id'],
    });
  });

  it('holds to the published schemas, which refuse a table without columns', async () => {
    const find = await openMetadataFinders();
    const { tables, profiles } = openMetadata(smallCatalog());
    expect(listed(tables).flatMap(find.table)).toEqual([]);
    const bodies = listed(profiles).map(({ table: _, ...body }) => body);
    expect(bodies.flatMap(find.profile)).toEqual([]);
    const { columns: _, ...bare } = listed(tables)[0] ?? {};
    expect(find.table(bare)).toEqual([" must have required property 'columns'"]);
  });

  it('takes the figures of a profile as numbers', () => {
    const [, items] = listed(openMetadata(smallCatalog()).profiles);
    expect(listed(items?.columnProfile)[1]).toMatchObject({
      name: 'price',
      valuesCount: 90,
      nullProportion: 0.1,
      mean: 12.5,
      timestamp: Date.UTC(2026, 9, 3),
    });
  });
});

describe('catalogCsv', () => {
  it('quotes what needs it and lets no cell run as a formula', () => {
    const lines = catalogCsv(smallCatalog()).split('\r\n');
    expect(lines).toHaveLength(10);
    expect(lines[1]).toBe(
      `raw.orders,source,What users did with items.,web shop,Healthy,100,2048,2026-10-02T20:00:00.000Z,1,mail,VARCHAR,text,email,"An e-mail, ""the"" address.",'=1+1,,true,0,80,`,
    );
  });
});

describe('fieldType', () => {
  it('knows the types the store writes and calls nested ones any', () => {
    const of = (stored: string) => fieldType(stored).tableSchema;
    expect(['VARCHAR', 'BIGINT', 'DECIMAL(18,4)', 'DOUBLE', 'BOOLEAN', 'DATE', 'TIMESTAMP'].map(of)).toEqual([
      'string',
      'integer',
      'number',
      'number',
      'boolean',
      'date',
      'datetime',
    ]);
    expect(['VARCHAR[]', 'STRUCT(a BIGINT)'].map(of)).toEqual(['any', 'any']);
  });
});
