import { describe, expect, it } from 'vitest';
import { clusterMetrics } from './cluster-metrics.ts';
import { namingTexts } from './title-columns.ts';
import { createCompare, isSpelling, outcome } from './title-evidence.ts';
import { codeKind, termKinds, wordKind } from './title-kinds.ts';
import { resolveTitles } from './title-resolve.ts';
import { buildTerms } from './title-terms.ts';

/** What becomes of each term of the first two of some titles. */
function compared(left: string, right: string, ...others: string[]): string[] {
  const table = buildTerms([left, right, ...others].map((text) => [text]));
  const told: string[] = [];
  const names = Object.keys(outcome);
  createCompare(table, termKinds(table.vocabulary))(0, 1, (term, found) => {
    told.push(`${table.vocabulary[term]} ${names[found]}`);
  });
  return [...new Set(told)].sort();
}

/** Phones in sizes that tell them apart and colours that do not, with codes in some offers. */
function phones(count: number): { texts: string[][]; truth: Int32Array } {
  const offers = Array.from({ length: count }, (_, thing) => {
    const model = `orbit ${String.fromCharCode(97 + (thing % 26))}${10 + Math.floor(thing / 2)}`;
    const size = thing % 2 === 0 ? '64gb' : '256gb';
    const code = `mq${1000 + 37 * thing}b`;
    return ['silver', 'gold', 'grey'].map((colour, offer) => [
      offer === thing % 3
        ? `phone ${model} ${size} ${colour} unlocked`
        : `${model} ${size} ${colour} ${code}`,
    ]);
  });
  return {
    texts: offers.flat(),
    truth: Int32Array.from({ length: 3 * count }, (_, row) => Math.floor(row / 3)),
  };
}

describe('evidence of two titles', () => {
  it('tells what is the same, contradicted and left out', () => {
    const units = ['1gb', '2gb', '4gb'];
    expect(compared('orbit 64gb silver', 'orbit 256gb', ...units)).toEqual([
      '256gb contradicted',
      '64gb contradicted',
      'orbit same',
      'silver omitted',
    ]);
  });

  it('takes a slip and a longer model number for spellings, another digit not', () => {
    expect(isSpelling('freezer', 'freezre', wordKind)).toBe(true);
    expect(isSpelling('freezer', 'frezer', wordKind)).toBe(true);
    expect(isSpelling('red', 'rad', wordKind)).toBe(false);
    expect(isSpelling('ue65nu7100', 'ue65nu7100kxxu', codeKind)).toBe(true);
    expect(isSpelling('ue65nu7100', 'ue65nu7400', codeKind)).toBe(false);
    expect(isSpelling('ue65nu7100', 'ue65nu7101', codeKind)).toBe(false);
  });
});

describe('resolving a table', () => {
  it('learns without labels that sizes tell things apart and colours do not', () => {
    const { texts, truth } = phones(80);
    const { clusters, seeds } = resolveTitles(texts);
    expect(seeds).toBeGreaterThanOrEqual(80);
    const metrics = clusterMetrics(clusters, truth);
    expect(metrics.pairPrecision).toBeGreaterThan(0.95);
    expect(metrics.pairRecall).toBeGreaterThan(0.9);
  });

  it('gives the same clusters again', () => {
    const { texts } = phones(30);
    expect(resolveTitles(texts).clusters).toEqual(resolveTitles(texts).clusters);
  });

  it('leaves alone what has nothing in common, and takes empty tables and texts', () => {
    expect([...resolveTitles([]).clusters]).toEqual([]);
    expect([...resolveTitles([[''], [''], ['red lamp'], ['oven']]).clusters]).toEqual([0, 1, 2, 3]);
  });

  it('reads of running text its codes only', () => {
    const running = `${'finest lamp of all the lamps '.repeat(4)} model LX-200 LX200B`;
    expect(namingTexts([['Lamp', running]])).toEqual([['Lamp', 'lx200b']]);
    expect(namingTexts([[running]])).toEqual([[running]]);
  });
});
