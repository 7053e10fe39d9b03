import { minimize } from '../math/lbfgs.ts';
import { type CellFeatures, cellFeatures } from './cell-features.ts';
import { type DetectOptions, detectErrors } from './detect-errors.ts';
import type { Finding } from './finding.ts';
import { pickRows } from './pick-rows.ts';
import type { TextTable } from './text-table.ts';

/** How to look for errors with the help of labelled rows. */
export interface LearnOptions extends DetectOptions {
  /** Rows to ask for. */
  readonly labels: number;
  /** Gives the right values of a row, in column order; asked for the picked rows only. */
  readonly ask: (row: number) => readonly string[];
}

/** What was found without labels and with them. */
export interface LearnedErrors {
  /** Rows that were asked for, ascending. */
  readonly labelled: readonly number[];
  readonly unsupervised: readonly Finding[];
  /** By row, then column; rows that were asked for carry what the detector says, not their labels. */
  readonly findings: readonly Finding[];
}

/** What the detectors alone are trusted with: the chance that a cell they flag, or do not, is wrong. */
const prior = { least: 0.6, most: 0.95, silent: 0.03 } as const;
/** Strength that pulls weights to 0: of all columns together, of one column's own. */
const pull = { shared: 1, own: 2 } as const;
const wrongFrom = 0.5;
const fewestLabels = 2;
/** A label of the same value says more than any trait: its weight is pulled to 0 less. */
const evidenceScale = 6;

/**
 * Finds wrong cells with the help of a few labelled rows: the rows are picked where the detectors tell least, and a
 * logistic model per column learns how far to trust each detector and each trait of a value.
 *
 * A model starts at what the detectors say (its offset) and moves by the labels: weights shared by all columns plus the
 * column's own, which are pulled to 0 twice as strongly, so that without labels the answer is the detectors'. A flagged
 * cell keeps the detectors' repair; where a label shows what a wrong value of the column should read, other flagged cells
 * of the column with that value and no repair take it. Same table, labels and seed, same findings.
 */
export async function detectWithLabels(table: TextTable, options: LearnOptions): Promise<LearnedErrors> {
  const { seed = 1, note = () => undefined } = options;
  const unsupervised = detectErrors(table, options);
  note('choosing rows to label');
  const features = cellFeatures(table, unsupervised);
  const labelled = pickRows(features, options.labels, seed);
  const truth = new Map(labelled.map((row) => [row, options.ask(row)]));
  note(`learning from ${labelled.length} rows`);
  const told = new Map(unsupervised.map((finding) => [`${finding.row} ${finding.column}`, finding]));
  const offset = (row: number, column: number): number =>
    offsetOf(told.get(`${row} ${table.columns[column]?.name ?? ''}`));
  const labels = labelsOf(table, truth);
  const model = await learn(features, { offset, evidence: evidenceOf(table, labels) }, labels);
  const corrections = correctionsOf(table, truth);
  const findings: Finding[] = [];
  for (let row = 0; row < features.rows; row++) {
    for (const [number, column] of table.columns.entries()) {
      const chance = model(row, number);
      if (chance < wrongFrom) continue;
      const value = column.values[row] ?? '';
      const before = told.get(`${row} ${column.name}`);
      const repair =
        before?.repair ??
        (before?.reason === 'lost-precision' ? undefined : corrections.get(`${number} ${value}`));
      findings.push({
        row,
        column: column.name,
        value,
        reason: before?.reason ?? 'learned',
        confidence: before?.repair === undefined ? chance : Math.min(before.confidence, chance),
        ...(repair === undefined || repair === value ? {} : { repair }),
      });
    }
  }
  return { labelled, unsupervised, findings };
}

/** What is known of a cell beside its features. */
interface CellSigns {
  readonly offset: (row: number, column: number) => number;
  readonly evidence: (row: number, column: number) => number;
}

interface Label {
  readonly row: number;
  readonly column: number;
  readonly wrong: boolean;
}

function labelsOf(table: TextTable, truth: ReadonlyMap<number, readonly string[]>): Label[] {
  return [...truth].flatMap(([row, values]) =>
    table.columns.map((column, number) => ({
      row,
      column: number,
      wrong: (column.values[row] ?? '') !== (values[number] ?? ''),
    })),
  );
}

