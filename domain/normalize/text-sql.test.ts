import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { blanks, cleanText, cleanTextSql, cutTextSql } from './text-sql.ts';

let dir = '';
let warehouse: Warehouse;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-text-'));
  warehouse = await openWarehouse({ threads: 1, memoryMb: 512, tempDir: join(dir, 'spill') });
});
afterAll(async () => {
  warehouse.close();
  await rm(dir, { recursive: true });
});

async function clean(text: string): Promise<unknown> {
  const [row] = await warehouse.rows(
    'clean',
    `select ${cleanTextSql('t')} as clean from (select $text as t)`,
    {
      text,
    },
  );
  return row?.clean;
}

async function cut(text: string): Promise<string> {
  const [row] = await warehouse.rows('cut', `select ${cutTextSql('t')} as cut from (select $text as t)`, {
    text,
  });
  return String(row?.cut);
}

describe('clean text', () => {
  it('is the same for a character written in one piece and in two', async () => {
    expect(await clean('Caf\u00e9')).toBe('Caf\u00e9');
    expect(await clean('Cafe\u0301')).toBe('Caf\u00e9');
  });

  it('has no full-width, no-break or zero width blanks at its ends and keeps those inside', async () => {
    expect(await clean('\u3000\u00a0 Tee\u3000Tasse \u200b\ufeff\t\r\n')).toBe('Tee\u3000Tasse');
    expect(await clean('a  b')).toBe('a  b');
  });

  it('is null where nothing but blanks was received', async () => {
    expect(await clean('')).toBeNull();
    expect(await clean(' \u3000 ')).toBeNull();
  });

  it('keeps a NUL and what follows it', async () => {
    expect(await clean('a\u0000e\u0301 ')).toBe('a\u0000\u00e9');
  });

  it('agrees with JavaScript on any mixture, and cleaning twice changes nothing', async () => {
    const piece = fc.constantFrom(
      'a',
      'Z',
      '9',
      '~',
      '!',
      'e',
      '\u0301',
      '\u0323',
      'ﬁ',
      '한',
      '\u1112',
      '\u1161',
      '中',
      '😀',
      '\u0000',
      ...blanks,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const text = pieces.join('');
        const cleaned = await clean(text);
        expect(cleaned).toBe(cleanText(text) || null);
        if (typeof cleaned === 'string') expect(await clean(cleaned)).toBe(cleaned);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

describe('cut text', () => {
  it('keeps 4096 bytes and never half a character', async () => {
    expect(await cut('x'.repeat(4096))).toHaveLength(4096);
    expect(await cut('x'.repeat(5000))).toHaveLength(4096);
    expect(await cut(`x${'中'.repeat(2000)}`)).toBe(`x${'中'.repeat(1365)}`);
    expect(await cut(`xy${'😀'.repeat(2000)}`)).toBe(`xy${'😀'.repeat(1023)}`);
  });
});
