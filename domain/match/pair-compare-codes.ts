import { commonPrefix, longestCommonRun } from '../math/string-likeness.ts';
import {
  type FeatureGroup,
  type FeatureRow,
  type TitleViews,
  unknown,
  unknowns,
} from './pair-feature-row.ts';
import type { TextView } from './pair-profiles.ts';

/**
 * Model numbers: the longest of each title that stands in the other record; how many do not; the closest two of either
 * title and the other record by their common beginning (its length, what each has behind it) and by their longest common
 * run.
 */
export const codeGroup: FeatureGroup<TitleViews> = {
  names: [
    'codeLeft',
    'codeRight',
    'codeLeftMissed',
    'codeRightMissed',
    'codeBegin',
    'codeRestLeft',
    'codeRestRight',
    'codeRun',
    'codeRunShare',
  ],
  write(row, left, right) {
    writeCodesFound(row, left.main, right.whole, right.main, left.whole);
    const best = closestCodes(left, right);
    if (!best) {
      unknowns(row, 5);
      return;
    }
    row.put(best.begin);
    row.put(best.left.length - best.begin);
    row.put(best.right.length - best.begin);
    row.put(best.run);
    row.put(best.run / Math.min(best.left.length, best.right.length));
  },
};

function writeCodesFound(
  row: FeatureRow,
  left: TextView,
  rightWhole: TextView,
  right: TextView,
  leftWhole: TextView,
): void {
  const [foundLeft, missedLeft] = codesIn(left.codes, rightWhole.squashed);
  const [foundRight, missedRight] = codesIn(right.codes, leftWhole.squashed);
  row.put(left.codes.length === 0 ? unknown : foundLeft);
  row.put(right.codes.length === 0 ? unknown : foundRight);
  row.put(left.codes.length === 0 ? unknown : missedLeft);
  row.put(right.codes.length === 0 ? unknown : missedRight);
}

function codesIn(codes: readonly string[], squashed: string): [longest: number, missed: number] {
  let [longest, missed] = [0, 0];
  for (const code of codes) {
    if (!squashed.includes(code)) missed++;
    else if (code.length > longest) longest = code.length;
  }
  return [longest, missed];
}

interface ClosestCodes {
  readonly left: string;
  readonly right: string;
  readonly begin: number;
  readonly run: number;
}

function closestCodes(left: TitleViews, right: TitleViews): ClosestCodes | undefined {
  let best: ClosestCodes | undefined;
  let bestValue = -1;
  const compare = (a: string, b: string): void => {
    const begin = commonPrefix(a, b);
    const run = begin >= Math.min(a.length, b.length) ? begin : longestCommonRun(a, b);
    const value = run + begin / 100 - Math.abs(a.length - b.length) / 1000;
    if (value <= bestValue) return;
    bestValue = value;
    best = { left: a, right: b, begin, run };
  };
  for (const a of left.main.codes) for (const b of right.whole.codes) compare(a, b);
  for (const b of right.main.codes) {
    for (const a of left.whole.codes) if (!left.main.codes.includes(a)) compare(a, b);
  }
  return best;
}

/**
 * Numbers without letters: in common, only left and only right of the titles; titles' numbers that the other record lacks;
 * measures (a number before the same word) that agree and that contradict each other.
 */
export const numberGroup: FeatureGroup<TitleViews> = {
  names: [
    'numbersCommon',
    'numbersLeft',
    'numbersRight',
    'numbersLackedLeft',
    'numbersLackedRight',
    'measuresAgree',
    'measuresDiffer',
  ],
  write(row, left, right) {
    const common = countIn(left.main.numbers, right.main.numbers);
    row.put(common);
    row.put(left.main.numbers.length - common);
    row.put(right.main.numbers.length - common);
    row.put(left.main.numbers.length - countIn(left.main.numbers, right.whole.numbers));
    row.put(right.main.numbers.length - countIn(right.main.numbers, left.whole.numbers));
    let [agree, differ] = [0, 0];
    for (const { unit, number } of left.whole.measures) {
      let [same, other] = [false, false];
      for (const measure of right.whole.measures) {
        if (measure.unit !== unit) continue;
        if (measure.number === number) same = true;
        else other = true;
      }
      if (same) agree++;
      else if (other) differ++;
    }
    row.put(agree);
    row.put(differ);
  },
};

function countIn(list: readonly string[], other: readonly string[]): number {
  let count = 0;
  for (const entry of list) if (other.includes(entry)) count++;
  return count;
}