/** What wrong values of a column read in labelled rows, where at least two agree and none differs; by column and value. */
function correctionsOf(table: TextTable, truth: ReadonlyMap<number, readonly string[]>): Map<string, string> {
  const found = new Map<string, { right: string; rows: number }>();
  for (const [row, values] of truth) {
    for (const [number, column] of table.columns.entries()) {
      const key = `${number} ${column.values[row] ?? ''}`;
      const right = values[number] ?? '';
      const known = found.get(key) ?? { right, rows: 0 };
      found.set(
        key,
        known.right === right ? { right, rows: known.rows + 1 } : { right: known.right, rows: -Infinity },
      );
    }
  }
  const agreed = [...found].filter(([, { rows }]) => rows >= fewestLabels);
  return new Map(agreed.map(([key, { right }]) => [key, right]));
}

function offsetOf(finding: Finding | undefined): number {
  const chance = finding ? Math.min(prior.most, Math.max(prior.least, finding.confidence)) : prior.silent;
  return Math.log(chance / (1 - chance));
}

/**
 * What the labels of the same value in the column say, the cell's own left out: near 1 where it was always wrong, near -1
 * where it was always right, 0 where nobody looked.
 */
function evidenceOf(table: TextTable, labels: readonly Label[]): CellSigns['evidence'] {
  const own = new Map(labels.map((label) => [`${label.row} ${label.column}`, label]));
  const said = new Map<string, { sum: number; count: number }>();
  const keyOf = (row: number, column: number): string =>
    `${column} ${table.columns[column]?.values[row] ?? ''}`;
  for (const { row, column, wrong } of labels) {
    const { sum, count } = said.get(keyOf(row, column)) ?? { sum: 0, count: 0 };
    said.set(keyOf(row, column), { sum: sum + (wrong ? 1 : -1), count: count + 1 });
  }
  return (row, column) => {
    const { sum, count } = said.get(keyOf(row, column)) ?? { sum: 0, count: 0 };
    const label = own.get(`${row} ${column}`);
    return label ? (sum - (label.wrong ? 1 : -1)) / count : sum / (count + 1);
  };
}

/** Fits the weights; gives the chance that a cell is wrong. */
async function learn(
  features: CellFeatures,
  { offset, evidence }: CellSigns,
  labels: readonly Label[],
): Promise<(row: number, column: number) => number> {
  const block = features.width + 2;
  const cells = labels.map(({ row, column, wrong }) => ({
    traits: traitsOf(features, row, column, evidence),
    own: (column + 1) * block,
    offset: offset(row, column),
    wrong,
  }));
  const { point } = await minimize(
    (weights, gradient) => {
      let loss = 0;
      for (let at = 0; at < weights.length; at++) {
        const strength = at < block ? pull.shared : pull.own;
        loss += (strength * (weights[at] ?? 0) ** 2) / 2;
        gradient[at] = strength * (weights[at] ?? 0);
      }
      for (const { traits, own, offset: from, wrong } of cells) {
        const score = from + product(weights, traits, 0) + product(weights, traits, own);
        const chance = 1 / (1 + Math.exp(-score));
        loss += wrong ? Math.log1p(Math.exp(-score)) : Math.log1p(Math.exp(score));
        const residual = chance - (wrong ? 1 : 0);
        for (const start of [0, own]) {
          for (const [at, trait] of traits.entries()) {
            gradient[start + at] = (gradient[start + at] ?? 0) + residual * trait;
          }
        }
      }
      return loss;
    },
    new Float32Array(block * (features.columns + 1)),
    { maxIterations: 200 },
  );
  return (row, column) => {
    const traits = traitsOf(features, row, column, evidence);
    const score =
      offset(row, column) + product(point, traits, 0) + product(point, traits, (column + 1) * block);
    return 1 / (1 + Math.exp(-score));
  };
}

/** The features of a cell, a constant, and what other labels say of its value. */
function traitsOf(
  features: CellFeatures,
  row: number,
  column: number,
  evidence: CellSigns['evidence'],
): Float32Array {
  const traits = new Float32Array(features.width + 2);
  traits.set(features.of(row, column));
  traits[features.width] = 1;
  traits[features.width + 1] = evidenceScale * evidence(row, column);
  return traits;
}

function product(weights: Float32Array, traits: Float32Array, start: number): number {
  let sum = 0;
  for (const [at, trait] of traits.entries()) sum += (weights[start + at] ?? 0) * trait;
  return sum;
}
