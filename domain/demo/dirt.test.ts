import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStream } from '../math/random.ts';
import { type Plant, roundByChance, writeRecords } from './dirt.ts';

interface Row {
  readonly id: string;
  readonly text: string;
}

const rows = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `k${index}`,
    text: index % 7 === 0 ? `two\nlines ${index}` : `one ${index}`,
  }));

const reject: Plant<Row> = {
  kind: 'spoiled',
  expected: 'reject',
  share: 0.02,
  minimum: 1,
  spoil: (row) => ({ ...row, text: 'bad' }),
};
const torn: Plant<Row> = {
  kind: 'torn',
  expected: 'reject',
  share: 0,
  minimum: 2,
  tear: (text) => `!${text}`,
};
const repeat: Plant<Row> = {
  kind: 'again',
  expected: 'drop-duplicate',
  share: 0.03,
  minimum: 1,
  repeats: true,
};

const write = (count: number, plants: readonly Plant<Row>[], dirt = 1, seed = 1) =>
  writeRecords<Row>({
    header: 'id,text',
    records: rows(count),
    plants,
    random: openStream(seed, 'dirt'),
    dirt,
    keyOf: (row) => row.id,
    toText: (row) => `${row.id}:${row.text}`,
  });

describe('writeRecords', () => {
  it('names the physical line of every fault, counting line breaks within records', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (count, seed) => {
        const { text, marks } = write(count, [reject, torn, repeat], 1, seed);
        const lines = text.split('\n');
        for (const { mark } of marks) {
          const line = lines[mark.line - 1] ?? '';
          const form = { spoiled: `${mark.key}:bad`, torn: `!${mark.key}:`, again: `${mark.key}:` }[
            mark.kind
          ];
          if (!line.startsWith(form ?? '?')) return false;
        }
        return true;
      }),
    );
  });

  it('counts what it wrote: all records and repeats, each in one class', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (count, dirt, seed) => {
        const { records, malformed, rejected, repeated, marks } = write(
          count,
          [reject, torn, repeat],
          dirt,
          seed,
        );
        const keys = new Set(marks.map(({ mark }) => mark.key));
        expect(records).toBe(count + repeated);
        expect(malformed + rejected + repeated).toBe(marks.length);
        expect(keys.size).toBe(marks.length);
      }),
    );
  });

  it('writes a repeat as an exact copy below its original', () => {
    const { text, marks } = write(200, [repeat]);
    const lines = text.split('\n');
    expect(marks.length).toBe(6);
    for (const { mark } of marks) {
      const copy = lines[mark.line - 1] ?? '';
      expect(lines.indexOf(copy)).toBeLessThan(mark.line - 1);
      expect(lines.filter((line) => line === copy)).toHaveLength(2);
    }
  });

  it('plants nothing at dirt 0', () => {
    const { text, marks } = write(100, [reject, torn, repeat], 0);
    expect(marks).toEqual([]);
    expect(text).toBe(
      `id,text\n${rows(100)
        .map((row) => `${row.id}:${row.text}\n`)
        .join('')}`,
    );
  });

  it('plants only where it suits, and less than asked for where too few suit', () => {
    const picky = { ...reject, minimum: 5, suits: (row: Row) => row.id === 'k8' || row.id === 'k9' };
    const { marks } = write(200, [picky]);
    expect(marks.map(({ mark }) => mark.key).sort()).toEqual(['k8', 'k9']);
  });

  it('spares small files: a minimum counts for at least 25 records a fault', () => {
    const planted = Array.from({ length: 400 }, (_, seed) => write(5, [torn], 1, seed).malformed);
    const mean = planted.reduce((sum, count) => sum + count, 0) / planted.length;
    expect(mean).toBeCloseTo(0.2, 1);
  });

  it('writes nothing at all for no records and no header', () => {
    const empty = { records: [], plants: [reject], random: openStream(1), dirt: 1 };
    expect(writeRecords<Row>({ ...empty, keyOf: (row) => row.id, toText: (row) => row.id }).text).toBe('');
  });
});

describe('roundByChance', () => {
  it('keeps the mean', () => {
    const random = openStream(5, 'round');
    const sum = Array.from({ length: 4000 }, () => roundByChance(1.25, random)).reduce((a, b) => a + b, 0);
    expect(sum / 4000).toBeCloseTo(1.25, 1);
  });
});
