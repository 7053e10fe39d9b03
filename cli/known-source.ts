import { CliError } from '../domain/runtime/errors.ts';
import type { Config } from '../schemas/config.ts';
import { nearest } from '../schemas/config-parse.ts';

/** The source of the configuration that a command names. @throws CliError STK-SOURCE-UNKNOWN */
export function knownSource({ sources }: Config, name: string): Config['sources'][string] {
  const found = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (found) return found;
  const names = Object.keys(sources);
  const near = nearest(name, names);
  throw new CliError(
    `There is no source '${name}' in the configuration; ${near ? `did you mean ${near}? ` : ''}there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`,
    { code: 'STK-SOURCE-UNKNOWN', exitCode: 2 },
  );
}
