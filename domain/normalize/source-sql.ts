import { quotedIdentifier, quotedList, quotedString } from '../warehouse/quoting.ts';
import { cleanText, cleanTextSql } from './text-sql.ts';

/** A column of the source as its raw files have it. */
export interface SourceColumn {
  readonly name: string;
  /** DuckDB type as `describe` names it. */
  readonly type: string;
}

/** Everything the statements about one group of equally shaped raw files need. */
export interface SourceShape {
  /** The source's own columns in file order, without `_file` and `_line`. */
  readonly columns: readonly SourceColumn[];
  /** Columns the configuration declares and these files lack: they read as null. */
  readonly absent: readonly string[];
  /** Texts that mean "no value". */
  readonly nullValues: readonly string[];
  /** Names of the view `source` that no column of the source has. */
  readonly row: string;
  readonly ordinal: string;
  readonly path: string;
  /** Columns whose dates' order is asked about, by place, with the name the view `source` tells it under. Default: none. */
  readonly dated?: ReadonlyMap<number, string>;
}

/** Table of what each slice's dates in numbers show: (ordinal, c<n> for each column asked about). */
export const datePartsTable = 'date_parts';

/** One raw file of one slice; a file with the same content may belong to several slices. */
export interface RawFile {
  /** Position of the slice within the batch. */
  readonly ordinal: number;
  readonly slice: string;
  /** Absolute path. */
  readonly path: string;
}

/** The shape of a source from its described columns; names are compared as DuckDB does, without case. */
export function sourceShape(
  described: readonly SourceColumn[],
  declared: readonly string[],
  nullValues: readonly string[],
): SourceShape {
  const columns = described.filter(({ name }) => name !== '_file' && name !== '_line');
  const taken = new Set(described.map(({ name }) => name.toLowerCase()));
  const absent = declared.filter((name) => !taken.has(name.toLowerCase()));
  for (const name of absent) taken.add(name.toLowerCase());
  const unused = (name: string): string => (taken.has(name) ? unused(`${name}:`) : name);
  return {
    columns,
    absent: [...new Set(absent)],
    nullValues: nullValues.map(cleanText).filter((text) => text !== ''),
    row: unused('stocktake:row'),
    ordinal: unused('stocktake:ordinal'),
    path: unused('stocktake:path'),
  };
}

/**
 * Statements that make `raw`: the rows of a batch as received, one per source row, with `row_id`; c0, c1 … are the source's
 * columns in file order.
 *
 * `row_id` rises by (ordinal, file, line): every later window and aggregate ends in it. The rows of one file whose lines
 * rise are read where they lie, numbered by their place; any others become a table in that order.
 *
 * @param linesRise the one file holds the lines of one source file, in order
 * @param view name of the view to make
 */
export function rawStatements(
  files: readonly RawFile[],
  shape: SourceShape,
  linesRise: boolean,
  view = 'raw',
): string[] {
  const only = readInPlace(files, shape, linesRise);
  if (only) return [`create or replace view ${view} as\n${rawFileSql(only, shape)}`];
  return [
    `create or replace table raw_rows as\n${rawTableSql(files, shape)}`,
    `create or replace view ${view} as\nselect rowid as row_id, * from raw_rows`,
  ];
}

/** The one file whose rows are read where they lie; undefined where they are put in order first. */
export function readInPlace(
  [only, another]: readonly RawFile[],
  { columns }: SourceShape,
  linesRise: boolean,
): RawFile | undefined {
  if (another || !linesRise || columns.some(({ name }) => /^file_row_number$/i.test(name))) return undefined;
  return only;
}

function rawFileSql({ ordinal, slice, path }: RawFile, shape: SourceShape): string {
  const columns = shape.columns.map(({ name }, index) => `,\n  ${quotedIdentifier(name)} as c${index}`);
  return `select
  file_row_number as row_id,
  ${ordinal} as ordinal,
  cast(${quotedString(slice)} as varchar) as slice,
  _file as file,
  cast(_line as bigint) as line${columns.join('')}
from read_parquet(${quotedString(path)}, file_row_number = true)`;
}

