import { quotedString } from '../warehouse/quoting.ts';

/** A function of one row's value that mapping expressions may call; it becomes a macro of the engine. */
export interface Normalizer {
  readonly name: string;
  /** Parameters in order; those with a default may be given by name: `clean_number(price, decimals := ',')`. */
  readonly parameters: readonly { readonly name: string; readonly default?: string }[];
  /** Expression over the parameters. */
  readonly sql: string;
  /** What it gives, for people. */
  readonly gives: string;
}

/** Raise it when a built-in normalizer gives other values: slices whose expressions use one are then made anew. */
export const normalizersVersion = 1;

const range = (from: number, to: number): string =>
  String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, at) => from + at));

/** Full-width ASCII (U+FF01 to U+FF5E) and the ideographic blank. Source: Unicode, Halfwidth and Fullwidth Forms. */
const wide = `${range(0xff01, 0xff5e)}\u3000`;
const narrow = `${range(0x21, 0x7e)} `;

/** ISO 4217 codes of currencies in circulation that shops price in. */
const currencies =
  'AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KES|KRW|KZT|MAD|MXN|MYR|NGN|NOK|NZD|PEN|PHP|PKR|PLN|RON|RSD|RUB|SAR|SEK|SGD|THB|TND|TRY|TWD|UAH|USD|UYU|VND|ZAR';

/** Spellings of "no value" that exports leave behind, compared in lower case. */
const missing = [
  ...[
    '',
    '-',
    '--',
    '---',
    '.',
    '?',
    '??',
    'n/a',
    'na',
    'n.a.',
    'n. a.',
    'n\\a',
    '#n/a',
    '#na',
    '#ref!',
    '#value!',
  ],
  ...[
    '#null!',
    'nan',
    'null',
    '(null)',
    '<null>',
    'nil',
    'none',
    '(none)',
    'nothing',
    'unknown',
    'not available',
  ],
  ...[
    'not applicable',
    'not specified',
    'unspecified',
    'tbd',
    'tba',
    'missing',
    'empty',
    '(empty)',
    '(blank)',
    'undefined',
  ],
  ...[
    'k.a.',
    'k. a.',
    'keine angabe',
    'unbekannt',
    's/d',
    'sin dato',
    'inconnu',
    'non disponible',
    '无',
    '暂无',
    '未知',
    '不详',
    '空',
  ],
];

const numberLike = '[0-9]+(?:[.,][0-9]+)?';

/**
 * The functions that are there without being configured. All take text, give text, and give null for what they cannot read,
 * so that `coalesce` chooses and the column's own type check has the last word.
 */
