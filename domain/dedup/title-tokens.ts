import { isUnit, type Quantity, quantityOf } from './quantities.ts';

/** What a name says, taken apart. Lists are in order and without repeats. */
export interface TitleTokens {
  /** Folded words; an abbreviation keeps its full stop (`run.`), it may stand for any word it begins. */
  readonly words: readonly string[];
  /** Words that only introduce or measure a number (`size`, `cm`): they may match, but are not missed. */
  readonly labels: ReadonlySet<string>;
  /** Model numbers: letters and digits in one, hyphens taken out. */
  readonly codes: readonly string[];
  readonly quantities: readonly Quantity[];
  /** Letters and digits only, to find a model number that is written apart. */
  readonly squashed: string;
}

const labelWords = new Set(
  'size gr grosse eu uk us nr no gen mk mark ver version v typ type model modell person persons pers p x'.split(
    ' ',
  ),
);
const romanNumbers = ['', 'i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix'];
const foldedLetters: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', ł: 'l', đ: 'd' };

/**
 * Folds a text so that the spellings of a word agree: case, accents, ligatures, umlauts in one letter or two.
 *
 * Source: NFKD without marks (Unicode Standard Annex 15); `ä` = `ae` (DIN 5007-2), both become `a`.
 */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßøæœłđ]/g, (letter) => foldedLetters[letter] ?? letter)
    .replace(/([aou])e(?![aeiou])/g, '$1')
    .replace(/['’`]/g, '');
}

/** Takes a product's name apart. Runs of Chinese or Japanese signs become overlapping pairs. */
export function tokenizeTitle(title: string): TitleTokens {
  const text = foldText(title);
  const runs = [...text.matchAll(runPattern)].map((match) => ({
    parts: (match.groups?.run ?? '').split('-'),
    isNegative: match.groups?.minus !== undefined,
    end: match.index + match[0].length,
    start: match.index,
  }));
  const collector = createCollector();
  runs.forEach((run, index) => {
    const next = runs[index + 1];
    const gap = text.slice(run.end, next?.start ?? run.end + 2);
    const joined = run.parts.join('');
    if (run.parts.length > 1 && /^\p{L}/u.test(joined) && /\d.*\d/.test(joined)) {
      collector.code(joined);
      return;
    }
    run.parts.forEach((part, place) => {
      const isLast = place === run.parts.length - 1;
      collector.part(part, {
        isNegative: run.isNegative && place === 0,
        gap: isLast ? gap : '-',
        next: isLast ? (next?.parts[0] ?? '') : (run.parts[place + 1] ?? ''),
      });
    });
  });
  return collector.result(text.replace(/[^\p{L}\p{N}]/gu, ''));
}

/** Words of a running text, folded, without numbers; Chinese and Japanese as pairs of signs. */
export function tokenizeText(text: string): string[] {
  return (foldText(text).match(/[\p{L}\p{N}]+/gu) ?? []).flatMap((run) =>
    ideographs.test(run) ? signPairs(run) : [run],
  );
}

const runPattern =
  /(?<minus>(?<![\p{L}\p{N}])[-−])?(?<run>[\p{L}\p{N}]+(?:[.,]\d[\p{L}\p{N}]*)*(?:-[\p{L}\p{N}]+)*)/gu;
const ideographs = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

interface Surroundings {
  readonly isNegative: boolean;
  /** What stands between this part and the next one. */
  readonly gap: string;
  readonly next: string;
}

function createCollector() {
  const words = new Set<string>();
  const labels = new Set<string>();
  const codes = new Set<string>();
  const quantities: Quantity[] = [];
  let unit = '';
  const label = (word: string): void => {
    if (!words.has(word)) labels.add(word);
    words.add(word);
  };
  const number = (text: string, around: Surroundings): void => {
    const sign = around.isNegative ? '-' : '';
    unit = unitAfter(around);
    quantities.push(quantityOf(sign + text, unit));
  };
  const word = (text: string, around: Surroundings): void => {
    const roman = words.size > 0 ? romanNumbers.indexOf(text) : -1;
    if (roman > 1) number(String(roman), { ...around, gap: '-' });
    else if (labelWords.has(text) || text === unit) label(text);
    else if (ideographs.test(text)) for (const pair of signPairs(text)) words.add(pair);
    else {
      const isAbbreviation = around.gap.startsWith('.') && text.length <= 6;
      words.add(isAbbreviation ? `${text}.` : text);
      labels.delete(text);
    }
  };
  return {
    code: (text: string): void => void codes.add(text),
    part(text: string, around: Surroundings): void {
      const before = /^([\p{L}]+)(\d+)$/u.exec(text);
      const after = /^(\d+(?:[.,]\d+)*)([\p{L}]+)$/u.exec(text);
      if (/^\d+(?:[.,]\d+)*$/.test(text)) number(text, around);
      else if (/^\d+(x\d+)+$/.test(text)) for (const side of text.split('x')) number(side, around);
      else if (after?.[1] && after[2]) {
        number(after[1], { ...around, gap: '', next: after[2] });
        label(after[2]);
      } else if (before?.[1] && before[2] && (labelWords.has(before[1]) || before[2].length === 1)) {
        number(before[2], around);
        if (labelWords.has(before[1])) label(before[1]);
        else word(before[1], { ...around, gap: '-' });
      } else if (/\d/.test(text)) codes.add(text.replace(/[.,]/g, ''));
      else word(text, around);
      if (!/^\d/.test(text)) unit = '';
    },
    result: (squashed: string): TitleTokens => ({
      words: [...words],
      labels,
      codes: [...codes],
      quantities,
      squashed,
    }),
  };
}

function unitAfter({ gap, next }: Surroundings): string {
  const sign = /^\s?([°"″”])/.exec(gap)?.[1];
  if (sign) return sign;
  return /^\s?$/.test(gap) && isUnit(next) ? next : '';
}

function signPairs(run: string): string[] {
  const signs = [...run];
  if (signs.length < 2) return signs;
  return signs.slice(0, -1).map((sign, index) => sign + (signs[index + 1] ?? ''));
}
