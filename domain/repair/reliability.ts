import { type Ballot, bearsOut } from './ballots.ts';
import type { CodedColumn } from './text-table.ts';

/** How far each row's determining cells are borne out by the other columns that they tell. */
export interface Reliability {
  /** Adds what one dependency says: cells of the dependent column that agree with their group, or do not. */
  add(ballot: Ballot, target: CodedColumn): void;
  /** Chance that the determining cells of a row are right, judged by the columns they tell other than the dependent one. */
  of(ballot: Ballot, row: number): number;
}

const priorOdds = Math.log(0.98 / 0.02);
const mostEvidence = 3;

/**
 * Opens the evidence of one round.
 *
 * A wrong determining cell puts its row into a strange group, where all of the row's cells look wrong: it is likelier that
 * one cell is wrong than all of the others. Log odds: a cell that agrees counts the share of agreeing cells over the
 * chance that any value agrees, a cell that does not counts the reverse; columns count singly. Memory: a byte a row and
 * dependency.
 */
export function openReliability(rows: number): Reliability {
  const sums = new Map<string, Float32Array>();
  const said = new Map<string, { verdicts: Int8Array; yes: number; no: number }>();
  return {
    add(ballot, target) {
      const verdicts = new Int8Array(rows);
      let agreed = 0;
      let judged = 0;
      for (let row = 0; row < rows; row++) {
        const verdict = bearsOut(ballot, target, row);
        verdicts[row] = verdict;
        if (verdict !== 0) judged++;
        if (verdict === 1) agreed++;
      }
      const right = Math.min(0.99, Math.max(0.01, agreed / Math.max(1, judged)));
      const chance = Math.min(0.95, Math.max(0.01, likeness(target)));
      const yes = Math.max(0, Math.min(mostEvidence, Math.log(right / chance)));
      const no = Math.min(0, Math.max(-mostEvidence, Math.log((1 - right) / (1 - chance))));
      said.set(keyOf(ballot), { verdicts, yes, no });
      const sum = sums.get(determinantOf(ballot)) ?? new Float32Array(rows);
      sums.set(determinantOf(ballot), sum);
      for (let row = 0; row < rows; row++) sum[row] = (sum[row] ?? 0) + evidence(verdicts[row] ?? 0, yes, no);
    },
    of(ballot, row) {
      const own = said.get(keyOf(ballot));
      const sum = sums.get(determinantOf(ballot))?.[row] ?? 0;
      const others = own ? sum - evidence(own.verdicts[row] ?? 0, own.yes, own.no) : sum;
      return 1 / (1 + Math.exp(-(priorOdds + others)));
    },
  };
}

function evidence(verdict: number, yes: number, no: number): number {
  return verdict === 1 ? yes : verdict === -1 ? no : 0;
}

/** Chance that two cells of a column are equal. */
function likeness(column: CodedColumn): number {
  const total = column.counts.reduce((sum, count) => sum + count, 0);
  return column.counts.reduce((sum, count) => sum + (count / Math.max(1, total)) ** 2, 0);
}

function determinantOf({ dependency }: Ballot): string {
  return dependency.determinant.join('+');
}

function keyOf({ dependency }: Ballot): string {
  return `${dependency.determinant.join('+')}>${dependency.dependent}`;
}
