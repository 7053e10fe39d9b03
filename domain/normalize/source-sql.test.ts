import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readParquetSql, writeParquet } from '../warehouse/parquet.ts';
import { quotedIdentifier, quotedString } from '../warehouse/quoting.ts';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import {
  rawJsonSql,
  rawStatements,
  type SourceShape,
  sourceShape,
  sourceViewSql,
  twinsSql,
} from './source-sql.ts';

let dir = '';
let warehouse: Warehouse;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-source-'));
  warehouse = await openWarehouse({ threads: 2, memoryMb: 512, tempDir: join(dir, 'spill') });
});
afterAll(async () => {
  warehouse.close();
  await rm(dir, { recursive: true });
});

/** Writes rows of text, loads them as one slice and returns the shape the statements were made for. */
async function load(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  nullValues: string[] = [],
  linesRise = false,
): Promise<SourceShape> {
  const path = join(dir, "it's raw; --.parquet");
  const names = columns.map((name, index) => `c${index} as ${quotedIdentifier(name)}`);
  const values = rows.map((row, index) => `(${[...row.map(quotedString), index + 1].join(', ')})`);
  const aliases = [...columns.map((_, index) => `c${index}`), 'l'].join(', ');
  await writeParquet(
    warehouse,
    'raw_file',
    `select ${names.join(', ')}, 'f' as _file, cast(l as bigint) as _line from (values ${values.join(', ')}) as t (${aliases}) order by _line`,
    path,
  );
  const described = await warehouse.rows('describe', `describe select * from ${readParquetSql([path])}`);
  const shape = sourceShape(
    described.map((row) => ({ name: String(row.column_name), type: String(row.column_type) })),
    [],
    nullValues,
  );
  for (const statement of rawStatements([{ ordinal: 0, slice: "o'1", path }], shape, linesRise)) {
    await warehouse.run('raw', statement);
  }
  await warehouse.run('source', `create or replace view source as ${sourceViewSql(shape)}`);
  return shape;
}

const wildName = fc
  .array(
    fc.constantFrom(
      'a',
      'Z',
      '"',
      "'",
      ';',
      '--',
      '/*',
      '*/',
      ' ',
      '.',
      '$1',
      '\\',
      '\n',
      '订单',
      'é',
      '😀',
      '_slice',
      'stocktake:row',
      'row_id',
      'select',
      'drop table raw',
      'file_row_number',
      'c0',
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(''));

describe('source columns', () => {
  it.each([false, true])(
    'of any name and content pass unchanged through every statement (one file in order: %s)',
    async (linesRise) => {
      await warehouse.run('canary', 'create or replace table canary as select 1 as alive');
      const table = fc
        .uniqueArray(wildName, { minLength: 1, maxLength: 6, selector: (name) => name.toLowerCase() })
        .filter((names) => names.every((name) => name !== '_file' && name !== '_line'))
        .chain((names) =>
          fc.tuple(
            fc.constant(names),
            fc.array(wildName, { minLength: names.length, maxLength: names.length }),
          ),
        );
      await fc.assert(
        fc.asyncProperty(table, async ([names, values]) => {
          const shape = await load(names, [values], [], linesRise);
          expect(shape.columns.map(({ name }) => name)).toEqual(names);
          const [seen] = await warehouse.rows(
            'seen',
            `select ${names.map((name, index) => `${quotedIdentifier(name)} as v${index}`).join(', ')} from source`,
          );
          expect(Object.values(seen ?? {})).toEqual(values.map((value) => value.trim() || null));
          const [json] = await warehouse.rows('json', `select ${rawJsonSql(shape, 'raw')} as json from raw`);
          expect(JSON.parse(String(json?.json))).toEqual(
            Object.fromEntries(names.map((name, index) => [name, values[index]])),
          );
          await warehouse.run('twins', `create or replace table twins as ${twinsSql(shape)}`);
          expect(await warehouse.count('canary', 'select alive from canary')).toBe(1);
        }),
        { numRuns: 60, seed: 11 },
      );
    },
  );

  it('keep _slice for the source where it has one of its own', async () => {
    const shape = await load(['_Slice', 'stocktake:row'], [['mine', 'x']]);
    expect(shape.row).toBe('stocktake:row:');
    expect(await warehouse.rows('seen', 'select _slice from source')).toEqual([{ _Slice: 'mine' }]);
    await load(['sku'], [['x']]);
    expect(await warehouse.rows('seen', 'select _slice, _file, _line from source')).toEqual([
      { _slice: "o'1", _file: 'f', _line: '1' },
    ]);
  });

  it('are null where the text is one of the null values after trimming', async () => {
    await load(['a'], [[' NA '], ["it's"], ['na'], ['']], ['NA', "it's"]);
    expect(await warehouse.rows('seen', 'select a from source order by _line')).toEqual([
      { a: null },
      { a: null },
      { a: 'na' },
      { a: null },
    ]);
  });
});

describe('twins', () => {
  it('are the rows with an equal one, as received', async () => {
    const shape = await load(
      ['a', 'b'],
      [
        ['x', 'y'],
        ['x', 'z'],
        ['x', 'y'],
        ['x ', 'y'],
        ['x', 'y'],
      ],
    );
    expect(await warehouse.rows('twins', `${twinsSql(shape)} order by row_id`)).toEqual([
      { row_id: '0', twin: '0' },
      { row_id: '2', twin: '0' },
      { row_id: '4', twin: '0' },
    ]);
  });
});
