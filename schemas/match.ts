import { z } from 'zod';
import { type EntityName, entities } from './entities.ts';
import { name } from './names.ts';

/**
 * How a column of a golden record is chosen among the values of its records. Every rule takes a value before none and ends
 * in `source_priority`: the earlier namespace, the later row, the source by name.
 *
 * `newest`: the later slice, whatever its namespace; a list without a date (`all`) is later than any date ·
 * `most_complete`: the longest text · `vote`: what most records say, letter by letter.
 */
export const survivorshipRules = ['source_priority', 'newest', 'most_complete', 'vote'] as const;
export type SurvivorshipRule = (typeof survivorshipRules)[number];

/** Column → rule; a column that is left out goes by `source_priority`. A currency goes with its price. */
export type Survivorship = Readonly<Record<string, SurvivorshipRule | undefined>>;

function rulesOf(entity: EntityName) {
  const { columns, key } = entities[entity];
  const own = Object.entries(columns).filter(([column]) => !key.includes(column) && column !== 'currency');
  const anyRule = z.enum(survivorshipRules).optional();
  const noLength = z.enum(['source_priority', 'newest', 'vote']).optional();
  return z
    .strictObject(
      Object.fromEntries(
        own.map(([column, { type }]) => [column, type === 'text' || type === 'json' ? anyRule : noLength]),
      ),
    )
    .prefault({});
}

const attributes = z.array(z.string().min(1)).min(1);

/** Which attributes of users hold what they are compared by; of several the first that says something counts. */
export const userFieldsSchema = z.strictObject({
  email: attributes.optional(),
  phone: attributes.optional(),
  given_name: attributes.optional(),
  family_name: attributes.optional(),
  /** A whole name, where given and family name are not apart. */
  name: attributes.optional(),
  /** YYYY-MM-DD, YYYYMMDD or day first. */
  birth_date: attributes.optional(),
  postcode: attributes.optional(),
  street: attributes.optional(),
  city: attributes.optional(),
});
export type UserFields = z.infer<typeof userFieldsSchema>;
export type UserFieldName = keyof UserFields;

/** Resolution of users across systems (namespaces). */
const usersSchema = z
  .strictObject({
    /** Default: what the names of the users' attributes suggest. `{}`: users are not compared. */
    fields: userFieldsSchema.optional(),
    /** Probability (0-1) from which two users are one. */
    threshold: z.number().min(0).max(1).default(0.5),
    /** Whether two ids of one system can be one user. */
    withinSystem: z.boolean().default(false),
  })
  .prefault({});

/** Resolution of items and users across namespaces and golden records; earlier namespaces win where no rule says otherwise. */
export const matchSchema = z
  .strictObject({
    namespaces: z.array(name).default(['main']),
    /** Similarity (0-1) from which two items are one. */
    threshold: z.number().min(0).max(1).default(0.75),
    /** Words are learned anew after this many days; in between only new and changed items are compared. 0: every night. */
    relearnDays: z.number().int().min(0).max(365).default(7),
    /** … and when more than this share of the learned items have changed, gone or come. */
    relearnShare: z.number().min(0).max(1).default(0.2),
    users: usersSchema,
    survivorship: z.strictObject({ users: rulesOf('users'), items: rulesOf('items') }).prefault({}),
  })
  .prefault({});
