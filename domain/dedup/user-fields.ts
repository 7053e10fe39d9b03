import type { UserFieldName, UserFields } from '../../schemas/match.ts';
import { foldText } from './title-tokens.ts';

/** What users are compared by, in the order of the comparisons. A full name is taken apart into given and family name. */
export const comparedFields = [
  'email',
  'phone',
  'given_name',
  'family_name',
  'birth_date',
  'postcode',
  'street',
  'city',
] as const;
export type ComparedField = (typeof comparedFields)[number];

/** What a record says of a user, spelled one way; a field that says nothing is left out. */
export type UserValues = { readonly [Field in ComparedField]?: string };

/** Attribute names that mean a field, folded and without blanks, hyphens and underscores. */
const meant: Readonly<Record<UserFieldName, RegExp>> = {
  email: /^(customer|user|contact)?(e?mail)(address|addr)?$/,
  phone:
    /^(customer|user|contact)?(tele)?(phone|fon|tel|mobile|mobil|handy|cell|cellphone)(no|number|nummer)?$/,
  given_name: /^(given|first|fore|vor)(name)$/,
  family_name: /^(family|last|sur|nach)(name)$/,
  name: /^((customer|user|contact|full|display)?name|kunde)$/,
  birth_date: /^(birthda(te|y)|dateofbirth|dob|geburtsdatum|born)$/,
  postcode: /^(post(al)?code|zip(code)?|plz)$/,
  street: /^(street|strasse|address(line)?1?|streetaddress)$/,
  city: /^(city|town|ort|stadt|suburb)$/,
};

/**
 * Which attributes of users hold what they are compared by: as configured, else what the attributes' names suggest.
 * Without names and without a way to reach people (e-mail, phone) nothing is suggested.
 *
 * @param attributes names of the attributes that any source's users have
 */
export function userFieldsOf(configured: UserFields | undefined, attributes: readonly string[]): UserFields {
  if (configured) return configured;
  const names = [...new Set(attributes)].sort();
  const found = Object.entries(meant).flatMap(([field, pattern]) => {
    const own = names.filter((name) => pattern.test(foldText(name).replace(/[\s_-]/g, '')));
    return own.length > 0 ? [[field, own] as const] : [];
  });
  const fields: UserFields = Object.fromEntries(found);
  return fields.email || fields.phone || fields.name || fields.family_name ? fields : {};
}

/** Spells what a record says of a user one way. Values that say nothing (no digits, a placeholder date) are left out. */
export function userValues(raw: { readonly [Field in UserFieldName]?: string | null }): UserValues {
  const [given, family] = namesOf(raw.given_name, raw.family_name, raw.name);
  const values: [ComparedField, string][] = [
    ['email', emailOf(raw.email ?? '')],
    ['phone', phoneOf(raw.phone ?? '')],
    ['given_name', given],
    ['family_name', family],
    ['birth_date', birthDateOf(raw.birth_date ?? '')],
    [
      'postcode',
      (raw.postcode ?? '')
        .normalize('NFKC')
        .toUpperCase()
        .replace(/[^\p{L}\p{N}]/gu, ''),
    ],
    ['street', streetOf(raw.street ?? '')],
    ['city', words(raw.city ?? '').join('')],
  ];
  return Object.fromEntries(values.filter(([, value]) => value !== ''));
}

function words(text: string): string[] {
  return foldText(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** In lower case, without a tag (`ann+shop@…`); empty for what is no address. */
function emailOf(text: string): string {
  const [, local, domain] =
    /^([^\s@+]+)(?:\+[^\s@]*)?@([^\s@]+[.][^\s@]+)$/.exec(text.trim().toLowerCase()) ?? [];
  return local && domain ? `${local}@${domain}` : '';
}

/** The last nine digits: with and without country code they agree. Empty for fewer than six. */
function phoneOf(text: string): string {
  const digits = text
    .normalize('NFKC')
    .replace(/[(]0[)]/g, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return digits.length < 6 ? '' : digits.slice(-9);
}

const han = /^\p{sc=Han}{2,4}$/u;

/** Given and family name, folded. A whole name is `Family, Given` with a comma, else its last word is the family name. */
function namesOf(
  given: string | null | undefined,
  family: string | null | undefined,
  whole: string | null | undefined,
): [given: string, family: string] {
  if (given || family || !whole) return [words(given ?? '').join(' '), words(family ?? '').join(' ')];
  const text = whole.trim();
  if (han.test(text)) return [[...text].slice(1).join(''), [...text][0] ?? ''];
  const comma = text.indexOf(',');
  if (comma > 0) return [words(text.slice(comma)).join(' '), words(text.slice(0, comma)).join(' ')];
  const all = words(text);
  return all.length < 2 ? ['', all.join('')] : [all.slice(0, -1).join(' '), all.at(-1) ?? ''];
}

/** Dates that forms fill in by themselves. */
const placeholders = new Set(['19000101', '19700101', '00010101', '18991230', '19010101']);

/** As YYYYMMDD; empty for what is no date. `03/04/1990` is read day first unless that is no date. */
function birthDateOf(text: string): string {
  const given = text.trim();
  const iso = /^(\d{4})[-./]?(\d{2})[-./]?(\d{2})(?!\d)/.exec(given);
  const local = /^(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})$/.exec(given);
  const tried = iso
    ? [iso.slice(1)]
    : local
      ? [
          [local[3], local[2], local[1]],
          [local[3], local[1], local[2]],
        ]
      : [];
  for (const parts of tried) {
    const [year = '', month = '', day = ''] = parts.map((part) => (part ?? '').padStart(2, '0'));
    const isDate = +month >= 1 && +month <= 12 && +day >= 1 && +day <= 31;
    const date = `${year}${month}${day}`;
    if (isDate) return placeholders.has(date) ? '' : date;
  }
  return '';
}

const streetWords: Readonly<Record<string, string>> = {
  street: 'st',
  road: 'rd',
  avenue: 'ave',
  lane: 'ln',
  drive: 'dr',
  place: 'pl',
  court: 'ct',
  strasse: 'str',
};

function streetOf(text: string): string {
  return words(text)
    .map((word) => streetWords[word] ?? word.replace(/(?<=\p{L})stra(ss|ß)e$/u, 'str'))
    .join(' ');
}
