import { type Ballot, openBallot } from './ballots.ts';
import { type Dependency, findDependencies } from './dependencies.ts';
import { type Grouping, groupRows } from './grouping.ts';
import { addPairDependencies } from './pair-dependencies.ts';
import { openReliability } from './reliability.ts';
import type { Sheet } from './sheet.ts';
import { type Verdict, voteOnColumn } from './votes.ts';

const rounds = 6;
const mostVoters = 10;
const errorRates = { first: 0.05, least: 0.01, most: 0.35 };
const repairFrom = 0.5;
/** Confidence of votes that changes what a spelling was repaired to. */
const overruleFrom = 0.9;

/**
 * Lets dependencies vote, repairs, and votes again on the repaired sheet, at most `rounds` times.
 *
 * Each round finds the dependencies anew and takes the share of cells doubted in the round before as the column's error
 * rate. What earlier detectors said of a cell stays where the votes agree with it or say nothing.
 */
export function voteInRounds(sheet: Sheet, seed: number): void {
  const rates = sheet.columns.map(() => errorRates.first);
  for (let round = 0; round < rounds; round++) {
    const dependencies = addPairDependencies(sheet.columns, findDependencies(sheet.columns), seed);
    const ballotsOf = ballotOpener(sheet, dependencies);
    const reliability = openReliability(sheet.rows);
    for (const [index, column] of sheet.columns.entries()) {
      for (const ballot of ballotsOf(index)) reliability.add(ballot, column);
    }
    const verdicts = sheet.columns.map((column, index) => {
      const found = voteOnColumn(column, ballotsOf(index), reliability, rates[index] ?? errorRates.first);
      const share = found.length / Math.max(1, column.codes.length);
      rates[index] = Math.min(errorRates.most, Math.max(errorRates.least, share));
      return found;
    });
    let changes = 0;
    const doubts = doubtsByCell(verdicts, sheet.rows);
    for (const [column, found] of verdicts.entries()) {
      for (const verdict of found) {
        if (standsAlone(verdict, column, doubts, sheet.rows) && applyVerdict(sheet, column, verdict))
          changes++;
      }
    }
    if (changes === 0) return;
  }
}

/** Opens the ballots of one column anew at each call: all columns' ballots together would not fit. */
function ballotOpener(sheet: Sheet, dependencies: readonly Dependency[]): (column: number) => Ballot[] {
  const groupings = new Map<string, Grouping>();
  const groupingOf = (determinant: readonly number[]): Grouping => {
    const key = determinant.join('+');
    const grouping =
      groupings.get(key) ?? groupRows(determinant.flatMap((number) => sheet.columns[number] ?? []));
    groupings.set(key, grouping);
    return grouping;
  };
  return (column) => {
    const target = sheet.columns[column];
    if (!target) return [];
    return strongest(dependencies.filter(({ dependent }) => dependent === column)).map((dependency) =>
      openBallot(dependency, groupingOf(dependency.determinant), target),
    );
  };
}

function applyVerdict(sheet: Sheet, column: number, { row, value, doubt, confidence }: Verdict): boolean {
  const before = sheet.suspicion(row, column);
  if (before?.repair !== undefined && before.reason !== 'dependency' && confidence < overruleFrom)
    return false;
  const sure = confidence >= repairFrom;
  if (before?.repair === undefined && before && !sure) return false;
  const raw = sheet.raw(row, column);
  sheet.suspect({
    row,
    column,
    reason: raw === '' ? 'missing-value' : 'dependency',
    confidence: sure ? confidence : doubt,
    ...(sure ? { repair: value } : {}),
  });
  return true;
}

/** Doubt of each doubted cell by column x rows + row. */
function doubtsByCell(verdicts: readonly (readonly Verdict[])[], rows: number): Map<number, number> {
  const doubts = new Map<number, number>();
  for (const [column, found] of verdicts.entries()) {
    for (const { row, doubt } of found) doubts.set(column * rows + row, doubt);
  }
  return doubts;
}

/** False where every vote for the value comes from cells that are doubted as much: which of them is wrong cannot be told. */
function standsAlone(
  { row, doubt, supporters }: Verdict,
  column: number,
  doubts: ReadonlyMap<number, number>,
  rows: number,
): boolean {
  return supporters.some((determinant) =>
    determinant.every((voter) => voter === column || (doubts.get(voter * rows + row) ?? 0) < doubt),
  );
}

function strongest(dependencies: readonly Dependency[]): Dependency[] {
  return [...dependencies]
    .sort(
      (a, b) =>
        b.strength * b.coverage - a.strength * a.coverage ||
        (a.determinant[0] ?? 0) - (b.determinant[0] ?? 0),
    )
    .slice(0, mostVoters);
}