export const builtInNormalizers: readonly Normalizer[] = [
  {
    name: 'half_width',
    parameters: [{ name: 't' }],
    sql: `translate(t, ${quotedString(wide)}, ${quotedString(narrow)})`,
    gives: 'the text with full-width letters, digits and signs as ASCII',
  },
  {
    name: 'known',
    parameters: [{ name: 't' }],
    sql: `case when lower(trim(half_width(t))) not in (${missing.map(quotedString).join(', ')}) then t end`,
    gives: 'the text, or null for the usual spellings of "no value" (n/a, -, unknown, keine Angabe, 未知 …)',
  },
  {
    name: 'bare_number',
    parameters: [{ name: 't' }],
    // Blanks and apostrophes group digits; brackets or a sign behind mean "below zero".
    sql: String.raw`regexp_replace(regexp_replace(regexp_replace(regexp_replace(
      half_width(t), '[\s\x{a0}\x{2009}\x{202f}''\x{2019}]', '', 'g'), '[\x{2212}\x{2013}]', '-', 'g'),
      '^\((.*)\)$', '-\1'), '^([^-].*)-$', '-\1')`,
    gives: 'a number as written, without blanks, its sign in front',
  },
  {
    name: 'clean_number',
    parameters: [{ name: 't' }, { name: 'decimals', default: "'auto'" }],
    sql: String.raw`case
      when decimals <> ',' and regexp_full_match(bare_number(t), '[+-]?((\d{1,3}(,\d{2,3})*,\d{3}|\d+)([.]\d+)?|[.]\d+)')
        then replace(ltrim(bare_number(t), '+'), ',', '')
      when decimals <> '.' and regexp_full_match(bare_number(t), '[+-]?((\d{1,3}([.]\d{3})+|\d+)(,\d+)?|,\d+)')
        then replace(replace(ltrim(bare_number(t), '+'), '.', ''), ',', '.')
    end`,
    gives:
      "a number with a point, from either writing: 1,234.50 and 1.234,50, 1 234,5, 1'234.5, (12) and 12-; where both are possible (1,234 and 1.234) the comma groups and the point divides, unless decimals := ',' says otherwise",
  },
  {
    name: 'clean_money',
    parameters: [{ name: 't' }, { name: 'decimals', default: "'auto'" }],
    sql: String.raw`clean_number(regexp_replace(regexp_replace(regexp_replace(
      half_width(t), '(?i)\b(${currencies}|RMB)\b|(US|CA|AU|NZ|HK|NT|R)[$]|\p{Sc}|元|円|人民币|zł|Kč|kr[.]?|Fr[.]|Rs[.]?', '', 'g'),
      '[.,][-\x{2013}\x{2014}]+\s*$', ''), '^\s*[.]\s*', ''), decimals := case when regexp_matches(t, ',[-\x{2013}\x{2014}]') then ',' else decimals end)`,
    gives: 'the amount of a price with its currency in any place: € 12,50, 12.50 USD, 1.299,- €, ¥1,200',
  },
  {
    name: 'currency_of',
    parameters: [{ name: 't' }, { name: 'dollar', default: "'USD'" }, { name: 'yen', default: "'JPY'" }],
    sql: String.raw`case
      when regexp_matches(half_width(t), '(?i)\b(${currencies})\b') then upper(regexp_extract(half_width(t), '(?i)\b(${currencies})\b', 1))
      when regexp_matches(t, '元|人民币|\bRMB\b') then 'CNY'
      when contains(t, '円') then 'JPY'
      when contains(t, '€') then 'EUR'
      when contains(t, '£') then 'GBP'
      when contains(t, '₹') then 'INR'
      when contains(t, '₩') then 'KRW'
      when contains(t, '₽') then 'RUB'
      when contains(t, '₺') then 'TRY'
      when contains(t, '₫') then 'VND'
      when contains(t, '₴') then 'UAH'
      when contains(t, '฿') then 'THB'
      when contains(t, 'zł') then 'PLN'
      when contains(t, 'Kč') then 'CZK'
      when regexp_matches(t, '\bCA[$]') then 'CAD'
      when regexp_matches(t, '\bAU[$]') then 'AUD'
      when regexp_matches(t, '\bNZ[$]') then 'NZD'
      when regexp_matches(t, '\bHK[$]') then 'HKD'
      when regexp_matches(t, '\bNT[$]') then 'TWD'
      when regexp_matches(t, '\bR[$]') then 'BRL'
      when regexp_matches(half_width(t), '[$]') then dollar
      when regexp_matches(t, '[¥￥]') then yen
    end`,
    gives: "the ISO 4217 code of a price's currency; $ and ¥ are what dollar := and yen := say",
  },
  {
    name: 'clean_date',
    parameters: [{ name: 't' }, { name: 'parts', default: "'dmy'" }],
    sql: dateSql(),
    gives:
      "an ISO date and time from some forty spellings: 2026-10-01, 2026/10/1, 20261001, 1.10.2026, 01/10/26, 1 October 2026, Oct 1, 2026, 1st Oct 2026, Thu, 01 Oct 2026 08:30:00, 2026年10月1日, with or without a time; 01/02/2026 is the first of February unless parts := 'mdy'",
  },
  {
    name: 'clean_email',
    parameters: [{ name: 't' }],
    sql: String.raw`case when regexp_full_match(lower(trim(regexp_replace(half_width(t), '(?i)^\s*(mailto:|<)|>\s*$', '', 'g'))), '[a-z0-9.!#$%&''*+/=?^_{|}~-]+@[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)+')
      then lower(trim(regexp_replace(half_width(t), '(?i)^\s*(mailto:|<)|>\s*$', '', 'g'))) end`,
    gives: 'an e-mail address in lower case',
  },
  {
    name: 'phone_digits',
    parameters: [{ name: 't' }],
    sql: `regexp_replace(regexp_replace(regexp_replace(half_width(t), '[(]0[)]', ''), '[^+0-9]', '', 'g'), '^00', '+')`,
    gives: 'the digits of a telephone number, 00 in front as +',
  },
  {
    name: 'clean_phone',
    parameters: [{ name: 't' }, { name: 'country', default: "''" }],
    sql: String.raw`case
      when not regexp_full_match(half_width(t), '[\s+()/.0-9\x{a0}\x{2010}-\x{2013}-]+') then null
      when regexp_full_match(phone_digits(t), '[+][1-9]\d{6,14}') then phone_digits(t)
      when country <> '' and regexp_full_match(phone_digits(t), '\d{5,14}')
        then '+' || country || regexp_replace(phone_digits(t), '^0', '')
    end`,
    gives: "a telephone number as E.164; one without a country code is of country := '49'",
  },
  {
    name: 'clean_url',
    parameters: [{ name: 't' }],
    sql: String.raw`case when regexp_full_match(trim(t), '(?i)(https?://)?([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]{2,}(:\d{1,5})?([/?#]\S*)?') then
      coalesce(nullif(lower(regexp_extract(trim(t), '(?i)^https?://')), ''), 'https://')
      || regexp_replace(lower(regexp_extract(trim(t), '(?i)^(?:https?://)?([^/?#]+)', 1)), ':(80|443)$', '')
      || regexp_replace(regexp_replace(regexp_extract(trim(t), '(?i)^(?:https?://)?[^/?#]+(.*)$', 1), '#.*$', ''), '^/$', '')
    end`,
    gives: 'a web address with its scheme, host in lower case, without fragment and usual port',
  },
  {
    name: 'clean_postcode',
    parameters: [{ name: 't' }],
    sql: String.raw`nullif(regexp_replace(trim(upper(half_width(t))), '\s+', ' ', 'g'), '')`,
    gives: 'a postal code in capitals with single blanks; it stays text, leading zeros included',
  },
  {
    name: 'plain_text',
    parameters: [{ name: 't' }],
    sql: String.raw`nullif(trim(regexp_replace(regexp_replace(
      replace(replace(replace(replace(replace(replace(
        regexp_replace(regexp_replace(t, '(?is)<(script|style)\b.*?</(script|style)>', ' ', 'g'), '(?s)<(/?[a-zA-Z][^<>]*|!--.*?--)>', ' ', 'g'),
      '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&'),
      '[\p{So}\x{1f3fb}-\x{1f3ff}\x{fe0f}\x{200d}\x{20e3}]', ' ', 'g'), '\s+', ' ', 'g')), '')`,
    gives: 'a text without HTML, emoji and repeated blanks',
  },
  quantity('grams', 'a mass in grams', {
    mg: 0.001,
    'g|gr|gram|grams|gramm|克': 1,
    'kg|kgs|kilo|kilos|公斤|千克': 1000,
    't|tonne|tonnes': 1_000_000,
    'oz|ounce|ounces': 28.349523125,
    'lb|lbs|pound|pounds': 453.59237,
    斤: 500,
  }),
  quantity('millilitres', 'a volume in millilitres', {
    'ml|毫升': 1,
    cl: 10,
    dl: 100,
    'l|ltr|litre|litres|liter|liters|升': 1000,
    'fl[.]? ?oz': 29.5735295625,
    'gal|gallon|gallons': 3785.411784,
  }),
  quantity('millimetres', 'a length in millimetres', {
    'mm|毫米': 1,
    'cm|厘米': 10,
    'm|metre|metres|meter|meters|米': 1000,
    'in|inch|inches|["″”]': 25.4,
    'ft|foot|feet': 304.8,
  }),
  {
    name: 'pack_count',
    parameters: [{ name: 't' }],
    sql: String.raw`nullif(coalesce(
      nullif(regexp_extract(half_width(t), '(?i)\b(\d{1,4})\s*[x×*]\s*${numberLike}\s*(?:ml|cl|dl|l|g|kg|mg|oz|lb|fl)\b', 1), ''),
      nullif(regexp_extract(half_width(t), '(?i)\b(?:pack|set|box|case|bundle|lot)\s+of\s+(\d{1,4})\b', 1), ''),
      nullif(regexp_extract(half_width(t), '(?i)\b(\d{1,4})\s*-?\s*(?:pack|pk|pcs|pc|pieces|piece|count|ct|stück|stk|er[- ]pack)\b', 1), ''),
      nullif(regexp_extract(half_width(t), '(\d{1,4})\s*(?:个|件|片|支|瓶|包|盒)', 1), '')
    ), '')`,
    gives: 'how many are in a pack: 6 x 330 ml, pack of 6, 6-pack, 12 pcs, 10件',
  },
];

