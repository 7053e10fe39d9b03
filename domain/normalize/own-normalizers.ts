import type { ConfiguredNormalizer } from '../../schemas/config.ts';
import type { Source } from '../../schemas/source.ts';
import { ConfigError, messageOf } from '../runtime/errors.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { clocksIn, firstUnfit } from './expressions.ts';
import {
  builtInNormalizers,
  builtInsWith,
  type NormalizerData,
  normalizerStatements,
  normalizersVersion,
} from './normalizers.ts';

type Own = Readonly<Record<string, ConfiguredNormalizer>>;

/**
 * Makes the built-in normalizers and the configuration's own known to the engine, where an expression of the source calls one.
 *
 * One of the configuration may call the built-in ones and those before it; it may not take the name of another function.
 * Built-in ones that need a table are made where they are called.
 *
 * @throws ConfigError STK-NORMALIZE-FUNCTION, STK-NORMALIZE-RATES for a source that converts money without a table of rates
 */
export async function makeNormalizers(
  warehouse: Warehouse,
  source: Source,
  own: Own,
  data: NormalizerData = {},
): Promise<void> {
  if (!callsNormalizers(source, own)) return;
  for (const [name, { sql }] of Object.entries(own)) await refuseUnfit(warehouse, name, sql);
  if (convertsMoney(source, own) && !data.rates) throw withoutRates();
  const needed = builtInsWith(data).filter(({ name, lay }) => !lay || calls(source, own, [name]));
  for (const statement of await normalizerStatements(needed)) await warehouse.run('normalizer', statement);
  for (const [name, { parameters, sql, description }] of Object.entries(own)) {
    const [statement = ''] = await normalizerStatements([
      { name, parameters: parameters.map((parameter) => ({ name: parameter })), sql, gives: description },
    ]);
    await warehouse.run('normalizer', statement).catch((cause) => {
      throw unfit(name, messageOf((cause as Error).cause ?? cause).split('\n')[0] ?? '', cause);
    });
  }
}

/** What the normalizers add to a slice's key: nothing where its source calls none, of words and rates what it calls. */
export function normalizersKey(
  source: Source,
  own: Own,
  { brands, colours, rates }: NormalizerData = {},
): { readonly normalizers?: unknown } {
  if (!callsNormalizers(source, own)) return {};
  return {
    normalizers: {
      version: normalizersVersion,
      own,
      ...(brands && calls(source, own, ['brand']) ? { brands } : {}),
      ...(colours && calls(source, own, ['colour']) ? { colours } : {}),
      ...(rates && convertsMoney(source, own) ? { rates } : {}),
    },
  };
}

/** True where an expression of the source, or a normalizer of the configuration, converts money by a table of rates. */
export function convertsMoney(source: Source, own: Own): boolean {
  return calls(source, own, ['money_in']);
}

function callsNormalizers(source: Source, own: Own): boolean {
  return calls(source, {}, [...builtInNormalizers.map(({ name }) => name), ...Object.keys(own)]);
}

function calls(source: Source, own: Own, names: readonly string[]): boolean {
  const call = new RegExp(`\\b(${names.join('|')})\\s*\\(`, 'i');
  const mapped = Object.values(source.entities).flatMap((mapping) =>
    mapping
      ? [...Object.values(mapping.columns), ...Object.values(mapping.attributes), mapping.where ?? '']
      : [],
  );
  return [...mapped, ...Object.values(own).map(({ sql }) => sql)].some((expression) => call.test(expression));
}

function withoutRates(): ConfigError {
  return new ConfigError(
    "money_in needs a table of rates: add rates: 'rates.csv' (date,from,to,rate, below the input folder) to temporal.config.ts",
    { code: 'STK-NORMALIZE-RATES' },
  );
}

async function refuseUnfit(warehouse: Warehouse, name: string, sql: string): Promise<void> {
  const isBuiltIn = builtInNormalizers.some((one) => one.name === name);
  const [taken] = await warehouse.rows(
    'functions',
    'select 1 as taken from duckdb_functions() where lower(function_name) = $name limit 1',
    { name },
  );
  if (isBuiltIn || taken) throw unfit(name, 'a function of this name is there already; give it another name');
  const several = await firstUnfit(warehouse, [sql]);
  if (several) throw unfit(name, several.why);
  const [clock] = await clocksIn(warehouse, [sql]);
  if (clock)
    throw unfit(name, `${clock.name} differs from run to run; take the value from a column, or from _slice`);
}

function unfit(name: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError(`normalizers.${name}: ${why}`, {
    code: 'STK-NORMALIZE-FUNCTION',
    details: { name },
    ...(cause === undefined ? {} : { cause }),
  });
}
