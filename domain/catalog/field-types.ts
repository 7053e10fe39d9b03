/** A type in the words of the formats: Table Schema, Croissant and OpenMetadata. */
export interface FieldType {
  readonly tableSchema: 'string' | 'integer' | 'number' | 'boolean' | 'date' | 'datetime' | 'time' | 'any';
  readonly croissant: string;
  readonly openMetadata: string;
}

const type = (tableSchema: FieldType['tableSchema'], croissant: string, openMetadata: string): FieldType => ({
  tableSchema,
  croissant,
  openMetadata,
});

const types: readonly (readonly [RegExp, FieldType])[] = [
  [/^(VARCHAR|UUID|ENUM|BLOB|JSON)/, type('string', 'sc:Text', 'STRING')],
  [/^U?(TINY|SMALL)INT$/, type('integer', 'sc:Integer', 'SMALLINT')],
  [/^U?INTEGER$/, type('integer', 'sc:Integer', 'INT')],
  [/^U?(BIG|HUGE)INT$/, type('integer', 'sc:Integer', 'BIGINT')],
  [/^DECIMAL/, type('number', 'sc:Float', 'DECIMAL')],
  [/^(DOUBLE|FLOAT)$/, type('number', 'sc:Float', 'DOUBLE')],
  [/^BOOLEAN$/, type('boolean', 'sc:Boolean', 'BOOLEAN')],
  [/^DATE$/, type('date', 'sc:Date', 'DATE')],
  [/^TIMESTAMP/, type('datetime', 'sc:DateTime', 'TIMESTAMP')],
  [/^TIME/, type('time', 'sc:Time', 'TIME')],
];

/** Translates DuckDB's name of a type; lists and structures, which files of the store do not have, become `any`. */
export function fieldType(stored: string): FieldType {
  const nested = stored.endsWith('[]') || /^(STRUCT|MAP|UNION|LIST)/.test(stored);
  const found = nested ? undefined : types.find(([expression]) => expression.test(stored))?.[1];
  return found ?? type('any', 'sc:Text', 'UNKNOWN');
}

/** Digits of a decimal type, or undefined of any other. */
export function decimalDigits(stored: string): { precision: number; scale: number } | undefined {
  const found = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(stored);
  return found ? { precision: Number(found[1]), scale: Number(found[2]) } : undefined;
}
