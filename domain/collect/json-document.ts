import type { ByteWindow } from './byte-window.ts';
import { createJsonCursor, type JsonCursor, type JsonExtent } from './json-cursor.ts';
import { fileRefusal, isFileRefusal } from './reject-log.ts';

/** Told about the records of a JSON file in order; `ordinal` counts them from 1. */
export type JsonVisitor = (extent: JsonExtent, ordinal: number) => void;

const ends = { ']': 0x5d, '}': 0x7d };
const comma = 0x2c;
const colon = 0x3a;
const openArray = 0x5b;
const openObject = 0x7b;
const quote = 0x22;

/**
 * Finds the records of a JSON document: the elements of a top-level array; or of the one array of objects that a single
 * top-level object holds; or else each top-level value.
 *
 * @param open opens the file from its start; called once or twice, the caller closes
 * @throws SourceError STK-COLLECT-TRUNCATED when the file ends within a value, STK-COLLECT-DEPTH when that value is nested
 *   too deep to be meant, STK-COLLECT-JSON where the structure between records is broken: then nothing of it is taken
 */
export function walkJsonDocument(
  open: () => ByteWindow,
  limits: { readonly recordBytes: number; readonly jsonDepth: number },
  visit: JsonVisitor,
): void {
  let ordinal = 0;
  const walk: Walk = {
    keepBytes: limits.recordBytes,
    jsonDepth: limits.jsonDepth,
    visit: (extent) => visit(extent, ++ordinal),
  };
  const cursor = createJsonCursor(skipMark(open()));
  const first = cursor.peek();
  if (first === openArray) {
    readArray(cursor, walk);
    if (cursor.peek() !== -1) throw broken(cursor, 'the end of the file after its array');
  } else if (first === openObject) readObjects(open, cursor, walk);
  else readSequence(cursor, walk);
}

/** Moves a window behind a UTF-8 byte order mark. */
export function skipMark(window: ByteWindow): ByteWindow {
  window.more();
  if (window.end >= 3 && window.bytes.readUIntBE(0, 3) === 0xefbbbf) window.start = 3;
  return window;
}

interface Walk {
  readonly keepBytes: number;
  readonly jsonDepth: number;
  readonly visit: (extent: JsonExtent) => void;
}

function readObjects(open: () => ByteWindow, looking: JsonCursor, walk: Walk): void {
  const arrays = arraysOfObjects(looking, walk);
  const alone = arrays !== undefined && looking.peek() === -1;
  if (alone && arrays.length > 1) {
    throw fileRefusal(
      'STK-COLLECT-JSON',
      `the object holds ${arrays.length} arrays of objects; expected one, which would be the rows. Split the file, or write one array`,
    );
  }
  const cursor = createJsonCursor(skipMark(open()));
  const wanted = alone ? arrays[0] : undefined;
  if (wanted === undefined) readSequence(cursor, walk);
  else
    readMembers(cursor, walk, (member) =>
      member === wanted ? readArray(cursor, walk) : nextValue(cursor, walk),
    );
}

/** The positions of the members that are arrays of objects; undefined where it is no well-formed object. */
function arraysOfObjects(cursor: JsonCursor, walk: Walk): number[] | undefined {
  const found: number[] = [];
  try {
    readMembers(cursor, walk, (member) => {
      if (cursor.peek() !== openArray) return nextValue(cursor, walk);
      const count = { objects: 0, all: 0 };
      readArray(cursor, {
        ...walk,
        visit({ bytes, start }) {
          count.all++;
          if (bytes[start] === openObject) count.objects++;
        },
      });
      if (count.all > 0 && count.objects === count.all) found.push(member);
    });
    return found;
  } catch (error) {
    if (isFileRefusal(error)) return undefined;
    throw error;
  }
}

function readMembers(cursor: JsonCursor, walk: Walk, value: (member: number) => void): void {
  takeNext(cursor);
  if (cursor.peek() === ends['}']) {
    cursor.take();
    return;
  }
  for (let member = 0; ; member++) {
    if (cursor.peek() !== quote) throw broken(cursor, 'the name of a member');
    nextValue(cursor, walk);
    if (cursor.peek() !== colon) throw broken(cursor, 'a colon');
    cursor.take();
    value(member);
    const next = cursor.peek();
    if (next !== comma && next !== ends['}']) throw broken(cursor, 'a comma or the end of the object');
    cursor.take();
    if (next === ends['}']) return;
  }
}

function readArray(cursor: JsonCursor, walk: Walk): void {
  takeNext(cursor);
  if (cursor.peek() === ends[']']) {
    cursor.take();
    return;
  }
  for (;;) {
    walk.visit(nextValue(cursor, walk));
    const next = cursor.peek();
    if (next !== comma && next !== ends[']']) throw broken(cursor, 'a comma or the end of the array');
    cursor.take();
    if (next === ends[']']) return;
  }
}

/** Consumes the bracket that comes next, and the white space before it. */
function takeNext(cursor: JsonCursor): void {
  cursor.peek();
  cursor.take();
}

function readSequence(cursor: JsonCursor, walk: Walk): void {
  while (cursor.peek() !== -1) walk.visit(nextValue(cursor, walk));
}

function nextValue(cursor: JsonCursor, { keepBytes, jsonDepth }: Walk): JsonExtent {
  cursor.peek();
  const extent = cursor.value(keepBytes);
  if (extent.cut && extent.depth > jsonDepth) {
    throw fileRefusal(
      'STK-COLLECT-DEPTH',
      `from line ${extent.line} on it is nested ${extent.depth} levels deep; limits.jsonDepth allows ${jsonDepth}`,
    );
  }
  if (extent.cut) {
    throw fileRefusal(
      'STK-COLLECT-TRUNCATED',
      `the file ends within the value that starts on line ${extent.line}; if every line is one object, set format: 'jsonl'`,
    );
  }
  if (extent.length === 0) throw broken(cursor, 'a value');
  return extent;
}

function broken(cursor: JsonCursor, expected: string): Error {
  const received = cursor.peek() === -1 ? 'the file ends' : 'there is something else';
  const code = cursor.peek() === -1 ? 'STK-COLLECT-TRUNCATED' : 'STK-COLLECT-JSON';
  return fileRefusal(code, `on line ${cursor.line()} ${received} where ${expected} is expected`);
}
