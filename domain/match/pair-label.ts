import { InputError } from '../runtime/errors.ts';

/** A pair of records and whether they are one thing; a column without a value may be left out. */
export interface LabelledPair {
  readonly left: ReadonlyMap<string, string>;
  readonly right: ReadonlyMap<string, string>;
  readonly isMatch: boolean;
}

/** A label's text as yes or no. @throws InputError STK-MATCH-LABEL naming the line */
export function readLabel(text: string, path: string, line: number): boolean {
  const label = text.trim().toLowerCase();
  if (/^(1|1\.0|true|yes)$/.test(label)) return true;
  if (/^(0|0\.0|false|no)$/.test(label)) return false;
  throw new InputError(`${path}:${line} has the label '${text.trim()}'; 1 (one thing) or 0 is expected`, {
    code: 'STK-MATCH-LABEL',
    details: { line },
  });
}
