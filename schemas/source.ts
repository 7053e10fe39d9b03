import { z } from 'zod';
import { contractSchema } from './contract.ts';
import { type EntityName, entities, entityNames } from './entities.ts';
import { name, sqlExpression } from './names.ts';
import { checkDatabase, mariadbShape, postgresShape } from './source-database.ts';
import { filesShape } from './source-files.ts';
import { checkHttp, httpShape } from './source-http.ts';
import { checkOnline, onlineShape } from './source-online.ts';
import { s3Shape } from './source-s3.ts';

/** How one source is mapped onto one entity: SQL expressions over the source's columns (all text, trimmed, NFC). */
export const mappingSchema = z.strictObject({
  /** Entity column → SQL expression. A bare column name is an expression. */
  columns: z.record(z.string(), sqlExpression),
  /** Further facts kept as one JSON object: name → SQL expression. */
  attributes: z.record(z.string(), sqlExpression).default({}),
  /** Only rows for which this holds are of this entity; the others are counted as skipped. */
  where: sqlExpression.optional(),
  /**
   * Id space of a record entity. Records of one namespace with one key are one record; across namespaces items are
   * resolved by similarity. Default `main`.
   */
  namespace: name.default('main'),
  /** Event entities: columns that identify one event. Without a key the source's `duplicates` policy decides. */
  key: z.array(z.string()).default([]),
});
export type Mapping = z.infer<typeof mappingSchema>;

const mappings = z
  .strictObject(
    Object.fromEntries(entityNames.map((entity) => [entity, mappingSchema.optional()])) as Record<
      EntityName,
      z.ZodOptional<typeof mappingSchema>
    >,
  )
  .refine((value) => Object.values(value).some((mapping) => mapping !== undefined), {
    message: 'expected at least one of users, items, events, reviews, market',
  })
  .superRefine((value, context) => {
    for (const entity of entityNames) {
      const mapping = value[entity];
      if (mapping) checkMapping(entity, mapping, context);
    }
  });

function checkMapping(entity: EntityName, mapping: Mapping, context: z.RefinementCtx): void {
  const known = Object.keys(entities[entity].columns).filter((column) => column !== 'attributes');
  for (const column of Object.keys(mapping.columns)) {
    if (!known.includes(column)) {
      context.addIssue({
        code: 'custom',
        path: [entity, 'columns', column],
        message: `unknown column; ${entity} has ${known.join(', ')} (put anything else under attributes)`,
      });
    }
  }
  for (const [column, spec] of Object.entries(entities[entity].columns)) {
    if (spec.required && !(column in mapping.columns)) {
      context.addIssue({
        code: 'custom',
        path: [entity, 'columns'],
        message: `missing required column ${column}`,
      });
    }
  }
  for (const column of mapping.key) {
    if (!(column in mapping.columns)) {
      context.addIssue({
        code: 'custom',
        path: [entity, 'key'],
        message: `${column} is not one of the mapped columns`,
      });
    }
  }
}

/** What every source has, wherever its rows come from. */
const common = {
  /** Texts that mean "no value", compared after trimming. The empty text always does. */
  nullValues: z.array(z.string()).default([]),
  /**
   * `incremental`: each slice brings new rows. `full`: each slice is the whole list, the newest one counts, and what is
   * gone from it is marked as gone.
   */
  mode: z.enum(['incremental', 'full']).default('incremental'),
  /** A night without this source fails; otherwise it goes on with what was published before. */
  required: z.boolean().default(false),
  /** Without an event key: `row` drops repeated whole rows of one slice and counts them, `keep` keeps them. */
  duplicates: z.enum(['row', 'keep']).default('row'),
  /** Who to ask, for the inventory. */
  owner: z.string().default(''),
  description: z.string().default(''),
  /** What the source's columns mean, for the inventory; `personal` marks personal data, whose values are never shown. */
  columns: z
    .record(
      z.string(),
      z.strictObject({
        description: z.string().default(''),
        unit: z.string().optional(),
        personal: z.boolean().default(false),
      }),
    )
    .default({}),
  /**
   * Cells that look wrong by the source's own other values: repairs are proposed, and applied from `threshold` (confidence)
   * on. Without `columns` all but those that ids are made of. Default: nothing is looked at.
   */
  repair: z
    .strictObject({
      threshold: z.number().min(0.5).max(1).default(0.9),
      columns: z.array(z.string()).min(1).optional(),
    })
    .optional(),
  entities: mappings,
  contract: contractSchema.prefault({}),
};

/** The keys that every source has, wherever its rows come from. */
export const commonKeys = Object.keys(common) as readonly (keyof typeof common)[];

/** A source of files. */
export const filesSourceSchema = z.strictObject({ ...filesShape, ...common });
export type FilesSource = z.infer<typeof filesSourceSchema>;

/** A source in a PostgreSQL database. */
export const postgresSourceSchema = z
  .strictObject({ ...postgresShape, ...common })
  .superRefine(checkDatabase);
export type PostgresSource = z.infer<typeof postgresSourceSchema>;

/** A source in a MariaDB or MySQL database. */
export const mariadbSourceSchema = z.strictObject({ ...mariadbShape, ...common }).superRefine(checkDatabase);
export type MariadbSource = z.infer<typeof mariadbSourceSchema>;

/** A source of objects in an S3-compatible store. */
export const s3SourceSchema = z.strictObject({ ...s3Shape, ...common });
export type S3Source = z.infer<typeof s3SourceSchema>;

/** A source in the online store. */
export const onlineSourceSchema = z.strictObject({ ...onlineShape, ...common }).superRefine(checkOnline);
export type OnlineSource = z.infer<typeof onlineSourceSchema>;

/** A source that is a JSON interface over HTTP. */
export const httpSourceSchema = z.strictObject({ ...httpShape, ...common }).superRefine(checkHttp);
export type HttpSource = z.infer<typeof httpSourceSchema>;

/** One source and what it means: files, or what is first read from elsewhere into files (`type`). */
export const sourceSchema = z.discriminatedUnion('type', [
  filesSourceSchema,
  postgresSourceSchema,
  mariadbSourceSchema,
  s3SourceSchema,
  onlineSourceSchema,
  httpSourceSchema,
]);
export type Source = z.infer<typeof sourceSchema>;
/** A source whose rows are read from elsewhere into the store's landing zone first. */
export type RemoteSource = Exclude<Source, FilesSource | S3Source>;
