import type { ConfiguredNormalizer } from '../../schemas/config.ts';
import type { Source } from '../../schemas/source.ts';
import { ConfigError, messageOf } from '../runtime/errors.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { clocksIn, firstUnfit } from './expressions.ts';
import { builtInNormalizers, normalizerStatements, normalizersVersion } from './normalizers.ts';

type Own = Readonly<Record<string, ConfiguredNormalizer>>;

/**
 * Makes the built-in normalizers and the configuration's own known to the engine, where an expression of the source calls one.
 *
 * One of the configuration may call the built-in ones and those before it; it may not take the name of another function.
 *
 * @throws ConfigError STK-NORMALIZE-FUNCTION
 */
export async function makeNormalizers(warehouse: Warehouse, source: Source, own: Own): Promise<void> {
  if (!callsNormalizers(source, own)) return;
  for (const [name, { sql }] of Object.entries(own)) await refuseUnfit(warehouse, name, sql);
  for (const statement of normalizerStatements(builtInNormalizers))
    await warehouse.run('normalizer', statement);
  for (const [name, { parameters, sql, description }] of Object.entries(own)) {
    const [statement = ''] = normalizerStatements([
      { name, parameters: parameters.map((parameter) => ({ name: parameter })), sql, gives: description },
    ]);
    await warehouse.run('normalizer', statement).catch((cause) => {
      throw unfit(name, messageOf((cause as Error).cause ?? cause).split('\n')[0] ?? '', cause);
    });
  }
}

/** What the normalizers add to a slice's key: nothing where its source calls none. */
export function normalizersKey(source: Source, own: Own): { readonly normalizers?: unknown } {
  return callsNormalizers(source, own) ? { normalizers: { version: normalizersVersion, own } } : {};
}

function callsNormalizers(source: Source, own: Own): boolean {
  const names = [...builtInNormalizers.map(({ name }) => name), ...Object.keys(own)];
  const call = new RegExp(`\\b(${names.join('|')})\\s*\\(`, 'i');
  return Object.values(source.entities).some(
    (mapping) =>
      mapping !== undefined &&
      [...Object.values(mapping.columns), ...Object.values(mapping.attributes), mapping.where ?? ''].some(
        (expression) => call.test(expression),
      ),
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
