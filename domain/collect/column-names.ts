import { fileRefusal } from './reject-log.ts';

/** Names of columns that every table of a file gets. */
export const reservedNames: readonly string[] = ['_file', '_line'];

/** Refuses a list of column names that SQL could not tell apart, or that hold a name of ours. */
export function refuseRepeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  const repeated = names.filter((name) => {
    const folded = foldedName(name);
    const again = seen.has(folded);
    seen.add(folded);
    return again;
  });
  if (repeated.length > 0) {
    throw fileRefusal(
      'STK-COLLECT-HEADER',
      `the header names ${[...new Set(repeated)].slice(0, 5).join(', ')} more than once; every column needs its own name (upper and lower case are the same)`,
    );
  }
  const taken = names.filter((name) => reservedNames.includes(foldedName(name)));
  if (taken.length > 0) {
    throw fileRefusal(
      'STK-COLLECT-HEADER',
      `the header names ${taken.join(', ')}, which Stocktake adds itself`,
    );
  }
  return [...names];
}

/** A name as SQL compares it: ASCII letters in lower case. */
export function foldedName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
