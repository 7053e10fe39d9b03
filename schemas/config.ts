import { z } from 'zod';
import { type EntityName, entities, entityNames } from './entities.ts';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'expected lower-case letters, digits, - or _, starting with a letter');
const sqlExpression = z.string().min(1).max(10_000);
const functionName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected lower-case letters, digits or _, starting with a letter');

/** A function of one row's values, written once and called by mapping expressions: an SQL expression over its parameters. */
export const normalizerSchema = z.strictObject({
  parameters: z.array(functionName).min(1).max(8).default(['t']),
  sql: sqlExpression,
  description: z.string().default(''),
});
export type ConfiguredNormalizer = z.infer<typeof normalizerSchema>;

/** A span such as `{ count: 36, period: 'hour' }`, the shape dbt uses for freshness. */
export const periodSchema = z.strictObject({
  count: z.number().int().positive(),
  period: z.enum(['minute', 'hour', 'day']),
});

/** One check of a source's contract. Rows that fail an `error` check go to quarantine; a `warn` check only counts. */
export const checkSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('not_null'), column: z.string(), severity: severity() }),
  z.strictObject({ type: z.literal('unique'), column: z.string(), severity: severity() }),
  z.strictObject({
    type: z.literal('accepted_values'),
    column: z.string(),
    values: z.array(z.string()).min(1),
    severity: severity(),
  }),
  z.strictObject({
    type: z.literal('range'),
    column: z.string(),
    /** Inclusive bounds, compared as decimal numbers. */
    min: z.number().optional(),
    max: z.number().optional(),
    severity: severity(),
  }),
  z.strictObject({
    type: z.literal('pattern'),
    column: z.string(),
    /** RE2 syntax (linear time), must match the whole value. */
    regex: z.string(),
    severity: severity(),
  }),
  z.strictObject({
    type: z.literal('relationships'),
    column: z.string(),
    /** The entity whose key the column refers to: `users` or `items`. Counted after unification, never rejects. */
    to: z.enum(['users', 'items']),
    /** Only records this source delivered count as known, say the demographics of some of the users. Default: any source. */
    from: z.string().optional(),
    severity: severity('warn'),
  }),
]);
export type Check = z.infer<typeof checkSchema>;

function severity(fallback: 'error' | 'warn' = 'error') {
  return z.enum(['error', 'warn']).default(fallback);
}

/** What a source promises. Violations are collected; nothing here ever loses a row silently. */
export const contractSchema = z.strictObject({
  /** Source columns that must be there. A missing one stops this source for the night (its last good data stays). */
  requiredColumns: z.array(z.string()).default([]),
  /** Checks by entity column. */
  checks: z.array(checkSchema).default([]),
  /** Age of the newest row against the end of the data date. */
  freshness: z
    .strictObject({ warnAfter: periodSchema.optional(), errorAfter: periodSchema.optional() })
    .default({}),
  /** Share of rows (0-1) that may be rejected before the source counts as failed. Default 0.5. */
  maxRejectedShare: z.number().min(0).max(1).default(0.5),
});
export type Contract = z.infer<typeof contractSchema>;

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

function checkReferences(sources: Readonly<Record<string, Source>>, context: z.RefinementCtx): void {
  for (const [name, { contract }] of Object.entries(sources)) {
    for (const [index, check] of contract.checks.entries()) {
      if (check.type !== 'relationships' || check.from === undefined) continue;
      if (sources[check.from]?.entities[check.to]) continue;
      context.addIssue({
        code: 'custom',
        path: [name, 'contract', 'checks', index, 'from'],
        message: `expected a source that maps ${check.to}`,
      });
    }
  }
}

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