function rawTableSql(files: readonly RawFile[], shape: SourceShape): string {
  const members = files.map(
    ({ ordinal, slice, path }) => `(${quotedString(path)}, ${ordinal}, ${quotedString(slice)})`,
  );
  const paths = quotedList([...new Set(files.map(({ path }) => path))]);
  const columns = shape.columns.map(({ name }, index) => `,\n  r.${quotedIdentifier(name)} as c${index}`);
  return `select
  m.ordinal,
  m.slice,
  r._file as file,
  cast(r._line as bigint) as line${columns.join('')}
from read_parquet(${paths}, union_by_name = true, filename = ${quotedString(shape.path)}) as r
join (values ${members.join(', ')}) as m (path, ordinal, slice) on m.path = r.${quotedIdentifier(shape.path)}
order by m.ordinal, file, line`;
}

/**
 * View `source`: what mapping expressions see. Texts are clean (trimmed, NFC) and null where empty or a null value; other
 * types are as received. `_file`, `_line` and, unless the source has a column of that name, `_slice` are there too.
 */
export function sourceViewSql(shape: SourceShape): string {
  const isText = ({ type }: SourceColumn): boolean => type === 'VARCHAR';
  const cleaned = shape.columns.map((column, index) =>
    isText(column) ? `${cleanTextSql(`c${index}`)} as c${index}` : `c${index}`,
  );
  const named = shape.columns.map((column, index) => {
    const value = isText(column) ? withoutNullValues(`c${index}`, shape.nullValues) : `c${index}`;
    return `${value} as ${quotedIdentifier(column.name)}`;
  });
  const absent = shape.absent.map((name) => `cast(null as varchar) as ${quotedIdentifier(name)}`);
  const dated = [...(shape.dated ?? [])];
  const parts = dated.map(([index, name]) => `p${index} as ${quotedIdentifier(name)}`);
  const provenance = ['file as _file', 'line as _line', ...(hasSlice(shape) ? [] : ['slice as _slice'])];
  return `select
  row_id as ${quotedIdentifier(shape.row)},
  ordinal as ${quotedIdentifier(shape.ordinal)},
  ${[...provenance, ...named, ...absent, ...parts].join(',\n  ')}
from (
  select
    ${['row_id', 'ordinal', 'slice', 'file', 'line', ...cleaned, ...dated.map(([index]) => `p${index}`)].join(',\n    ')}
  from ${dated.length > 0 ? `(${datedRawSql(dated.map(([index]) => index))})` : 'raw'}
)`;
}

/**
 * Table `twins`: one row per source row that has an equal one in its slice (every column as received); `twin` is the
 * first of them.
 *
 * The hash only narrows down; equality decides.
 */
export function twinsSql(shape: SourceShape): string {
  const columns = shape.columns.map((_, index) => `c${index}`).join(', ');
  return `with hashed as (
  select row_id, ordinal, hash(${columns}) as h from raw
),
suspects as (
  select ordinal, h from hashed group by ordinal, h having count(*) > 1
),
groups as (
  select
    r.row_id,
    min(r.row_id) over equal_rows as twin,
    count(*) over equal_rows as copies
  from raw as r
  join hashed on hashed.row_id = r.row_id
  join suspects on suspects.ordinal = hashed.ordinal and suspects.h = hashed.h
  window equal_rows as (partition by r.ordinal, ${columns})
)
select row_id, twin from groups where copies > 1`;
}

/** A source row as received, as one JSON object; `raw` must be in scope under this alias. */
export function rawJsonSql(shape: SourceShape, alias: string): string {
  const members = shape.columns.map(({ name }, index) => `${quotedString(name)}, ${alias}.c${index}`);
  return `cast(json_object(${members.join(', ')}) as varchar)`;
}

function datedRawSql(indexes: readonly number[]): string {
  const parts = indexes.map((index) => `d.c${index} as p${index}`);
  return `select r.*, ${parts.join(', ')} from raw as r left join ${datePartsTable} as d on d.ordinal = r.ordinal`;
}

function hasSlice(shape: SourceShape): boolean {
  const names = [...shape.columns.map(({ name }) => name), ...shape.absent];
  return names.some((name) => name.toLowerCase() === '_slice');
}

function withoutNullValues(column: string, nullValues: readonly string[]): string {
  if (nullValues.length === 0) return column;
  return `case when ${column} in (${nullValues.map(quotedString).join(', ')}) then null else ${column} end`;
}
