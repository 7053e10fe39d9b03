import { userInfo } from 'node:os';
import type { Command } from 'commander';

/** What every decision may say about itself. */
export interface DecideOptions {
  /** Default: the account that runs the command. */
  readonly by?: string;
  readonly why?: string;
}

/** Adds the flags of `DecideOptions` to a command. */
export function withDecider(command: Command): Command {
  return command.option('--by <name>', 'who decided (default: your account)').option('--why <text>', 'why');
}

/**
 * What a decision made now says about itself.
 *
 * @param last when the decision before it was made: this one is later, also where the clock has been put back
 */
export function decidedNow({ by, why }: DecideOptions, last?: string) {
  const at = new Date(Math.max(Date.now(), last === undefined ? 0 : Date.parse(last) + 1)).toISOString();
  return { format: 1 as const, by: by ?? userInfo().username, at, why: why ?? '' };
}
