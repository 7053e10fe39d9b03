import { describe, expect, it } from 'vitest';
import { columnFigures, type Judged } from './column-evaluation.ts';
import type { Kind } from './kind.ts';

const judged = (column: string, truth: Kind, guess: Kind): Judged => ({
  table: 't',
  part: 'develop',
  column,
  truth,
  guess,
  why: '',
});

describe('columnFigures', () => {
  it('counts accuracy, precision, recall and confusions', () => {
    const figures = columnFigures([
      judged('a', 'id', 'id'),
      judged('b', 'id', 'number'),
      judged('c', 'id', 'number'),
      judged('d', 'number', 'number'),
      judged('e', 'text', 'unknown'),
    ]);
    expect(figures).toEqual({
      columns: 5,
      right: 2,
      accuracy: 0.4,
      kinds: [
        { kind: 'id', columns: 3, precision: 1, recall: 1 / 3 },
        { kind: 'number', columns: 1, precision: 1 / 3, recall: 1 },
        { kind: 'text', columns: 1, precision: null, recall: 0 },
        { kind: 'unknown', columns: 0, precision: 0, recall: null },
      ],
      confusions: [
        { truth: 'id', guess: 'number', columns: ['t b', 't c'] },
        { truth: 'text', guess: 'unknown', columns: ['t e'] },
      ],
    });
  });

  it('has no accuracy of nothing', () => {
    expect(columnFigures([])).toMatchObject({ columns: 0, accuracy: 0, kinds: [], confusions: [] });
  });
});
