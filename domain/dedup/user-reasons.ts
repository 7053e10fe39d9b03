import type { Row } from '../warehouse/warehouse.ts';
import { comparedFields } from './user-fields.ts';

/** What people call the fields. */
const words: Readonly<Record<(typeof comparedFields)[number], string>> = {
  email: 'e-mail',
  phone: 'phone',
  given_name: 'given name',
  family_name: 'family name',
  birth_date: 'birth date',
  postcode: 'postcode',
  street: 'street',
  city: 'city',
};

/**
 * Why a pair of users has its score, in short sentences: what is the same (and known of few), what is nearly so, what differs.
 * Pure; no value is told.
 *
 * @param row of `match.pairs.users`
 */
export function userReasons(row: Row): string[] {
  const fieldsAt = (level: string): string =>
    comparedFields
      .filter((field) => row[field] === level)
      .map((field) => words[field])
      .join(', ');
  return [
    ['telling', 'same and rare: '],
    ['same', 'same: '],
    ['near', 'nearly the same: '],
    ['differs', 'other: '],
  ].flatMap(([level = '', text = '']) => {
    const found = fieldsAt(level);
    return found === '' ? [] : [`${text}${found}`];
  });
}