/** A quantity with a unit; without its numbers' unit named, null. Factors are exact by definition of the units. */
function quantity(name: string, gives: string, factors: Readonly<Record<string, number>>): Normalizer {
  const cases = Object.entries(factors).map(([units, factor]) => {
    const pattern = String.raw`(?i)(?:^|[^0-9.,])(${numberLike})\s*(?:${units})(?:$|[^a-zA-Z"″”])`;
    return `when regexp_matches(half_width(t), ${quotedString(pattern)}) then cast(cast(clean_number(regexp_extract(half_width(t), ${quotedString(pattern)}, 1)) as decimal(22, 6)) * cast(${factor} as decimal(16, 9)) as decimal(38, 6))`;
  });
  return {
    name,
    parameters: [{ name: 't' }],
    sql: `rtrim(rtrim(cast(case ${cases.join('\n      ')} end as varchar), '0'), '.')`,
    gives: `${gives}, from whatever unit is written`,
  };
}

/** Years of two digits are tried first: `%Y` would read them as the first century. */
function dateSql(): string {
  const named = [
    ...['%d-%b-%y', '%d-%b-%Y', '%d %B %Y', '%d %b %Y', '%d. %B %Y'],
    ...['%B %d, %Y', '%b %d, %Y', '%B %d %Y', '%b %d %Y'],
    ...['%A, %d %B %Y', '%a, %d %b %Y', '%A, %B %d, %Y', '%a %b %d %Y'],
  ];
  const yearFirst = ['%Y-%m-%d', '%Y/%m/%d', '%Y.%m.%d', '%Y%m%d', '%Y年%m月%d日'];
  const inOrder = (first: string, second: string): string[] =>
    ['%y', '%Y'].flatMap((year) => ['/', '.', '-'].map((sign) => [first, second, year].join(sign)));
  const times = ['', ' %H:%M:%S', ' %H:%M', ' %I:%M:%S %p', ' %I:%M %p', 'T%H:%M:%S', 'T%H:%M'];
  const formats = (days: readonly string[]): string =>
    `[${days.flatMap((day) => times.map((time) => quotedString(`${day}${time}`))).join(', ')}]`;
  // Ordinals are plain numbers, and blanks are single.
  const text = String.raw`regexp_replace(regexp_replace(trim(half_width(t)), '(?i)\b(\d{1,2})(st|nd|rd|th)\b', '\1', 'g'), '\s+', ' ', 'g')`;
  const parsed = (days: readonly string[]): string => `try_strptime(${text}, ${formats(days)})`;
  return `strftime(coalesce(
      case when parts = 'mdy' then ${parsed(inOrder('%m', '%d'))} else ${parsed(inOrder('%d', '%m'))} end,
      ${parsed([...named, ...yearFirst])}
    ), '%Y-%m-%d %H:%M:%S')`;
}

/** Statements that make normalizers known to the engine, those they call first. */
export function normalizerStatements(normalizers: readonly Normalizer[]): string[] {
  return normalizers.map(({ name, parameters, sql }) => {
    const list = parameters.map((one) =>
      one.default === undefined ? one.name : `${one.name} := ${one.default}`,
    );
    return `create or replace temp macro ${name}(${list.join(', ')}) as (${sql})`;
  });
}
