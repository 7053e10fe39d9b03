import { z } from 'zod';
import { matchSchema } from './match.ts';
import { functionName, name, sqlExpression } from './names.ts';
import { type Source, sourceSchema } from './source.ts';
import { checkTableReferences } from './table-check-references.ts';

/** A function of one row's values, written once and called by mapping expressions: an SQL expression over its parameters. */
export const normalizerSchema = z.strictObject({
  parameters: z.array(functionName).min(1).max(8).default(['t']),
  sql: sqlExpression,
  description: z.string().default(''),
});
export type ConfiguredNormalizer = z.infer<typeof normalizerSchema>;

/** Words by their canonical form, each with further spellings. */
const dictionarySchema = z.record(z.string().min(1), z.array(z.string().min(1)));

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
  /** Words that the normalizers `brand` and `colour` know; colours beside the built-in ones. */
  dictionaries: z
    .strictObject({ brands: dictionarySchema.optional(), colours: dictionarySchema.optional() })
    .optional(),
  /** Table of exchange rates for the normalizer `money_in`: CSV with date, from, to and rate, relative to `input`. */
  rates: z.string().min(1).optional(),
  sources: z
    .record(name, sourceSchema)
    .refine((sources) => Object.keys(sources).length > 0, 'expected at least one source')
    .superRefine(checkReferences)
    .superRefine(checkTableReferences),
  /** Item resolution across namespaces and golden records. */
  match: matchSchema,
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
