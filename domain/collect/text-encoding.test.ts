import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { asUtf8, encodingName, type TextRules } from './text-encoding.ts';

const dir = mkdtempSync(join(tmpdir(), 'stocktake-text-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function read(content: Buffer, rules: TextRules): { text: Buffer; encoding: string; copied: boolean } {
  const path = join(dir, 'in');
  writeFileSync(path, content);
  const found = asUtf8(path, join(dir, 'copy'), rules);
  return { text: readFileSync(found.path), encoding: found.encoding, copied: found.path !== path };
}

const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
/** 盘点 in GB 18030. */
const gb = Buffer.from('c5ccb5e3', 'hex');

describe('text in UTF-8', () => {
  it('leaves a UTF-8 file where it is, valid or not', () => {
    expect(read(Buffer.from('é'), { encoding: 'utf-8' })).toMatchObject({ encoding: 'utf-8', copied: false });
    expect(read(Buffer.of(0xff), { encoding: 'utf8' })).toMatchObject({ encoding: 'utf-8', copied: false });
  });

  it('decodes a file by its stated encoding', () => {
    const { text, encoding } = read(Buffer.concat([gb, Buffer.from(',1\n')]), { encoding: 'gbk' });
    expect([text.toString(), encoding]).toEqual(['盘点,1\n', 'gbk']);
    expect(read(Buffer.of(0x80, 0xe9), { encoding: 'windows-1252' }).text.toString()).toBe('€é');
    expect(read(Buffer.from('838a', 'hex'), { encoding: 'shift_jis' }).text.toString()).toBe('リ');
  });

  it('falls back for the whole file where it is not what it should be', () => {
    const mixed = Buffer.concat([Buffer.from('a\n'), gb, Buffer.from('\n')]);
    const rules = { encoding: 'utf-8', fallbackEncoding: 'gb18030' };
    expect(read(mixed, rules)).toMatchObject({ encoding: 'gb18030', copied: true });
    expect(read(mixed, rules).text.toString()).toBe('a\n盘点\n');
    expect(read(Buffer.from('盘点\n'), rules)).toMatchObject({ encoding: 'utf-8', copied: false });
  });

  it('believes a UTF-16 byte order mark more than the configuration', () => {
    const content = '\ufeffa,盘\nb,😀\n';
    for (const [bytes, encoding] of [
      [Buffer.from(content, 'utf16le'), 'utf-16le'],
      [swapped(content), 'utf-16be'],
    ] as const) {
      const found = read(bytes, { encoding: 'utf-8' });
      expect([found.text.toString(), found.encoding]).toEqual([content, encoding]);
    }
  });

  it('is not misled by characters of UTF-16 that hold the byte of a line end', () => {
    const content = 'ਊ\u0a0a\u0d0a,\ud83d\ude0a\nx\n';
    expect(read(Buffer.from(content, 'utf16le'), { encoding: 'utf-16le' }).text.toString()).toBe(content);
  });

  it('marks the lines that cannot be decoded, and no other', () => {
    const lines = (text: Buffer): boolean[] =>
      text
        .toString('latin1')
        .split('\n')
        .map((line) => line.includes('\xff'));
    const bad = Buffer.concat([Buffer.from('a\n'), Buffer.from('81ff', 'hex'), Buffer.from('\n'), gb]);
    expect(lines(read(bad, { encoding: 'gb18030' }).text)).toEqual([false, true, false]);
    const half = Buffer.from('a\nb\ud800\nc\n', 'utf16le');
    half.writeUInt16LE(0xd800, 6);
    expect(lines(read(half, { encoding: 'utf-16le' }).text)).toEqual([false, true, false, false]);
    const odd = Buffer.concat([Buffer.from('a\nb', 'utf16le'), Buffer.of(0x41)]);
    expect(lines(read(odd, { encoding: 'utf-16le' }).text)).toEqual([false, true]);
  });

  it('knows encodings by their WHATWG labels', () => {
    expect(encodingName('latin1')).toBe('windows-1252');
    expect(encodingName('klingon')).toBeUndefined();
  });
});
