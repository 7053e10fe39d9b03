import type { Normalizer } from './normalizer.ts';

/** ISO 4217 codes of currencies in circulation that shops price in. */
const currencies =
  'AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KES|KRW|KZT|MAD|MXN|MYR|NGN|NOK|NZD|PEN|PHP|PKR|PLN|RON|RSD|RUB|SAR|SEK|SGD|THB|TND|TRY|TWD|UAH|USD|UYU|VND|ZAR';

/** Numbers and money in local spellings. Calls half_width. */
export const numberNormalizers: readonly Normalizer[] = [
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
];
