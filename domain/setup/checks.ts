/** `warn` = works, but not everywhere or not for long; `not tried` = says nothing about this machine. */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'not tried';

/** What was looked at, what was found, what would be right, and what to do. */
export interface Check {
  readonly name: string;
  readonly status: CheckStatus;
  readonly found: string;
  readonly expected: string;
  /** The next command or step; empty for a check that passed. */
  readonly fix: string;
}

/** What a check found, before it has its name. */
export type Finding = Omit<Check, 'name' | 'expected'>;

/** A finding without anything to do. */
export function passed(found: string): Finding {
  return { status: 'pass', found, fix: '' };
}

/** A finding under its name, with what would be right. */
export function judge(name: string, expected: string, { status, found, fix }: Finding): Check {
  return { name, status, found, expected, fix };
}