/** One source of files and what it means. */
export const sourceSchema = z.strictObject({
  type: z.literal('files').default('files'),
  /**
   * Path or paths relative to `input`, with `{date}` (YYYY-MM-DD) for the slice and `*` within one name.
   * Without `{date}` the source is one slice called `all`.
   */
  path: z.union([z.string(), z.array(z.string()).min(1)]),
  /** Default: by the file's ending. */
  format: z.enum(['csv', 'tsv', 'json', 'jsonl', 'parquet', 'xlsx']).optional(),
  /** Text encoding as WHATWG names it (`utf-8`, `gb18030`, `windows-1252`, `utf-16le`). Default utf-8. */
  encoding: z.string().default('utf-8'),
  /** Encoding to fall back to, file by file, when the bytes are not valid in `encoding`. Without it such lines are rejected. */
  fallbackEncoding: z.string().optional(),
  csv: z
    .strictObject({
      /** Default: `,` (csv) or tab (tsv). A file whose header has one column and another common delimiter is refused. */
      delimiter: z.string().length(1).optional(),
      /** Whether the first line names the columns. Without it give `columns`. */
      header: z.boolean().default(true),
      columns: z.array(z.string()).optional(),
      /** What texts with delimiters in them stand in; empty: nothing. Default: the double quote. */
      quote: z.enum(['"', "'", '']).optional(),
      /** How a quote stands inside quotes. Default: doubled. */
      escapes: z.enum(['double', 'backslash']).optional(),
      /** 1 or 2: a run of at least so many delimiters is one, as in columns aligned by blanks. Default 0: each counts. */
      run: z.union([z.literal(0), z.literal(1), z.literal(2)]).optional(),
      /** Whether blanks beside a quote belong to no field. Default: they do. */
      blankBeforeQuote: z.boolean().optional(),
      /** Lines that begin with this character are passed over. Default: none. */
      comment: z
        .string()
        .regex(/^[!-~]$/, 'expected one ASCII character')
        .optional(),
      /** Lines above the header. Default 0. */
      skipLines: z.number().int().min(0).optional(),
    })
    .prefault({}),
  /** Sheet of a workbook to take. Default: the first visible one that has rows. */
  sheet: z.string().optional(),
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
  entities: mappings,
  contract: contractSchema.prefault({}),
});
export type Source = z.infer<typeof sourceSchema>;

/** Retry and heartbeat times of one class of activity, in seconds. */
export const retryClassSchema = z.strictObject({
  startToCloseSeconds: z.number().positive(),
  heartbeatSeconds: z.number().positive(),
  initialSeconds: z.number().positive(),
  maximumSeconds: z.number().positive(),
  attempts: z.number().int().positive(),
});
export type RetryClass = z.infer<typeof retryClassSchema>;

/** The four classes (see docs/architecture.md); tests set seconds. */
export const retriesSchema = z.strictObject({
  io: retryClassSchema.prefault({
    startToCloseSeconds: 3600,
    heartbeatSeconds: 30,
    initialSeconds: 2,
    maximumSeconds: 60,
    attempts: 8,
  }),
  bulk: retryClassSchema.prefault({
    startToCloseSeconds: 7200,
    heartbeatSeconds: 60,
    initialSeconds: 30,
    maximumSeconds: 300,
    attempts: 3,
  }),
  compute: retryClassSchema.prefault({
    startToCloseSeconds: 21_600,
    heartbeatSeconds: 120,
    initialSeconds: 60,
    maximumSeconds: 600,
    attempts: 4,
  }),
  publish: retryClassSchema.prefault({
    startToCloseSeconds: 600,
    heartbeatSeconds: 30,
    initialSeconds: 5,
    maximumSeconds: 60,
    attempts: 5,
  }),
});
export type Retries = z.infer<typeof retriesSchema>;

