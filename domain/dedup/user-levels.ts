import type { Presumed } from '../math/fellegi-sunter.ts';
import type { Traits } from './clusters.ts';
import { type ComparedField, comparedFields } from './user-fields.ts';
import { isNear } from './user-likeness.ts';
import type { UserColumn, UserTable } from './user-table.ts';

/** What two values of a field say, by level; `telling`: the same, and few have it. */
export const levelNames = ['differs', 'near', 'same', 'telling'] as const;
export const levels = levelNames.length;
const [differs, near, same, telling] = [0, 1, 2, 3];

/** Different outcomes there can be: each field one of the levels or unknown. */
export const outcomeCount = (levels + 1) ** comparedFields.length;

/** Compares two users of a table. */
export interface UserComparer {
  /** Levels of all fields as one number from 0 below `outcomeCount`; `levelIn` takes it apart. */
  outcomeOf(left: number, right: number): number;
}

/** Level of a field in an outcome; -1 where a side says nothing. */
export function levelIn(outcome: number, field: number): number {
  return (Math.floor(outcome / (places[field] ?? 1)) % (levels + 1)) - 1;
}

/** Birth dates as what keeps users apart; undefined where no user has one. */
export function birthDates({ columns }: UserTable): Traits | undefined {
  const { ids, values } = columns.birth_date;
  if (values.length === 0) return undefined;
  return {
    of: ids,
    clash: (a, b) => a !== b && !isNear.birth_date(values[a] as string, values[b] as string),
  };
}

const places = comparedFields.map((_, field) => (levels + 1) ** field);
const birthDate = comparedFields.indexOf('birth_date');

/** Whether both birth dates are known and neither can be a slip of the other: these are two people, whatever else they share. */
export function isForbidden(outcome: number): boolean {
  return levelIn(outcome, birthDate) === differs;
}

/**
 * Prepares comparing. Of a name that few have, or of an address or number that one user of a system has, sameness tells more
 * than of one that a family shares.
 */
export function createUserComparer({ columns, users, systems }: UserTable): UserComparer {
  const areSeveral = systems.some((system) => system !== systems[0]);
  const fields = comparedFields.map((field) => ({
    ids: columns[field].ids,
    values: columns[field].values,
    isTelling: tellingValues(field, columns[field], users, areSeveral),
    isNear: isNear[field],
  }));
  return {
    outcomeOf(left, right) {
      let outcome = 0;
      for (let at = fields.length - 1; at >= 0; at--) {
        const field = fields[at] as (typeof fields)[number];
        const [a, b] = [field.ids[left] as number, field.ids[right] as number];
        let level = -1;
        if (a >= 0 && b >= 0) {
          if (a === b) level = field.isTelling[a] === 1 ? telling : same;
          else level = field.isNear(field.values[a] as string, field.values[b] as string) ? near : differs;
        }
        outcome = outcome * (levels + 1) + level + 1;
      }
      return outcome;
    },
  };
}

/** A name is telling below this share of the users. */
const rareShare = 0.001;
/** Users of a single system who may have one number or address before it tells less. */
const mostAlone = 3;

function tellingValues(
  field: ComparedField,
  column: UserColumn,
  users: number,
  areSeveral: boolean,
): Uint8Array {
  const { counts, mostInSystem } = column;
  switch (field) {
    case 'email':
    case 'phone':
    case 'street':
      return areSeveral
        ? Uint8Array.from(mostInSystem, (most) => (most <= 1 ? 1 : 0))
        : Uint8Array.from(counts, (count) => (count <= mostAlone ? 1 : 0));
    case 'given_name':
    case 'family_name':
      return Uint8Array.from(counts, (count) => (count < Math.max(4, rareShare * users) ? 1 : 0));
    default:
      return new Uint8Array(counts.length);
  }
}

/** How many pairs the presumption counts for, on either side. */
const presumedPairs = 20;

/**
 * What is presumed of each field until pairs tell: share of each level among matches and among other candidate pairs, of
 * which many share a household or a common name.
 */
const shares: {
  readonly [Field in ComparedField]: readonly [matches: readonly number[], others: readonly number[]];
} = {
  email: [
    [0.2, 0.1, 0.15, 0.55],
    [0.83, 0.02, 0.12, 0.03],
  ],
  phone: [
    [0.2, 0.05, 0.2, 0.55],
    [0.83, 0.02, 0.12, 0.03],
  ],
  given_name: [
    [0.04, 0.11, 0.4, 0.45],
    [0.85, 0.05, 0.07, 0.03],
  ],
  family_name: [
    [0.06, 0.06, 0.4, 0.48],
    [0.45, 0.05, 0.3, 0.2],
  ],
  birth_date: [
    [0.01, 0.06, 0.92, 0.01],
    [0.84, 0.07, 0.08, 0.01],
  ],
  postcode: [
    [0.15, 0.08, 0.76, 0.01],
    [0.62, 0.08, 0.29, 0.01],
  ],
  street: [
    [0.2, 0.1, 0.3, 0.4],
    [0.7, 0.05, 0.2, 0.05],
  ],
  city: [
    [0.14, 0.05, 0.8, 0.01],
    [0.55, 0.04, 0.4, 0.01],
  ],
};

/** The presumption as pairs seen, in the order of the fields. */
export const presumedOfFields: readonly Presumed[] = comparedFields.map((field) => {
  const [matches, others] = shares[field];
  return {
    matches: matches.map((share) => presumedPairs * share),
    others: others.map((share) => presumedPairs * share),
  };
});

/** Share of the candidate pairs presumed to be matches. */
const presumedShare = 0.3;

/** How likely a pair of an outcome is a match by the presumption alone. */
export function presumedPosterior(outcome: number): number {
  let odds = Math.log(presumedShare / (1 - presumedShare));
  for (const [field, name] of comparedFields.entries()) {
    const level = levelIn(outcome, field);
    const [matches, others] = shares[name];
    if (level >= 0) odds += Math.log((matches[level] as number) / (others[level] as number));
  }
  return 1 / (1 + Math.exp(-odds));
}
