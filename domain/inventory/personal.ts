import { nameGuesses } from './column-names.ts';
import type { PatternName } from './patterns.ts';
import type { ColumnProfile } from './profile-columns.ts';

/** Whether a column holds personal data, and why; its values are never shown then. */
export interface PersonalVerdict {
  readonly personal: boolean;
  readonly why: string;
}

const strong: readonly (readonly [PatternName, string])[] = [
  ['email', 'e-mail addresses'],
  ['mobile_cn', 'Chinese mobile numbers'],
  ['resident_id_cn', 'Chinese resident ids'],
  ['phone', 'telephone numbers'],
  ['ip', 'IP addresses'],
];

/** Share of distinct values from which a pattern makes the column personal. */
const patternShare = 0.2;
/** Share of distinct values with an address or number inside from which a text is personal. */
const insideShare = 0.01;

/**
 * Decides whether a column is personal: declared, told by its values, by its name, or by what it feeds.
 *
 * Method: share of matching distinct values plus header words, after Presidio and the DataProfiler; prefers to hide.
 *
 * @param feeds entity columns it feeds, such as `users.user_id`
 */
export function personalVerdict(
  profile: ColumnProfile,
  declared: boolean,
  feeds: readonly string[],
): PersonalVerdict {
  if (declared) return { personal: true, why: 'declared in temporal.config.ts' };
  const pattern = strong.find(([name]) => profile.patterns[name] >= patternShare);
  if (pattern) return { personal: true, why: `values look like ${pattern[1]}` };
  if (profile.personalShare >= insideShare)
    return { personal: true, why: 'values have e-mail addresses or telephone numbers inside' };
  const named = nameGuesses(profile.column).find(({ kind }) => ['email', 'phone', 'person'].includes(kind));
  if (named) return { personal: true, why: named.why };
  if (feeds.some((column) => column.endsWith('.user_id')))
    return { personal: true, why: 'it names a person to the shop' };
  return { personal: false, why: '' };
}
