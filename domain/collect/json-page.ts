import type { ByteWindow } from './byte-window.ts';
import { createJsonCursor, type JsonCursor } from './json-cursor.ts';
import { flatMembers, readObject } from './json-object.ts';

/** One member of a page's record that was taken apart: its name, and its value as text (undefined for null). */
export type FlatRecord = ReadonlyMap<string, string | undefined>;

const brackets = { array: 0x5b, object: 0x7b, endArray: 0x5d, endObject: 0x7d };
const comma = 0x2c;
/** Records nested deeper than this are not taken apart. */
const mostDepth = 1000;

/** The bytes of a JSON document behind its mark, or undefined where they are none: not UTF-8, or not JSON. */
export function jsonPage(bytes: Buffer): Buffer | undefined {
  const marked = bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf;
  const page = marked ? bytes.subarray(3) : bytes;
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(page));
    return page;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The value at a JSON pointer (RFC 6901), as its own text, or undefined where there is none. Of a repeated name the last counts. */
export function textAt(page: Buffer, pointer: string): string | undefined {
  return partAt(page, pointer)?.toString('utf8').trim();
}

/** The texts of the elements of the list at a pointer, each in one line and else unchanged; undefined where there is no list. */
export function recordsAt(page: Buffer, pointer: string): string[] | undefined {
  const list = partAt(page, pointer);
  if (list?.toString('utf8').trimStart()[0] !== '[') return undefined;
  return [...partsOf(list)].map(([, part]) => part.toString('utf8').replace(/[\r\n]+/g, ' '));
}

/**
 * Takes a record apart as files of JSON are: `{"a":{"b":1}}` has the member `a.b`, every value is text without a digit lost. What is no
 * object, or holds text that no column can, is undefined.
 */
export function flatRecord(text: string): FlatRecord | undefined {
  const object = readObject(text, mostDepth);
  if (!object.ok) return undefined;
  return new Map(
    flatMembers(object.members).map(({ key, literal }) => [
      key,
      literal === undefined ? undefined : (JSON.parse(literal) as string),
    ]),
  );
}

/** A record that was taken apart, as one line of JSON. */
export function flatLine(record: FlatRecord): string {
  const members = [...record].map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value ?? null)}`,
  );
  return `{${members.join(',')}}`;
}

function partAt(page: Buffer, pointer: string): Buffer | undefined {
  const names = pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  let part: Buffer | undefined = page;
  for (const name of names) {
    const inside: [string, Buffer][] = part ? [...partsOf(part)] : [];
    part = inside.findLast(([key]) => key === name)?.[1];
  }
  return part;
}

/** The parts of a valid array or object, by number or name; a scalar has none. */
function* partsOf(value: Buffer): Generator<[string, Buffer]> {
  const cursor = createJsonCursor(windowOver(value));
  const opening = cursor.peek();
  if (opening !== brackets.array && opening !== brackets.object) return;
  cursor.take();
  for (let index = 0; ; index++) {
    if (cursor.peek() === comma) cursor.take();
    const next = cursor.peek();
    if (next === brackets.endArray || next === brackets.endObject || next === -1) return;
    const name = opening === brackets.array ? String(index) : nameIn(value, cursor);
    yield [name, valueIn(value, cursor)];
  }
}

function nameIn(bytes: Buffer, cursor: JsonCursor): string {
  const name = JSON.parse(valueIn(bytes, cursor).toString('utf8')) as string;
  cursor.peek();
  cursor.take();
  return name;
}

function valueIn(bytes: Buffer, cursor: JsonCursor): Buffer {
  cursor.peek();
  const { start, end } = cursor.value(Number.MAX_SAFE_INTEGER);
  return bytes.subarray(start, end);
}

/** A window over bytes in memory: it never moves, so places in it stay what they are. */
function windowOver(bytes: Buffer): ByteWindow {
  return {
    bytes,
    start: 0,
    end: bytes.length,
    atEnd: true,
    generation: 0,
    more: () => false,
    close: () => undefined,
  };
}
