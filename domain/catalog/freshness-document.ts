/** A limit of age as dbt writes it; both null where there is none. */
export interface FreshnessLimit {
  readonly count: number | null;
  readonly period: 'minute' | 'hour' | 'day' | null;
}

/** What of a source's configuration freshness needs. */
export interface FreshnessSource {
  readonly name: string;
  readonly owner: string;
  /** Instant of the newest row, ISO 8601 UTC; empty where unknown. */
  readonly newest: string;
  readonly warnAfter?: { readonly count: number; readonly period: 'minute' | 'hour' | 'day' } | undefined;
  readonly errorAfter?: { readonly count: number; readonly period: 'minute' | 'hour' | 'day' } | undefined;
}

/** One source, in dbt's words; without a time of its newest row the status is `runtime error`. */
export interface FreshnessResult {
  readonly unique_id: string;
  readonly max_loaded_at: string | null;
  readonly snapshotted_at: string;
  /** Seconds. */
  readonly max_loaded_at_time_ago_in_s: number | null;
  /** The same, under the name people look for. */
  readonly age: number | null;
  readonly status: 'pass' | 'warn' | 'error' | 'runtime error';
  readonly error?: string;
  readonly criteria: {
    readonly warn_after: FreshnessLimit;
    readonly error_after: FreshnessLimit;
    readonly filter: null;
  };
  readonly owner: string;
}

/** The document `freshness.json`, with the field names of dbt's `sources.json`. */
export interface FreshnessDocument {
  readonly metadata: {
    readonly dbt_schema_version: string;
    readonly generated_at: string;
    readonly project: string;
    readonly snapshot: number;
  };
  readonly results: readonly FreshnessResult[];
}

/**
 * The age of every source's newest row, judged by its contract. Sources without a rule, and files that hold no time, are left
 * out as dbt leaves out tables without `loaded_at_field`; a source with a rule whose age nobody knows is an error.
 *
 * @param at the instant ages are counted to, ISO 8601 UTC
 */
export function freshnessDocument(
  project: string,
  snapshot: number,
  sources: readonly FreshnessSource[],
  at: string,
): FreshnessDocument {
  const results = sources.flatMap((source): FreshnessResult[] => {
    const judged = source.warnAfter !== undefined || source.errorAfter !== undefined;
    return source.newest === '' && !judged ? [] : [resultOf(project, source, at)];
  });
  return {
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/sources/v3.json',
      generated_at: at,
      project,
      snapshot,
    },
    results,
  };
}

/** Whether a source is too old, or its age unknown though it has a rule; warnings are none. */
export function isStale({ results }: FreshnessDocument): boolean {
  return results.some(({ status }) => status === 'error' || status === 'runtime error');
}

function resultOf(project: string, source: FreshnessSource, at: string): FreshnessResult {
  const { newest } = source;
  const age = newest === '' ? null : Math.max(0, (Date.parse(at) - Date.parse(newest)) / 1000);
  return {
    unique_id: `source.${project}.raw.${source.name}`,
    max_loaded_at: newest === '' ? null : newest,
    snapshotted_at: at,
    max_loaded_at_time_ago_in_s: age,
    age,
    status: age === null ? 'runtime error' : statusOf(source, age),
    ...(age === null
      ? { error: `the newest slice of ${source.name} tells no time; look whether it was refused` }
      : {}),
    criteria: {
      warn_after: source.warnAfter ?? { count: null, period: null },
      error_after: source.errorAfter ?? { count: null, period: null },
      filter: null,
    },
    owner: source.owner,
  };
}

function statusOf({ warnAfter, errorAfter }: FreshnessSource, age: number): FreshnessResult['status'] {
  if (errorAfter && age > secondsOf(errorAfter)) return 'error';
  return warnAfter && age > secondsOf(warnAfter) ? 'warn' : 'pass';
}

const periodSeconds = { minute: 60, hour: 3600, day: 86_400 } as const;

function secondsOf({ count, period }: { count: number; period: keyof typeof periodSeconds }): number {
  return count * periodSeconds[period];
}
