import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteWindow } from './byte-window.ts';
import { lf } from './csv-scanner.ts';

/** Encodings whose characters take two or four bytes at least. UTF-32 is none of WHATWG's. */
export const wideEncodings = ['utf-32le', 'utf-32be', 'utf-16le', 'utf-16be'] as const;
/** One of them. */
export type WideEncoding = (typeof wideEncodings)[number];

/** Whether an encoding is one of them. */
export function isWideEncoding(encoding: string): encoding is WideEncoding {
  return (wideEncodings as readonly string[]).includes(encoding);
}

/** The encoding that a byte order mark names; UTF-8's is none here. */
export function markedEncoding(path: string): WideEncoding | undefined {
  const head = Buffer.alloc(4, 1);
  const file = openSync(path, 'r');
  let size: number;
  try {
    readSync(file, head, 0, 4, 0);
    ({ size } = fstatSync(file));
  } finally {
    closeSync(file);
  }
  if (size % 4 === 0 && head.readUInt32BE() === 0xfffe0000) return 'utf-32le';
  if (size % 4 === 0 && head.readUInt32BE() === 0x0000feff) return 'utf-32be';
  if (head.readUInt16BE() === 0xfffe) return 'utf-16le';
  return head.readUInt16BE() === 0xfeff ? 'utf-16be' : undefined;
}

/** Decodes whole units; half a unit at the end, and what is no scalar value, becomes half a surrogate pair. */
export function decodeWide(bytes: Buffer, encoding: WideEncoding): string {
  const width = unitBytes(encoding);
  const whole = bytes.subarray(0, bytes.length - (bytes.length % width));
  const text = width === 4 ? decodeUtf32(whole, isBigEndian(encoding)) : decodeUtf16(whole, encoding);
  return whole.length === bytes.length ? text : `${text}\ud800`;
}

/**
 * Whether bytes are text in an encoding, and ASCII to a good part: separators and line ends are. Control characters but
 * tabs and line ends, and what Unicode has not assigned, are no text.
 */
export function isWideText(head: Buffer, encoding: WideEncoding): boolean {
  const whole = head.subarray(0, head.length - (head.length % 4));
  const text = decodeWide(whole, encoding).replace(/[\ud800-\udbff]$/, '');
  if (text.length === 0 || !text.isWellFormed()) return false;
  const strange = text.match(/[\p{Cn}\p{Co}]|(?![\t\n\r\f])\p{Cc}/gu)?.length ?? 0;
  const ascii = text.match(/[\t\n\r -~]/g)?.length ?? 0;
  return strange * 200 <= text.length && ascii * 20 >= text.length;
}

/** Where to cut a window: behind its last line end, always between two units; `longest` bytes without one are cut too. */
export function wideCut(window: ByteWindow, encoding: WideEncoding, longest: number): number {
  const { bytes, start } = window;
  const width = unitBytes(encoding);
  const unit = unitReader(bytes, encoding);
  const end = window.end - ((window.end - start) % width);
  for (let i = end - width; i >= start; i -= width) if (unit(i) === lf) return i + width;
  return end - start < longest ? start : end;
}

const unitBytes = (encoding: WideEncoding): 2 | 4 => (encoding.startsWith('utf-32') ? 4 : 2);
const isBigEndian = (encoding: WideEncoding): boolean => encoding.endsWith('be');

function unitReader(bytes: Buffer, encoding: WideEncoding): (at: number) => number {
  if (unitBytes(encoding) === 4) {
    return isBigEndian(encoding) ? (at) => bytes.readUInt32BE(at) : (at) => bytes.readUInt32LE(at);
  }
  return isBigEndian(encoding) ? (at) => bytes.readUInt16BE(at) : (at) => bytes.readUInt16LE(at);
}

function decodeUtf16(bytes: Buffer, encoding: WideEncoding): string {
  return isBigEndian(encoding) ? Buffer.from(bytes).swap16().toString('utf16le') : bytes.toString('utf16le');
}

function decodeUtf32(bytes: Buffer, bigEndian: boolean): string {
  const pieces: string[] = [];
  const codes: number[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const code = bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    codes.push(code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? 0xd800 : code);
    if (codes.length === 4096) pieces.push(String.fromCodePoint(...codes.splice(0)));
  }
  return pieces.join('') + String.fromCodePoint(...codes);
}
