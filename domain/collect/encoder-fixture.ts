/**
 * Encodes a text in any encoding that TextDecoder can decode, and in UTF-16 and UTF-32: the platform only encodes UTF-8.
 *
 * The table of a code page is made by decoding all of its one- and two-byte codes.
 */
export function encoded(text: string, encoding: string): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  if (encoding.startsWith('utf-32')) return utf32(text, encoding.endsWith('be'));
  const units = Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16le') return units;
  if (encoding === 'utf-16be') return units.swap16();
  const table = tableOf(encoding);
  return Buffer.concat(
    [...text].map((character) => {
      const bytes = table.get(character);
      if (!bytes) throw new Error(`${encoding} has no ${character}`);
      return bytes;
    }),
  );
}

const tables = new Map<string, Map<string, Buffer>>();

function tableOf(encoding: string): Map<string, Buffer> {
  const known = tables.get(encoding);
  if (known) return known;
  const table = new Map<string, Buffer>();
  const decoder = new TextDecoder(encoding, { fatal: true });
  const note = (...bytes: number[]): void => {
    try {
      const text = decoder.decode(Uint8Array.from(bytes));
      if ([...text].length === 1 && !table.has(text)) table.set(text, Buffer.from(bytes));
    } catch {
      // No character has this code.
    }
  };
  for (let byte = 0; byte < 256; byte++) note(byte);
  for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x40; trail < 0xff; trail++) note(lead, trail);
  tables.set(encoding, table);
  return table;
}

function utf32(text: string, bigEndian: boolean): Buffer {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(codes.length * 4);
  for (const [at, code] of codes.entries()) {
    if (bigEndian) bytes.writeUInt32BE(code, at * 4);
    else bytes.writeUInt32LE(code, at * 4);
  }
  return bytes;
}
