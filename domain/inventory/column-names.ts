import type { Guess, Kind } from './kind.ts';

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
      'givenname',
      'forename',
      'middlename',
      'maiden',
      'initial',
      'initials',
      'nationalid',
      'taxid',
      'password',
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
      'zipcode',
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
  ['url', ['url', 'uri', 'link', 'href', 'image', 'img', 'website', 'domain', 'host', '链接', '图片']],
  [
    'time',
    [
      'date',
      'time',
      'timestamp',
      'at',
      'day',
      'week',
      'month',
      'quarter',
      'year',
      'datum',
      'zeit',
      'woche',
      'monat',
      'jahr',
      '日期',
      '时间',
    ],
  ],
  [
    'money',
    [
      'price',
      'amount',
      'cost',
      'revenue',
      'total',
      'value',
      'fee',
      'tax',
      'disc',
      'discount',
      'margin',
      'balance',
      'rabatt',
      'preis',
      'betrag',
      '价格',
      '金额',
    ],
  ],
  ['quantity', ['quantity', 'qty', 'count', 'units', 'stock', 'menge', 'anzahl', '数量', '库存']],
  ['country', ['country', 'nation', 'land', '国家']],
  [
    'id',
    [
      'id',
      'no',
      'nr',
      'number',
      'code',
      'key',
      'userid',
      'itemid',
      'productid',
      'orderid',
      'customerid',
      'sessionid',
      'cvv',
      'cvc',
      'sku',
      'ean',
      'gtin',
      'upc',
      'uuid',
      '编号',
      '编码',
    ],
  ],
  ['flag', ['is', 'has', 'flag', 'active', 'enabled', '是否']],
  [
    'category',
    [
      'category',
      'type',
      'kind',
      'status',
      'brand',
      'segment',
      'group',
      'class',
      'department',
      'style',
      'series',
      'color',
      'colour',
      'size',
      'currency',
      'language',
      'gender',
      'city',
      'state',
      'county',
      'province',
      'region',
      'channel',
      'occupation',
      'profession',
      '类别',
      '分类',
      '品牌',
      '城市',
      '颜色',
    ],
  ],
  [
    'text',
    [
      'title',
      'name',
      'description',
      'text',
      'comment',
      'review',
      'note',
      'company',
      'organisation',
      'organization',
      '标题',
      '名称',
      '描述',
      '评论',
    ],
  ],
];

/** The kinds a column's name suggests, likeliest first, each with the word that suggests it. */
export function nameGuesses(column: string): Guess[] {
  const words = wordsOf(column);
  const guesses = nameWords.flatMap(([kind, list]): Guess[] => {
    const word = list.find((candidate) => words.includes(candidate));
    return word ? [{ kind, evidence: 'name', why: `the name has the word “${word}”` }] : [];
  });
  const head = headGuess(column, guesses);
  return head ? [head, ...guesses] : guesses;
}

/** What a name ends in says what the column is: a phone’s country code is a code, an e-mail’s type a type. */
const heads: Readonly<Record<string, Kind>> = { id: 'id', code: 'id', type: 'category', status: 'category' };

/** The guess of a name’s last word, unless its last two words together mean something of their own (`zip code`). */
function headGuess(column: string, guesses: readonly Guess[]): Guess | undefined {
  const pieces = piecesOf(column);
  const last = pieces.at(-1) ?? '';
  const kind = pieces.length > 1 && Object.hasOwn(heads, last) ? heads[last] : undefined;
  const joined = `${pieces.at(-2)}${last}`;
  const compound = guesses.some(({ why }) => why.includes(`“${joined}”`));
  return kind && !compound && !(joined === 'countrycode' && pieces.length === 2)
    ? { kind, evidence: 'name', why: `the name ends in “${last}”` }
    : undefined;
}

/** Lower-case words of a name: split at case changes, digits and punctuation, neighbours joined, and Chinese words inside. */
function wordsOf(column: string): string[] {
  const pieces = piecesOf(column);
  const pairs = pieces.slice(1).map((piece, index) => `${pieces[index]}${piece}`);
  const chinese = nameWords.flatMap(([, list]) =>
    list.filter((word) => /\p{Script=Han}/u.test(word) && column.includes(word)),
  );
  return [...pairs, ...pieces, ...chinese];
}

function piecesOf(column: string): string[] {
  return column
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((piece) => piece !== '');
}
