import type { EntityColumn } from '../../schemas/entities.ts';
import type { PatternName } from './patterns.ts';
import type { ColumnProfile } from './profile-columns.ts';

/** What kind of thing a column holds, in the inventory's words. */
export type Kind =
  | 'id'
  | 'money'
  | 'quantity'
  | 'time'
  | 'country'
  | 'email'
  | 'phone'
  | 'person'
  | 'url'
  | 'text'
  | 'category'
  | 'flag'
  | 'number'
  | 'json'
  | 'empty'
  | 'unknown';

/** A guess and the observation it rests on, in words. */
export interface Guess {
  readonly kind: Kind;
  readonly evidence: 'values' | 'name' | 'none';
  readonly why: string;
}

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

/** Whole words of column names, English, German and Chinese, by the kind they suggest; the first list that fits wins. */
const nameWords: readonly (readonly [Kind, readonly string[]])[] = [
  ['email', ['email', 'mail', '邮箱', '邮件']],
  ['phone', ['phone', 'mobile', 'tel', 'telephone', 'fax', '手机', '电话']],
  [
    'person',
    [
      'firstname',
      'lastname',
      'surname',
      'fullname',
      'customername',
      'username',
      'vorname',
      'nachname',
      'birthday',
      'birthdate',
      'dob',
      'ssn',
      'passport',
      'iban',
      'street',
      'address',
      'zip',
      'postcode',
      'postal',
      'ip',
      '姓名',
      '地址',
      '生日',
      '身份证',
    ],
  ],
  ['url', ['url', 'link', 'href', 'image', 'img', 'website', '链接', '图片']],
  ['time', ['date', 'time', 'timestamp', 'at', 'day', 'datum', 'zeit', '日期', '时间']],
  [
    'money',
    ['price', 'amount', 'cost', 'revenue', 'total', 'value', 'fee', 'tax', 'preis', 'betrag', '价格', '金额'],
  ],
  ['quantity', ['quantity', 'qty', 'count', 'units', 'stock', 'menge', 'anzahl', '数量', '库存']],
  ['country', ['country', 'nation', 'land', '国家']],
  ['id', ['id', 'no', 'nr', 'number', 'code', 'key', 'sku', 'ean', 'gtin', 'upc', 'uuid', '编号', '编码']],
  ['flag', ['is', 'has', 'flag', 'active', 'enabled', '是否']],
  [
    'category',
    ['category', 'type', 'kind', 'status', 'brand', 'segment', 'group', 'class', '类别', '分类', '品牌'],
  ],
  [
    'text',
    ['title', 'name', 'description', 'text', 'comment', 'review', 'note', '标题', '名称', '描述', '评论'],
  ],
];

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

/** The kinds a column's name suggests, likeliest first, each with the word that suggests it. */
export function nameGuesses(column: string): Guess[] {
  const words = wordsOf(column);
  return nameWords.flatMap(([kind, list]): Guess[] => {
    const word = list.find((candidate) => words.includes(candidate));
    return word ? [{ kind, evidence: 'name', why: `the name has the word “${word}”` }] : [];
  });
}

/** Lower-case words of a name: split at case changes, digits and punctuation, neighbours joined, and Chinese words inside. */
function wordsOf(column: string): string[] {
  const pieces = column
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((piece) => piece !== '');
  const pairs = pieces.slice(1).map((piece, index) => `${pieces[index]}${piece}`);
  const chinese = nameWords.flatMap(([, list]) =>
    list.filter((word) => /\p{Script=Han}/u.test(word) && column.includes(word)),
  );
  return [...pairs, ...pieces, ...chinese];
}

const clearPatterns: readonly (readonly [PatternName, Kind, string])[] = [
  ['email', 'email', 'e-mail addresses'],
  ['mobile_cn', 'phone', 'Chinese mobile numbers'],
  ['resident_id_cn', 'person', 'Chinese resident ids'],
  ['phone', 'phone', 'telephone numbers'],
  ['ip', 'person', 'IP addresses'],
  ['url', 'url', 'web addresses'],
  ['uuid', 'id', 'UUIDs'],
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
  const numeric = profile.numbers !== undefined;
  if (kind === 'money' || kind === 'quantity') return numeric;
  if (kind === 'time' || kind === 'url' || kind === 'flag' || kind === 'email') return false;
  return kind === 'text' ? !numeric : true;
}

function shapeGuess(profile: ColumnProfile): Guess {
  const valued = profile.rows - profile.nulls;
  if (profile.numbers) return { kind: 'number', evidence: 'values', why: 'its values are numbers' };
  if (profile.averageLength > 30)
    return {
      kind: 'text',
      evidence: 'values',
      why: `its values have ${profile.averageLength} characters on average`,
    };
  if (profile.distinct <= 50 && valued >= 2 * profile.distinct)
    return { kind: 'category', evidence: 'values', why: `it has ${profile.distinct} recurring values` };
  if (profile.distinct === valued && valued > 1 && profile.signatureShare >= 0.9)
    return { kind: 'id', evidence: 'values', why: 'every value occurs once and all are written alike' };
  return { kind: 'unknown', evidence: 'none', why: 'neither name nor values tell' };
}

function percent(part: number): string {
  return `${Math.round(part * 1000) / 10} %`;
}
