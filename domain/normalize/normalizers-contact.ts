import type { Normalizer } from './normalizer.ts';

/** Postal codes without their blanks and hyphens, and how countries write them. Source: Universal Postal Union. */
const postcodes: readonly (readonly [countries: string, pattern: string, written: string])[] = [
  ['GB', String.raw`([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})`, String.raw`\1 \2`],
  ['US', String.raw`(\d{5})`, String.raw`\1`],
  ['US', String.raw`(\d{5})(\d{4})`, String.raw`\1-\2`],
  ['CA', String.raw`([A-Z]\d[A-Z])(\d[A-Z]\d)`, String.raw`\1 \2`],
  ['NL', String.raw`(\d{4})([A-Z]{2})`, String.raw`\1 \2`],
  ['JP', String.raw`(\d{3})(\d{4})`, String.raw`\1-\2`],
  ['PL', String.raw`(\d{2})(\d{3})`, String.raw`\1-\2`],
  ['PT', String.raw`(\d{4})(\d{3})`, String.raw`\1-\2`],
  ['BR', String.raw`(\d{5})(\d{3})`, String.raw`\1-\2`],
  ['SE CZ SK GR', String.raw`(\d{3})(\d{2})`, String.raw`\1 \2`],
  ['DE FR IT ES FI TR KR UA MX MY TH ID HR EE', String.raw`(\d{5})`, String.raw`\1`],
  ['AT CH BE DK NO AU HU BG NZ ZA', String.raw`(\d{4})`, String.raw`\1`],
  ['CN RU IN RO SG KZ VN', String.raw`(\d{6})`, String.raw`\1`],
];

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
    parameters: [{ name: 't' }, { name: 'country', default: "''" }],
    sql: String.raw`case upper(country)
      ${postcodes.map(postcodeSql).join('\n      ')}
      else nullif(trim(regexp_replace(upper(half_width(t)), '\s+', ' ', 'g')), '')
    end`,
    gives:
      "a postal code in capitals with single blanks; it stays text, leading zeros included. With country := 'GB' as that country writes it (SW1A 1AA), null for what is none there",
  },
];

/** A country of several forms has a branch for each; its first branch asks them in order. */
function postcodeSql([countries]: (typeof postcodes)[number], at: number): string {
  if (postcodes.findIndex(([other]) => other === countries) < at) return '';
  const compact = String.raw`regexp_replace(upper(half_width(t)), '[\s-]+', '', 'g')`;
  const forms = postcodes
    .filter(([other]) => other === countries)
    .map(
      ([, pattern, written]) =>
        `when regexp_full_match(${compact}, '${pattern}') then regexp_replace(${compact}, '^${pattern}$', '${written}')`,
    );
  return countries
    .split(' ')
    .map((country) => `when '${country}' then case ${forms.join(' ')} end`)
    .join('\n      ');
}
