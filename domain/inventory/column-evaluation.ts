import type { Kind } from './kind.ts';

/** One labelled column and what a method takes it for. */
export interface Judged {
  readonly table: string;
  readonly part: string;
  readonly column: string;
  readonly truth: Kind;
  readonly guess: Kind;
  readonly why: string;
}

/** How often a kind was found where it is, and is where it was found; null where there is nothing to divide by. */
export interface KindFigures {
  readonly kind: Kind;
  readonly columns: number;
  readonly precision: number | null;
  readonly recall: number | null;
}

/** Figures of one method over a set of columns. */
export interface ColumnFigures {
  readonly columns: number;
  readonly right: number;
  /** Share of columns taken for what they are, 0-1. */
  readonly accuracy: number;
  readonly kinds: readonly KindFigures[];
  /** Pairs of truth and guess that differ, most frequent first, with the columns concerned. */
  readonly confusions: readonly {
    readonly truth: Kind;
    readonly guess: Kind;
    readonly columns: readonly string[];
  }[];
}

/** Accuracy, precision and recall per kind, and confusions. Ordered by kind; equal judgements give equal figures. */
export function columnFigures(judged: readonly Judged[]): ColumnFigures {
  const right = judged.filter(({ truth, guess }) => truth === guess).length;
  const kinds = [...new Set(judged.flatMap(({ truth, guess }) => [truth, guess]))].sort();
  return {
    columns: judged.length,
    right,
    accuracy: judged.length === 0 ? 0 : right / judged.length,
    kinds: kinds.map((kind) => figuresOf(kind, judged)),
    confusions: confusionsOf(judged),
  };
}

function figuresOf(kind: Kind, judged: readonly Judged[]): KindFigures {
  const is = judged.filter(({ truth }) => truth === kind).length;
  const found = judged.filter(({ guess }) => guess === kind).length;
  const both = judged.filter(({ truth, guess }) => truth === kind && guess === kind).length;
  return {
    kind,
    columns: is,
    precision: found === 0 ? null : both / found,
    recall: is === 0 ? null : both / is,
  };
}

function confusionsOf(judged: readonly Judged[]): ColumnFigures['confusions'] {
  const pairs = new Map<string, { truth: Kind; guess: Kind; columns: string[] }>();
  for (const { table, column, truth, guess } of judged) {
    if (truth === guess) continue;
    const key = `${truth} ${guess}`;
    const pair = pairs.get(key) ?? { truth, guess, columns: [] };
    pair.columns.push(`${table} ${column}`);
    pairs.set(key, pair);
  }
  return [...pairs]
    .sort(([a, one], [b, other]) => other.columns.length - one.columns.length || (a < b ? -1 : 1))
    .map(([, pair]) => pair);
}
