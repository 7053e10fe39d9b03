import { objectWriter, type ToJson, textToJson } from './database-json.ts';

/** A column of a result: its name and the number of its type in `pg_type`. */
export interface PostgresColumn {
  readonly name: string;
  readonly type: number;
}

/** Types by number (`pg_type.oid` of the built-in ones never changes) that a watermark may have, and their SQL names. */
export const oids: {
  readonly times: Readonly<Record<number, string>>;
  readonly counters: Readonly<Record<number, string>>;
} = {
  times: { 1082: 'date', 1114: 'timestamp', 1184: 'timestamptz' },
  counters: { 20: 'int8', 21: 'int2', 23: 'int4', 1700: 'numeric' },
};

const asText = textToJson.text;
const asNumber = textToJson.number;
const asJson = textToJson.json;
const asBase64 = (text: string): string => asText(Buffer.from(text.slice(2), 'hex').toString('base64'));
const asTime = (text: string): string => textToJson.time(text.replace(/\+00$/, 'Z'));

const byType: Readonly<Record<number, ToJson<string>>> = {
  16: (text) => (text === 't' ? 'true' : 'false'),
  17: asBase64,
  21: asNumber,
  23: asNumber,
  114: asJson,
  700: asNumber,
  701: asNumber,
  1114: asTime,
  1184: asTime,
  3802: asJson,
};

/** Array types and the type of their elements. */
const elementOf: Readonly<Record<number, number>> = {
  199: 114,
  1000: 16,
  1001: 17,
  1005: 21,
  1007: 23,
  1009: 25,
  1014: 1042,
  1015: 1043,
  1016: 20,
  1021: 700,
  1022: 701,
  1115: 1114,
  1182: 1082,
  1185: 1184,
  1231: 1700,
  2951: 2950,
  3807: 3802,
};

/**
 * Makes the function that writes rows of texts, as PostgreSQL sends them in the ISO date style and UTC, as JSON objects.
 *
 * Small integers, floats and booleans become JSON values, json stays json; numeric and bigint become texts, so that no digit is
 * lost; bytea becomes base64; times become ISO 8601 (`Z` where they have a zone); arrays become arrays; anything else its text.
 */
export function rowWriter(columns: readonly PostgresColumn[]): (row: readonly (string | null)[]) => string {
  return objectWriter(columns.map(({ name, type }) => ({ name, write: writerOf(type) })));
}

function writerOf(type: number): ToJson<string> {
  const element = elementOf[type];
  if (element === undefined) return byType[type] ?? asText;
  const write = byType[element] ?? asText;
  return (text) => arrayJson(text, write);
}

/** An array literal (`{1,"a b",NULL,{2}}`) as JSON. Source: PostgreSQL manual, 8.15.6. */
function arrayJson(literal: string, write: ToJson<string>): string {
  // Bounds other than from 1 stand before the braces.
  const pieces = literal.slice(literal.indexOf('{')).matchAll(/[{}]|,|"((?:[^"\\]|\\.)*)"|([^{},"]+)/gs);
  let text = '';
  for (const [piece, inQuotes, bare] of pieces) {
    if (piece === '{') text += '[';
    else if (piece === '}') text += ']';
    else if (piece === ',') text += ',';
    else if (bare === 'NULL') text += 'null';
    else text += write(bare ?? (inQuotes ?? '').replace(/\\(.)/gs, '$1'));
  }
  return text;
}
