/**
 * Texts in flat arrays: they change threads without a copy, and the garbage collector has nothing to visit in them. As strings and
 * a Map, the ids of 20,000 users and 10,000 items held the event loop up for some 20 ms whenever a model was taken up.
 */
export interface TextColumn {
  /** UTF-16, one text behind the other; text i is `units[offsets[i] .. offsets[i + 1])`. */
  readonly units: Uint16Array<ArrayBuffer>;
  /** [texts + 1] */
  readonly offsets: Int32Array<ArrayBuffer>;
}

/** Texts that can be looked up. */
export interface TextIndex extends TextColumn {
  /** Hash table with linear probing, a power of two, at most half full; 0 = free, else the text's number + 1. */
  readonly slots: Int32Array<ArrayBuffer>;
}

/** Lays texts out; every string is kept as it is, lone surrogates too. */
export function textColumn(texts: readonly string[]): TextColumn {
  const offsets = new Int32Array(texts.length + 1);
  for (const [number, text] of texts.entries()) offsets[number + 1] = (offsets[number] ?? 0) + text.length;
  const units = new Uint16Array(offsets.at(-1) ?? 0);
  Buffer.from(units.buffer).write(texts.join(''), 'utf16le');
  return { units, offsets };
}

/** The text of that number; empty where there is none. */
export function textAt({ units, offsets }: TextColumn, number: number): string {
  const [start, end] = [offsets[number], offsets[number + 1]];
  if (start === undefined || end === undefined) return '';
  return Buffer.from(units.buffer, units.byteOffset + 2 * start, 2 * (end - start)).toString('utf16le');
}

/** Lays texts out with a table to find them by; of equal texts the first is found. */
export function textIndex(texts: readonly string[]): TextIndex {
  const column = textColumn(texts);
  const index = { ...column, slots: new Int32Array(2 ** Math.ceil(Math.log2(2 * texts.length + 2))) };
  for (const [number, text] of texts.entries()) {
    const slot = slotOf(index, text);
    if (index.slots[slot] === 0) index.slots[slot] = number + 1;
  }
  return index;
}

/** Number of a text; undefined where it is not among them. */
export function numberOf(index: TextIndex, text: string): number | undefined {
  const held = index.slots[slotOf(index, text)] as number;
  return held === 0 ? undefined : held - 1;
}

/** Slot that holds the text, or the free one where it would go. */
function slotOf(index: TextIndex, text: string): number {
  const { slots } = index;
  for (let slot = hashOf(text); ; slot++) {
    const held = slots[slot & (slots.length - 1)] as number;
    if (held === 0 || holds(index, held - 1, text)) return slot & (slots.length - 1);
  }
}

function holds({ units, offsets }: TextColumn, number: number, text: string): boolean {
  const start = offsets[number] as number;
  if ((offsets[number + 1] as number) - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (units[start + at] !== text.charCodeAt(at)) return false;
  return true;
}

/** FNV-1a of the UTF-16 units, its upper bits folded into the lower ones that pick the slot. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
