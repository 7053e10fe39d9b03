import type { Manifest } from '../../schemas/artifact.ts';
import type { Store } from '../store/store.ts';
import { readParquetSql } from '../warehouse/parquet.ts';
import { quotedIdentifier, quotedList, quotedString } from '../warehouse/quoting.ts';
import type { Row, Warehouse } from '../warehouse/warehouse.ts';

/** What texts can be read as; a share of each column's values is counted per family. */
export const textFamilies = ['date', 'number', 'boolean'] as const;

/** A source column of one slice: its type and what its values are, as far as looked at. */
export interface ColumnShape {
  readonly name: string;
  /** DuckDB type; columns of text formats are `VARCHAR`. */
  readonly type: string;
  /** What the type says: `number`, `date`, `boolean`, `text`, or `other`. */
  readonly family: string;
  /** Values looked at that are not missing. */
  readonly values: number;
  /** Share (0-1) of the values that can be read as each family. */
  readonly shares: Readonly<Record<string, number>>;
  /** How most values are written: letters as `a`, digits as `9`, runs as one. */
  readonly signature: string;
}

/** The columns of one slice, in file order. */
export interface SliceShape {
  readonly columns: readonly ColumnShape[];
  /** Made of JSON, whose objects may leave names out and order them at will. */
  readonly isSparse: boolean;
}

/** Rows of a slice looked at, spread evenly over it. */
const sampleRows = 20_000;
const columnsAtOnce = 60;

const patterns: Readonly<Record<(typeof textFamilies)[number], string>> = {
  date: String.raw`\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ,]+\d{1,2}:\d{2}.*)?`,
  number: String.raw`[-+]?[€$£¥]?\s?\d[\d., '\x{a0}]*([eE][-+]?\d+)?\s?[€$£¥%]?`,
  boolean: '(?i)(true|false|yes|no|y|n|t|f)',
};

/**
 * Looks at the columns of a raw slice: types from its files, contents from up to 20 000 rows spread over it.
 *
 * @throws ArtifactError STK-ARTIFACT-CHECKSUM, STK-ARTIFACT-MISSING for raw files that are not as written
 */
export async function sliceShape(
  store: Store,
  warehouse: Warehouse,
  manifest: Manifest,
  nullValues: readonly string[],
): Promise<SliceShape> {
  const isSparse = isFromJson(manifest);
  const refs = (manifest.files.rows ?? []).filter(({ rows }) => rows > 0);
  const paths = await store.objects.openAll(refs);
  if (paths.length === 0) return { columns: namesOnly(manifest), isSparse };
  const described = await warehouse.rows('shape', `describe select * from ${readParquetSql(paths)}`);
  const own = described
    .map((row) => ({ name: String(row.column_name), type: String(row.column_type) }))
    .filter(({ name }) => name !== '_file' && name !== '_line');
  const total = refs.reduce((sum, { rows }) => sum + rows, 0);
  const step = Math.max(1, Math.floor(total / sampleRows));
  const columns: ColumnShape[] = [];
  for (let at = 0; at < own.length; at += columnsAtOnce) {
    const group = own.slice(at, at + columnsAtOnce);
    const sql = shapeSql(
      paths,
      step,
      group.map(({ name }) => name),
      nullValues,
    );
    const counted = await warehouse.rows('shape', sql);
    columns.push(...group.map((column, index) => shapeOf(column, counted[index] ?? {})));
  }
  return { columns, isSparse };
}

/** The names alone, where no row is there to look at. */
export function namesOnly({ facts }: Pick<Manifest, 'facts'>): ColumnShape[] {
  const names = Array.isArray(facts.columns) ? facts.columns.map(String) : [];
  const nothing = { type: 'VARCHAR', family: 'text', values: 0, shares: {}, signature: '' };
  return names.map((name) => ({ name, ...nothing }));
}

/** One row a column, in the order given: values and how many are of each family, and the most frequent spelling. */
function shapeSql(
  paths: readonly string[],
  step: number,
  names: readonly string[],
  nullValues: readonly string[],
): string {
  const missing = ['', ...nullValues];
  const selected = names.map((name, index) => {
    const text = `trim(cast(${quotedIdentifier(name)} as varchar))`;
    return `case when ${text} in (${missing.map(quotedString).join(', ')}) then null else left(${text}, 100) end as c${index}`;
  });
  const rows = names.map((_, index) => {
    const families = textFamilies.map(
      (family) =>
        `count(*) filter (regexp_full_match(c${index}, ${quotedString(patterns[family])})) as ${family}`,
    );
    return `select ${index} as position, count(c${index}) as counted, ${families.join(', ')},
  (select spelt from (
    select regexp_replace(regexp_replace(left(c${index}, 40), '\\d+', '9', 'g'), '\\p{L}+', 'a', 'g') as spelt, count(*) as n
    from looked where c${index} is not null group by spelt order by n desc, spelt limit 1
  )) as signature
from looked`;
  });
  return `with looked as materialized (
  select ${selected.join(',\n    ')}
  from read_parquet(${quotedList(paths)}, union_by_name = true, file_row_number = true)
  where file_row_number % ${step} = 0
)
${rows.join('\nunion all\n')}
order by position`;
}

function shapeOf({ name, type }: { name: string; type: string }, row: Row): ColumnShape {
  const values = Number(row.counted ?? 0);
  const share = (family: string): number => (values === 0 ? 0 : Number(row[family] ?? 0) / values);
  return {
    name,
    type,
    family: familyOfType(type),
    values,
    shares: Object.fromEntries(textFamilies.map((family) => [family, share(family)])),
    signature: String(row.signature ?? ''),
  };
}

function familyOfType(type: string): string {
  if (type === 'VARCHAR') return 'text';
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\))$/.test(type)) return 'number';
  if (/^(DATE|TIMESTAMP.*)$/.test(type)) return 'date';
  return type === 'BOOLEAN' ? 'boolean' : 'other';
}

function isFromJson({ facts }: Manifest): boolean {
  const files = Array.isArray(facts.files) ? (facts.files as { path?: unknown }[]) : [];
  return files.some(({ path }) => /\.(jsonl?|ndjson)(\.gz|\.zst|\.zip)?$/i.test(String(path)));
}