/** The whole configuration, every default filled in. */
export const configSchema = z.strictObject({
  /** Name of the project; shown everywhere. */
  project: name,
  /** Business time zone (IANA). Dates of events and slices are dates in it. */
  timezone: z.string().default('UTC').refine(isTimeZone, 'expected an IANA time zone such as Europe/Berlin'),
  /** ISO 4217 code for money whose source names none. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code such as EUR')
    .default('EUR'),
  /** Folder of all state, relative to this file. `--store` wins. */
  store: z.string().default('.stocktake'),
  /** Folder the sources' paths are relative to, relative to this file. `--input` wins. */
  input: z.string().default('.'),
  /** Functions mapping expressions may call, by name, beside the built-in ones (`stocktake normalizers` lists those). */
  normalizers: z.record(functionName, normalizerSchema).default({}),
  sources: z
    .record(name, sourceSchema)
    .refine((sources) => Object.keys(sources).length > 0, 'expected at least one source')
    .superRefine(checkReferences),
  /** Item resolution across namespaces; earlier namespaces win when a golden record picks a value. */
  match: z
    .strictObject({
      namespaces: z.array(name).default(['main']),
      /** Similarity (0-1) from which two items are one. */
      threshold: z.number().min(0).max(1).default(0.75),
    })
    .prefault({}),
  /** Text of items and reviews as vectors of the encoder that set-up fetched. */
  embed: z
    .strictObject({
      /** Switched off, labels come from words alone and cold items have no content scores. */
      enabled: z.boolean().default(true),
      /** Item columns that make an item's text, in this order. */
      itemText: z
        .array(z.enum(['title', 'brand', 'category', 'description']))
        .min(1)
        .default(['title', 'brand', 'description']),
    })
    .prefault({}),
  /** Labels of items, reviews and users. */
  classify: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  /** The recommender: what counts as interest, and how long it may look for settings. */
  recommend: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Event kinds that count as interest in an item. */
      kinds: z.array(z.string()).min(1).default(['view', 'cart', 'purchase']),
      /** Settings tried per model, on the validation window only. */
      trials: z.number().int().min(1).max(500).default(12),
      /** The search stops here even with trials left; the record says how many were done. */
      budgetSeconds: z.number().positive().default(120),
      /** Fewer events than this train nothing. */
      minEvents: z.number().int().min(1).default(500),
    })
    .prefault({}),
  /** What a candidate must show before it serves. */
  deploy: z
    .strictObject({
      /** Fewer evaluated users than this decide nothing: the champion stays. */
      minUsers: z.number().int().min(1).default(50),
      /** How far (NDCG@10) the candidate's paired difference may reach below the champion: its lower bound must lie above minus this. */
      tolerance: z.number().min(0).max(1).default(0.002),
    })
    .prefault({}),
  schedule: z
    .strictObject({
      /** UTC, five fields. Default: 02:30 every night. */
      cron: z.string().default('30 2 * * *'),
      /** The data date is the nominal date (in `timezone`) minus this many days. */
      offsetDays: z.number().int().min(0).max(31).default(1),
      jitterSeconds: z.number().int().min(0).max(3600).default(0),
      catchUpHours: z.number().int().min(1).max(168).default(12),
    })
    .prefault({}),
  retention: z
    .strictObject({
      /** Snapshots kept beside the current one. */
      snapshots: z.number().int().min(1).default(30),
      /** Run records and what only they need are kept this long; longer than the server's 30 days. */
      days: z.number().int().min(1).default(45),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** Longest record accepted, in bytes. */
      recordBytes: z.number().int().min(1000).default(1_048_576),
      /** Most columns of one source. */
      columns: z.number().int().min(1).default(2000),
      /** Deepest JSON accepted. */
      jsonDepth: z.number().int().min(1).max(10_000).default(1000),
      /** Most bytes one compressed file may expand to, and the ratio from which it counts as a bomb. */
      expandedBytes: z.number().int().min(1_000_000).default(8_589_934_592),
      expandedRatio: z.number().min(2).default(1000),
      /** Address space (Linux) or resident memory (elsewhere) of the parsing child. 4 GiB is the least that works. */
      childMemoryMb: z.number().int().min(4096).default(4096),
      /** Seconds one file may take to parse. */
      childSeconds: z.number().positive().default(600),
    })
    .prefault({}),
  /** DuckDB threads and memory. Default: the cores of the machine; results are equal at any number. */
  engine: z
    .strictObject({
      threads: z.number().int().min(1).max(64).optional(),
      memoryMb: z.number().int().min(256).default(2048),
    })
    .prefault({}),
  temporal: z
    .strictObject({
      /** Start of every task-queue name; two projects on one server need two. */
      taskQueuePrefix: name.default('stocktake'),
      retries: retriesSchema.prefault({}),
    })
    .prefault({}),
});
export type Config = z.infer<typeof configSchema>;
/** What a user writes: every key with a default may be left out. */
export type ConfigInput = z.input<typeof configSchema>;

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
