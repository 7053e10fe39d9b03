import { isoText, objectWriter, type ToJson, textToJson } from './database-json.ts';

/** A column of a result as the protocol of MariaDB and MySQL tells it. */
export interface MariadbColumn {
  readonly name: string;
  /** Number of the type in the protocol (`enum_field_types`). */
  readonly type: number;
  /** Whether its bytes are no text (character set 63). */
  readonly binary: boolean;
  /** Whether MariaDB says that the text is JSON. */
  readonly json: boolean;
}

/** What a watermark of a type is; others are none. */
export const mariadbWatermarks: Readonly<Record<number, 'time' | 'counter'>> = {
  0: 'counter',
  1: 'counter',
  2: 'counter',
  3: 'counter',
  7: 'time',
  8: 'counter',
  9: 'counter',
  10: 'time',
  12: 'time',
  246: 'counter',
};

const utf8 =
  (write: ToJson<string>): ToJson<Buffer> =>
  (bytes) =>
    write(bytes.toString('utf8'));
const asText = utf8(textToJson.text);
const asNumber = utf8(textToJson.number);
const asBase64: ToJson<Buffer> = (bytes) => JSON.stringify(bytes.toString('base64'));
const asBits: ToJson<Buffer> = (bytes) => JSON.stringify(BigInt(`0x0${bytes.toString('hex')}`).toString());
const asJson = utf8((text) => (isJson(text) ? textToJson.json(text) : textToJson.text(text)));

const byType: Readonly<Record<number, ToJson<Buffer>>> = {
  1: asNumber,
  2: asNumber,
  3: asNumber,
  4: asNumber,
  5: asNumber,
  7: utf8((text) => JSON.stringify(`${isoText(text)}Z`)),
  9: asNumber,
  12: utf8(textToJson.time),
  13: asNumber,
  16: asBits,
  245: asJson,
  255: asBase64,
};
/** Types whose bytes are text, or none, as their character set says: VARCHAR, the BLOBs, VAR_STRING, STRING. */
const byCharacterSet: readonly number[] = [15, 249, 250, 251, 252, 253, 254];

/**
 * Makes the function that writes rows of bytes, as the server sends them in UTF-8 and with its time zone at UTC, as JSON objects.
 *
 * Small integers and floats become JSON numbers, JSON stays JSON; decimals and bigints become texts, so that no digit is lost; blobs and
 * geometries become base64, bits a number's text; DATETIME becomes ISO 8601 without a zone, TIMESTAMP with `Z`; anything else its text.
 */
export function mariadbWriter(
  columns: readonly MariadbColumn[],
): (row: readonly (Buffer | null)[]) => string {
  return objectWriter(columns.map((column) => ({ name: column.name, write: writerOf(column) })));
}

function writerOf({ type, binary, json }: MariadbColumn): ToJson<Buffer> {
  if (json) return asJson;
  if (binary && byCharacterSet.includes(type)) return asBase64;
  return byType[type] ?? asText;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
