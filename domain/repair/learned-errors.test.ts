import { describe, expect, it } from 'vitest';
import { detectErrors } from './detect-errors.ts';
import { detectWithLabels } from './learned-errors.ts';
import type { TextTable } from './text-table.ts';

const sizes = ['S', 'M', 'L', 'XL'];
const rows = 200;
/** Codes, sizes and prices; every eighth size is written out, which is frequent enough to look usual. */
const clean = tableOf((row) => [`A-${100 + row}`, sizes[(row * 7) % 4] ?? '', String(5 + (row % 9))]);
const dirty = tableOf((row) => {
  const [code = '', size = '', price = ''] = valuesOf(clean, row);
  return [code, row % 8 === 3 ? 'Medium' : size, price];
});
const wrong = Array.from({ length: rows }, (_, row) => row).filter(
  (row) => valuesOf(dirty, row)[1] !== valuesOf(clean, row)[1],
);

function tableOf(row: (at: number) => readonly string[]): TextTable {
  const all = Array.from({ length: rows }, (_, at) => row(at));
  return {
    columns: ['code', 'size', 'price'].map((name, column) => ({
      name,
      values: all.map((values) => values[column] ?? ''),
    })),
  };
}

function valuesOf({ columns }: TextTable, row: number): string[] {
  return columns.map(({ values }) => values[row] ?? '');
}

const learned = (labels: number, ask = (row: number) => valuesOf(clean, row)) =>
  detectWithLabels(dirty, { labels, seed: 1, ask });

describe('detectWithLabels', () => {
  it('finds what no detector tells, once a few rows are labelled', async () => {
    expect(detectErrors(dirty).filter(({ column }) => column === 'size')).toEqual([]);
    const { findings, labelled } = await learned(20);
    expect(labelled).toHaveLength(20);
    expect(findings.map(({ row, column }) => [row, column])).toEqual(wrong.map((row) => [row, 'size']));
    expect(findings.every(({ reason }) => reason === 'learned')).toBe(true);
  });

  it('repairs a value as labelled rows do where they agree, and guesses nothing where they differ', async () => {
    const { findings } = await learned(20, (row) => {
      const [code = '', size = '', price = ''] = valuesOf(dirty, row);
      return [code, size === 'Medium' ? 'M' : size, price];
    });
    expect(new Set(findings.map(({ repair }) => repair))).toEqual(new Set(['M']));
    const differing = await learned(20, (row) => {
      const [code = '', size = '', price = ''] = valuesOf(dirty, row);
      return [code, size === 'Medium' ? `M${row}` : size, price];
    });
    expect(differing.findings.filter(({ repair }) => repair !== undefined)).toEqual([]);
  });

  it('says what the detectors say without labels, and the same again with the same seed', async () => {
    const { findings, unsupervised } = await learned(0);
    expect(findings.map(({ row, column }) => `${row} ${column}`)).toEqual(
      unsupervised.map(({ row, column }) => `${row} ${column}`),
    );
    expect(await learned(12)).toEqual(await learned(12));
  });

  it('asks for the picked rows only', async () => {
    const asked: number[] = [];
    const { labelled } = await learned(7, (row) => {
      asked.push(row);
      return valuesOf(clean, row);
    });
    expect(asked).toEqual(labelled);
  });
});
