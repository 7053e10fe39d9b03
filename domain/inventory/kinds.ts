import type { EntityColumn } from '../../schemas/entities.ts';
import { nameGuesses } from './column-names.ts';
import type { Guess, Kind } from './kind.ts';
import type { PatternName } from './patterns.ts';
import type { ColumnProfile } from './profile-columns.ts';

/** What each kind means, in one sentence. */
export const kindMeanings: Readonly<Record<Kind, string>> = {
  id: 'Identifies something: a code or key, not a quantity.',
  money: 'An amount of money.',
  quantity: 'How many of something.',
  time: 'A date or a point in time.',
  country: 'A country.',
  email: 'An e-mail address.',
  phone: 'A telephone number.',
  person: 'Something that tells who somebody is.',
  url: 'An address on the web.',
  text: 'Words for people.',
  category: 'One of a few recurring values.',
  flag: 'Yes or no.',
  number: 'A number.',
  json: 'Further facts as one JSON object.',
  empty: 'No value in the rows looked at.',
  unknown: 'Not known; describe it under the source’s columns in temporal.config.ts.',
};

/** The kind of an entity's own column, from its type and name. */
export function kindOfEntityColumn(column: string, spec: EntityColumn | undefined): Kind {
  if (!spec) return 'unknown';
  if (spec.type === 'money') return 'money';
  if (spec.type === 'json') return 'json';
  if (spec.type === 'time' || spec.type === 'date') return 'time';
  if (column === 'quantity') return 'quantity';
  if (spec.type === 'number' || spec.type === 'integer') return 'number';
  if (column.endsWith('_id')) return 'id';
  if (column === 'country') return 'country';
  if (column === 'image_refs') return 'url';
  return ['title', 'description', 'text'].includes(column) ? 'text' : 'category';
}

/**
 * Guesses what a column holds from its values, then from its name.
 *
 * Values win where they leave no doubt (addresses, times, flags); a name decides between meanings values cannot tell
 * apart (an amount, a quantity and a code are all numbers).
 */
export function guessKind(profile: ColumnProfile): Guess {
  if (profile.looksLike === 'empty')
    return { kind: 'empty', evidence: 'values', why: 'every row looked at is empty' };
  const byValues = valueGuess(profile);
  if (byValues) return byValues;
  const named = nameGuesses(profile.column).find(({ kind }) => fits(kind, profile));
  return named ?? shapeGuess(profile);
}

/** Guesses what every column of one table holds, in the table's order: each by itself, then by what stands beside it. */
export function guessKinds(profiles: readonly ColumnProfile[]): Guess[] {
  const guesses = profiles.map(guessKind);
  return guesses.map((guess, index) => {
    const others = guesses.filter((_, other) => other !== index);
    return byNeighbours(profiles[index]?.column ?? '', guess, others);
  });
}

/** Names that mean one thing beside some columns and another beside others. */
function byNeighbours(column: string, guess: Guess, others: readonly Guess[]): Guess {
  const name = column.toLowerCase();
  const has = (...kinds: Kind[]): boolean => others.some(({ kind }) => kinds.includes(kind));
  if (name === 'value' && guess.kind === 'money' && !has('money', 'id', 'quantity'))
    return { kind: 'number', evidence: 'values', why: 'a value beside times only is a measurement' };
  if (name === 'name' && guess.kind === 'text' && has('email', 'phone') && !has('money'))
    return { kind: 'person', evidence: 'name', why: 'it is the name in a list of people’s addresses' };
  return guess;
}

const clearPatterns: readonly (readonly [PatternName, Kind, string])[] = [
  ['email', 'email', 'e-mail addresses'],
  ['mobile_cn', 'phone', 'Chinese mobile numbers'],
  ['resident_id_cn', 'person', 'Chinese resident ids'],
  ['phone', 'phone', 'telephone numbers'],
  ['ip', 'person', 'IP addresses'],
  ['url', 'url', 'web addresses'],
  ['uuid', 'id', 'UUIDs'],
  ['named_date', 'time', 'dates'],
];

function valueGuess(profile: ColumnProfile): Guess | undefined {
  for (const [pattern, kind, words] of clearPatterns) {
    const found = profile.patterns[pattern];
    if (found >= 0.8)
      return { kind, evidence: 'values', why: `${percent(found)} of its values look like ${words}` };
  }
  if (profile.looksLike === 'time' || profile.looksLike === 'date')
    return { kind: 'time', evidence: 'values', why: 'its values are written as dates or times' };
  if (profile.looksLike === 'flag')
    return { kind: 'flag', evidence: 'values', why: 'it has two values that mean yes and no' };
  return profile.looksLike === 'json'
    ? { kind: 'json', evidence: 'values', why: 'its values are structured' }
    : undefined;
}

/** Whether the values allow what the name says: amounts and quantities must be numbers, texts must not. */
function fits(kind: Kind, profile: ColumnProfile): boolean {
  const { numbers, patterns } = profile;
  const numeric = numbers !== undefined || patterns.amount >= 0.8;
  switch (kind) {
    case 'money':
      return numeric;
    case 'quantity':
      return numeric || patterns.measure + patterns.amount >= 0.8;
    case 'time':
      return isCalendarPart(profile);
    case 'url':
      return patterns.host >= 0.8;
    case 'flag':
    case 'email':
      return false;
    case 'text':
      return numbers === undefined && !isFewWords(profile);
    default:
      return true;
  }
}

const calendarParts: readonly (readonly [RegExp, number, number])[] = [
  [/year|jahr|年/i, 1800, 2200],
  [/quarter/i, 1, 4],
  [/month|monat|月/i, 1, 12],
  [/week|woche|周/i, 0, 53],
  [/day/i, 0, 366],
];

/** Whole numbers within what a year, month or week can be, under such a name; a few typing errors do no harm. */
function isCalendarPart({ column, looksLike, numbers }: ColumnProfile): boolean {
  const part = calendarParts.find(([word]) => word.test(column));
  if (!part || !numbers || looksLike !== 'integer') return false;
  const [, least, most] = part;
  return Number(numbers.p05) >= least && Number(numbers.p95) <= most;
}

/** A few short values that recur all the time are a category, whatever the name says of words. */
function isFewWords({ averageLength, distinct, rows, nulls }: ColumnProfile): boolean {
  return averageLength <= 20 && distinct <= 50 && rows - nulls >= 20 * distinct;
}

/** Fewest values from which "every value once" tells something. */
const leastUnique = 20;

function shapeGuess(profile: ColumnProfile): Guess {
  const { numbers, patterns, averageLength, distinct, signatureShare } = profile;
  const valued = profile.rows - profile.nulls;
  const told = (kind: Kind, why: string): Guess => ({ kind, evidence: 'values', why });
  if (numbers) return told('number', 'its values are numbers');
  if (patterns.amount >= 0.8) return told('number', 'its values are numbers with separators or signs');
  if (averageLength > 30) return told('text', `its values have ${averageLength} characters on average`);
  if (patterns.measure >= 0.8) return told('quantity', 'its values are numbers with a unit');
  if (valued >= 2 * distinct && (distinct <= 50 || valued >= leastUnique))
    return told(
      'category',
      distinct === 1 ? 'it has one recurring value' : `it has ${distinct} recurring values`,
    );
  if (distinct === valued && valued >= leastUnique && signatureShare >= 0.9)
    return told('id', 'every value occurs once and all are written alike');
  return { kind: 'unknown', evidence: 'none', why: 'neither name nor values tell' };
}

function percent(part: number): string {
  return `${Math.round(part * 1000) / 10} %`;
}
