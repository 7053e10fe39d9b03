import type { Normalizer } from './normalizer.ts';

/** Where people and pages are reached. Calls half_width. */
export const contactNormalizers: readonly Normalizer[] = [
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
    sql: String.raw`nullif(trim(regexp_replace(upper(half_width(t)), '\s+', ' ', 'g')), '')`,
    gives: 'a postal code in capitals with single blanks; it stays text, leading zeros included',
  },
];
