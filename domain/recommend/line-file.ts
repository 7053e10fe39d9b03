import { InputError } from '../runtime/errors.ts';

/** A file of lines `user item item …`, read. */
export interface LineFile {
  /** Items by user, in the order of the file; a user of several lines has them one behind the other. */
  readonly sequences: ReadonlyMap<string, readonly string[]>;
  readonly lines: number;
  /** Lines that carry on a user met before. */
  readonly repeatedUsers: number;
  /** Users without a single item. */
  readonly usersWithoutItems: number;
}

/**
 * Reads lines `user item item …`, separated by blanks or tabs, with LF or CRLF ends; empty lines are passed over.
 *
 * Ids are any texts without blanks; nothing is expected of their order. A line with a user alone is a user without items.
 *
 * @param name of the file, for messages
 * @throws InputError STK-EVALUATE-EMPTY when there is no line, STK-EVALUATE-COLUMNS when no line has an item
 */
export function readLineFile(text: string, name: string): LineFile {
  const sequences = new Map<string, string[]>();
  let lines = 0;
  let repeatedUsers = 0;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const [user, ...items] = line.split(/[\s\0]+/).filter((part) => part !== '');
    if (user === undefined) continue;
    lines++;
    const known = sequences.get(user);
    if (known) {
      repeatedUsers++;
      for (const item of items) known.push(item);
    } else sequences.set(user, items);
  }
  if (lines === 0) {
    throw new InputError(`${name} is empty; lines 'user item item …' are expected`, {
      code: 'STK-EVALUATE-EMPTY',
      details: { name },
    });
  }
  const usersWithoutItems = [...sequences.values()].filter((items) => items.length === 0).length;
  if (usersWithoutItems === sequences.size) {
    throw new InputError(
      `${name} has one column in each of its ${lines} lines; lines 'user item item …' separated by blanks or tabs are expected`,
      { code: 'STK-EVALUATE-COLUMNS', details: { name, lines } },
    );
  }
  return { sequences, lines, repeatedUsers, usersWithoutItems };
}

/** Numbers texts from 0 in the order they are first met. */
export interface Numbering {
  readonly size: number;
  of(text: string): number;
  find(text: string): number | undefined;
}

/** Starts a numbering. */
export function createNumbering(): Numbering {
  const numbers = new Map<string, number>();
  return {
    get size() {
      return numbers.size;
    },
    of(text) {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, numbers.size);
      return numbers.size - 1;
    },
    find: (text) => numbers.get(text),
  };
}
