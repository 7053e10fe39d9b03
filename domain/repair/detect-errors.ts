import type { Finding } from './finding.ts';
import { detectForms } from './forms.ts';
import { detectMissingSpellings } from './missing-spellings.ts';
import { detectMixedUnits } from './mixed-units.ts';
import { detectNumberFormats } from './number-format.ts';
import { detectPatterns } from './patterns.ts';
import { openSheet } from './sheet.ts';
import { detectShiftedValues } from './shifted-values.ts';
import type { TextTable } from './text-table.ts';
import { detectTypos } from './typos.ts';
import { voteInRounds } from './vote-rounds.ts';

/** Raise it when the same table gives other findings: slices of sources that ask for repairs are then made anew. */
export const detectVersion = 1;

/** How to look for errors. */
export interface DetectOptions {
  /** Seed of the sample of rows that pairs of determining columns are tried on. Default 1. */
  readonly seed?: number;
  /** Told what is being done, for people who wait. */
  readonly note?: (line: string) => void;
}

/**
 * Finds cells that are wrong, without labels, and proposes repairs.
 *
 * Spellings come first (missing values, units, values of another column), so that votes compare like with like; then the
 * dependencies found in the table vote on every cell; what is left is held against the column's own values and forms.
 * The constants of the detectors are fixed: one configuration for every table. Same table and seed, same findings.
 *
 * @returns findings by row, then column; at most one a cell
 */
export function detectErrors(table: TextTable, options: DetectOptions = {}): Finding[] {
  const note = options.note ?? (() => undefined);
  const sheet = openSheet(table);
  note('looking at spellings');
  detectMissingSpellings(sheet);
  detectMixedUnits(sheet);
  detectNumberFormats(sheet);
  detectForms(sheet);
  detectShiftedValues(sheet);
  note('letting dependencies vote');
  voteInRounds(sheet, options.seed ?? 1);
  note('looking at rare values and forms');
  detectTypos(sheet);
  detectPatterns(sheet);
  return sheet.findings();
}
