import { bearsOut, openBallot } from './ballots.ts';
import { findDependencies } from './dependencies.ts';
import type { Finding, Reason } from './finding.ts';
import { groupRows } from './grouping.ts';
import { meansMissing } from './missing-spellings.ts';
import { readNumber } from './number-spelling.ts';
import { signatureOf } from './patterns.ts';
import { type CodedColumn, codeColumn, type TextTable } from './text-table.ts';

/** Features of every cell, each in [-1, 1]; `of` reads one cell's. */
export interface CellFeatures {
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  of(row: number, column: number): Float32Array;
  /** Cells of a column with the same key look the same to every detector. */
  keyOf(row: number, column: number): string;
}

const reasons: readonly Reason[] = [
  ...(['missing-spelling', 'mixed-unit', 'lost-precision', 'number-format', 'time-format'] as const),
  ...(['shifted-value', 'dependency', 'missing-value', 'scale-slip', 'typo', 'pattern'] as const),
];
const valueFeatures = 9;
const voters = 10;

/**
 * What the detectors say of a cell and what its value is like in its column: how frequent, what form, how long, how far
 * from the other numbers, and how many dependencies of the dirty table bear it out.
 *
 * Source: Mahdavi et al., Raha: a configuration-free error detection system, SIGMOD 2019 (features of a cell are the votes
 * of many detectors).
 */
export function cellFeatures(table: TextTable, findings: readonly Finding[]): CellFeatures {
  const columns = table.columns.map(codeColumn);
  const rows = columns[0]?.codes.length ?? 0;
  const width = valueFeatures + reasons.length + 1;
  const ofValue = columns.map((column) => featuresOfValues(column, rows));
  const votes = votesOf(columns, rows);
  const told = new Map(findings.map((finding) => [`${finding.row} ${finding.column}`, finding]));
  const toldOf = (row: number, column: number): Finding | undefined =>
    told.get(`${row} ${columns[column]?.name ?? ''}`);
  const of = (row: number, column: number): Float32Array => {
    const features = new Float32Array(width);
    const code = columns[column]?.codes[row] ?? 0;
    features.set(
      ofValue[column]?.subarray(code * (valueFeatures - 2), (code + 1) * (valueFeatures - 2)) ?? [],
    );
    features[valueFeatures - 2] = votes.yes[column]?.[row] ?? 0;
    features[valueFeatures - 1] = votes.no[column]?.[row] ?? 0;
    const finding = toldOf(row, column);
    if (finding) {
      features[valueFeatures + reasons.indexOf(finding.reason)] = 1;
      features[width - 1] = finding.repair === undefined ? -1 : 1;
    }
    return features;
  };
  return {
    rows,
    columns: columns.length,
    width,
    of,
    keyOf: (row, column) =>
      `${toldOf(row, column)?.reason ?? ''} ${Array.from(of(row, column), (value) => Math.round(value * 3)).join(' ')}`,
  };
}

/** Features of the distinct values of a column, one after the other. */
function featuresOfValues(column: CodedColumn, rows: number): Float32Array {
  const own = valueFeatures - 2;
  const features = new Float32Array(column.values.length * own);
  const forms = new Map<string, number>();
  for (const [code, text] of column.values.entries()) {
    const form = signatureOf(text);
    forms.set(form, (forms.get(form) ?? 0) + (column.counts[code] ?? 0));
  }
  const scale = Math.log1p(Math.max(1, rows));
  const lengths = spreadOf(column, (text) => text.length);
  const numbers = spreadOf(column, (text) => readNumber(text)?.value);
  const repeats = 1 - column.values.length / Math.max(1, rows);
  for (const [code, text] of column.values.entries()) {
    const count = column.counts[code] ?? 0;
    const value = readNumber(text)?.value;
    const isNumeric = numbers.share > 0.8;
    features.set(
      [
        text === '' ? 1 : meansMissing(text) ? 0.5 : 0,
        Math.log1p(count) / scale,
        count === 1 ? repeats : 0,
        Math.log1p(forms.get(signatureOf(text)) ?? 0) / scale,
        lengths.distance(text.length),
        isNumeric && value !== undefined ? numbers.distance(value) : 0,
        isNumeric && value === undefined && !meansMissing(text) ? 1 : 0,
      ],
      code * own,
    );
  }
  return features;
}

/** How far a number lies from the middle of its column, in [0, 1]: 1 from six median deviations on. */
function spreadOf(
  column: CodedColumn,
  measure: (text: string) => number | undefined,
): { readonly share: number; readonly distance: (value: number) => number } {
  const values: number[] = [];
  let filled = 0;
  for (const [code, text] of column.values.entries()) {
    if (meansMissing(text)) continue;
    const value = measure(text);
    const count = column.counts[code] ?? 0;
    filled += count;
    if (value !== undefined) for (let time = 0; time < count; time++) values.push(value);
  }
  const middle = medianOf(values);
  const deviation = medianOf(values.map((value) => Math.abs(value - middle))) || 1;
  return {
    share: values.length / Math.max(1, filled),
    distance: (value) => Math.min(1, Math.abs(value - middle) / deviation / 6),
  };
}

function medianOf(values: readonly number[]): number {
  return Float64Array.from(values).sort()[values.length >> 1] ?? 0;
}

/** Share of the strongest dependencies that bear a cell out, and that do not, by column and row. */
function votesOf(columns: readonly CodedColumn[], rows: number): { yes: Float32Array[]; no: Float32Array[] } {
  const dependencies = findDependencies(columns);
  const yes = columns.map(() => new Float32Array(rows));
  const no = columns.map(() => new Float32Array(rows));
  for (const [number, target] of columns.entries()) {
    const own = dependencies
      .filter(({ dependent }) => dependent === number)
      .sort((a, b) => b.strength * b.coverage - a.strength * a.coverage)
      .slice(0, voters);
    for (const dependency of own) {
      const determinant = dependency.determinant.flatMap((one) => columns[one] ?? []);
      const ballot = openBallot(dependency, groupRows(determinant), target);
      for (let row = 0; row < rows; row++) {
        const verdict = bearsOut(ballot, target, row);
        const counted = verdict > 0 ? yes[number] : verdict < 0 ? no[number] : undefined;
        if (counted) counted[row] = (counted[row] ?? 0) + 1 / own.length;
      }
    }
  }
  return { yes, no };
}
