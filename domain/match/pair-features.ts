import type { DenseMatrix } from '../math/sparse.ts';
import { describePairColumns, type PairColumns } from './pair-columns.ts';
import { gramGroup, titleGroup, wordGroup } from './pair-compare.ts';
import { codeGroup, numberGroup } from './pair-compare-codes.ts';
import { amountGroup, valueGroup } from './pair-compare-values.ts';
import { contextNames, type PairEnds, writeContext } from './pair-context.ts';
import type { FeatureGroup, FeatureRow } from './pair-feature-row.ts';
import {
  type PairRecords,
  type ProfiledRecords,
  profileRecords,
  type RecordProfile,
} from './pair-profiles.ts';

/** Features of pairs, a value per name and pair; NaN where a side has no value. */
export interface PairMatrix extends DenseMatrix, PairEnds {
  readonly names: readonly string[];
  /** How the columns of the records were compared. */
  readonly columns: PairColumns;
}

/** Compares pairs of records whose texts were prepared once. */
export interface PairFeatures {
  readonly columns: PairColumns;
  /** Names of the features, in order. */
  readonly names: readonly string[];
  /**
   * Features of pairs. Part of them tell how a pair stands among the other pairs given of the same records, so give all
   * candidates at once.
   */
  compare(pairs: PairEnds): PairMatrix;
}

/**
 * Prepares records for comparing: words, character 3-grams, model numbers and numbers of each, and their rarity over all
 * records. No labels and no column names play a part.
 *
 * @param columns how the columns are compared; from the values where left out
 */
export function createPairFeatures(
  records: PairRecords,
  columns: PairColumns = describePairColumns(records.columns, [...records.left, ...records.right]),
): PairFeatures {
  const profiled = profileRecords(records, columns);
  const groups = groupsOf(columns);
  const ownNames = groups.flatMap(({ names }) => names);
  const compared = contextScores.filter((name) => ownNames.includes(name));
  const names = [
    ...ownNames,
    ...compared.flatMap((score) => contextNames.map((context) => `${score} ${context}`)),
  ];
  return {
    columns,
    names,
    compare: (pairs) => ({ ...compare(pairs, profiled, groups, names, compared), columns }),
  };
}

/** Features whose standing among a record's other pairs is a feature, too. */
const contextScores = ['whole cosine', 'main gramCosine', 'main spelledLeft', 'main codeRun'];

function groupsOf({ columns, main }: PairColumns): FeatureGroup<RecordProfile>[] {
  const groups: FeatureGroup<RecordProfile>[] = [];
  const add = <Compared>(
    prefix: string,
    group: FeatureGroup<Compared>,
    of: (profile: RecordProfile) => Compared,
  ): void => {
    groups.push({
      names: group.names.map((name) => `${prefix} ${name}`),
      write: (row, a, b, records) => group.write(row, of(a), of(b), records),
    });
  };
  const whole = (profile: RecordProfile) => profile.whole;
  const title = (profile: RecordProfile) => profile.main;
  add('whole', wordGroup, whole);
  add('main', titleGroup, (profile) => profile);
  add('main', codeGroup, (profile) => profile);
  add('main', numberGroup, (profile) => profile);
  add('main', gramGroup, title);
  if (columns.length > 1) add('main', wordGroup, title);
  for (const [at, { name, kind }] of columns.entries()) {
    if (kind === 'number') {
      add(`${name}:`, amountGroup, (profile) => profile.numbers[at] as number);
      continue;
    }
    const text = (profile: RecordProfile) => profile.texts[at] ?? profile.main;
    add(`${name}:`, valueGroup, text);
    if (at === main) continue;
    add(`${name}:`, wordGroup, text);
    if (kind === 'text') add(`${name}:`, gramGroup, text);
  }
  return groups;
}

function compare(
  pairs: PairEnds,
  profiled: ProfiledRecords,
  groups: readonly FeatureGroup<RecordProfile>[],
  names: readonly string[],
  compared: readonly string[],
): Omit<PairMatrix, 'columns'> {
  const rows = pairs.lefts.length;
  const width = names.length;
  const values = new Float32Array(rows * width);
  let at = 0;
  const row: FeatureRow = {
    put(value) {
      values[at++] = value;
    },
  };
  for (let pair = 0; pair < rows; pair++) {
    at = pair * width;
    const left = profiled.left[pairs.lefts[pair] as number] as RecordProfile;
    const right = profiled.right[pairs.rights[pair] as number] as RecordProfile;
    for (const group of groups) group.write(row, left, right, profiled);
  }
  for (const [place, name] of compared.entries()) {
    const source = names.indexOf(name);
    const scores = Float32Array.from({ length: rows }, (_, pair) => values[pair * width + source] as number);
    const target = width - (compared.length - place) * contextNames.length;
    writeContext(pairs, scores, values, width, target);
  }
  return { lefts: pairs.lefts, rights: pairs.rights, rows, width, values, names };
}
