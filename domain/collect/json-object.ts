import type { RejectReason } from './reject-log.ts';

/** One top-level member of an object: its name, and its value ready to be written as a JSON string. */
export interface JsonMember {
  readonly key: string;
  /**
   * A JSON string literal that holds the value as text: strings as they stand, numbers, booleans and nested values as
   * their own text. Undefined for null.
   */
  readonly literal: string | undefined;
  /** Whether the value is an object. */
  readonly nested: boolean;
}

/** An object taken apart, or why it is no row. */
export type JsonObject =
  | { readonly ok: true; readonly members: readonly JsonMember[]; readonly repeatedKeys: number }
  | { readonly ok: false; readonly reason: RejectReason; readonly message: string };

/**
 * Takes an object apart without changing a character of its values: 9007199254740993, 1e400 and 1.10 stay what they are.
 *
 * Depth is counted before anything recurses. Of a repeated name the last value counts. Texts that no UTF-8 column can hold
 * (`\u0000`, half a surrogate pair) make it no row.
 */
export function readObject(text: string, mostDepth: number): JsonObject {
  const scanned = scanMembers(text);
  if (scanned.depth > mostDepth) {
    return refused(
      'STK-COLLECT-DEPTH',
      `is nested ${scanned.depth} levels deep; limits.jsonDepth allows ${mostDepth}`,
    );
  }
  if (!isJson(text)) return refused('STK-COLLECT-JSON', 'is not valid JSON');
  if (!isObject(text)) return refused('STK-COLLECT-JSON', `is ${kindOf(text)}; expected an object`);
  const members = new Map<string, JsonMember>();
  for (const { key: rawKey, value } of scanned.members) {
    const key = decode(rawKey);
    const trouble = troubleIn(rawKey) ?? (value.startsWith('"') ? troubleIn(value) : undefined);
    if (trouble) return trouble;
    members.delete(key);
    members.set(key, { key, literal: literalOf(value), nested: value.startsWith('{') });
  }
  return { ok: true, members: [...members.values()], repeatedKeys: scanned.members.length - members.size };
}

/** Levels of nesting that become names; what lies deeper stays a JSON text. */
const mostLevels = 16;

/**
 * Takes nested objects apart: `{"a":{"b":1}}` has the member `a.b`. Arrays, empty objects, and an object whose members would
 * take the name of another one stay JSON texts.
 */
export function flatMembers(members: readonly JsonMember[]): JsonMember[] {
  const names = new Set(members.map(({ key }) => key));
  const flatten = (member: JsonMember, level: number): JsonMember[] => {
    const inner = level < mostLevels ? innerMembers(member) : [];
    const named = inner.map((one) => ({ ...one, key: `${member.key}.${one.key}` }));
    if (named.length === 0 || named.some(({ key }) => names.has(key))) return [member];
    for (const { key } of named) names.add(key);
    return named.flatMap((one) => flatten(one, level + 1));
  };
  return members.flatMap((member) => flatten(member, 0));
}

function innerMembers({ literal, nested }: JsonMember): readonly JsonMember[] {
  if (!nested || literal === undefined) return [];
  const inner = readObject(JSON.parse(literal) as string, Number.MAX_SAFE_INTEGER);
  return inner.ok ? inner.members : [];
}

interface Scanned {
  readonly depth: number;
  readonly members: { key: string; value: string }[];
}

/** Finds the texts of an object's names and values by brackets and quotes alone; right where the text is valid JSON. */
function scanMembers(text: string): Scanned {
  const members: { key: string; value: string }[] = [];
  let depth = 0;
  let deepest = 0;
  let key = '';
  let from = 0;
  const close = (end: number): void => {
    if (key) members.push({ key, value: text.slice(from, end).trim() });
    key = '';
  };
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      const start = i;
      i = closingQuote(text, i + 1);
      if (depth === 1 && key === '') key = text.slice(start, i + 1);
    } else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x7d || c === 0x5d) {
      if (depth === 1) close(i);
      depth--;
    } else if (depth === 1 && c === 0x2c) close(i);
    else if (depth === 1 && c === 0x3a) from = i + 1;
  }
  return { depth: deepest, members };
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isObject(text: string): boolean {
  return text.trimStart().startsWith('{');
}

function kindOf(text: string): string {
  const first = text.trimStart()[0] ?? '';
  if (first === '[') return 'an array';
  if (first === '"') return 'a string';
  return first === 'n' ? 'null' : first === 't' || first === 'f' ? 'a boolean' : 'a number';
}

function decode(literal: string): string {
  return literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
}

function troubleIn(literal: string): JsonObject | undefined {
  if (!literal.includes('\\u')) return undefined;
  const text = decode(literal);
  if (text.includes('\0'))
    return refused('STK-COLLECT-NUL', 'holds the character \\u0000 in a text; expected none');
  if (text.isWellFormed()) return undefined;
  return refused('STK-COLLECT-ENCODING', 'holds half a surrogate pair in a text; expected Unicode text');
}

function literalOf(value: string): string | undefined {
  if (value === 'null') return undefined;
  return value.startsWith('"') ? value : JSON.stringify(value);
}

function refused(reason: RejectReason, message: string): JsonObject {
  return { ok: false, reason, message };
}
