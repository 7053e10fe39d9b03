import { type EntityColumnType, type EntityName, entities } from '../../schemas/entities.ts';
import { quotedIdentifier } from '../warehouse/quoting.ts';

const sqlTypes: Readonly<Record<EntityColumnType, string>> = {
  text: 'varchar',
  money: 'decimal(18,4)',
  number: 'decimal(18,6)',
  integer: 'bigint',
  time: 'timestamp',
  date: 'date',
  json: 'varchar',
};

/** Where a row comes from: source, slice, file and line, in this order; unique within an entity. */
export const provenanceColumns = ['_source', '_slice', '_file', '_line'] as const;

/** The names of an entity's own columns, in order. */
export function columnsOf(entity: EntityName): string[] {
  return Object.keys(entities[entity].columns);
}

/** The one column that names a record of users or items within its namespace. */
export function keyOf(entity: 'users' | 'items'): string {
  return entity === 'users' ? 'user_id' : 'item_id';
}

/**
 * The column whose value decides where another column's value is taken from: a currency belongs to its price and is never
 * mixed with another one. Every other column decides for itself.
 */
export function leadingColumn(entity: 'users' | 'items', name: string): string {
  return entity === 'items' && name === 'currency' ? 'price' : name;
}

/** An entity's own columns cast to their types, for the edge where a file of another stage is read. */
export function typedColumnsSql(entity: EntityName): string {
  return Object.entries(entities[entity].columns)
    .map(([name, { type }]) => {
      const column = quotedIdentifier(name);
      return `${column}::${sqlTypes[type]} as ${column}`;
    })
    .join(',\n  ');
}

/** `_source`, `_slice`, `_file` and `_line` cast to their types. */
export const typedProvenanceSql = `_source::varchar as _source,
  _slice::varchar as _slice,
  _file::varchar as _file,
  _line::bigint as _line`;

/** A relation with an entity's clean columns and no row, for outputs that are empty but have their schema. */
export function noRowsSql(entity: EntityName): string {
  const extra =
    entities[entity].kind === 'event'
      ? ['null::date as event_date']
      : ['null::varchar as namespace', 'null::bigint as source_rows'];
  const columns = [...columnsOf(entity), ...provenanceColumns].map(
    (name) => `null as ${quotedIdentifier(name)}`,
  );
  return `(select ${[...columns, ...extra].join(', ')} where false)`;
}
