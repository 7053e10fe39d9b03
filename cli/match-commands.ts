import { type Command, InvalidArgumentError, Option } from 'commander';
import { matchKinds } from '../schemas/match-decision.ts';
import { exit, globals, positive } from './command-line.ts';
import { withDecider } from './decided.ts';

/** Registers `stocktake match list|show|accept|reject|undo|decisions`. */
export function addMatch(root: Command): void {
  const match = root
    .command('match')
    .description(
      'items (or users, --kind user) of different sources that are or are not one, and what people say about it',
    );
  match
    .command('list')
    .description('compared pairs near the threshold that nobody has decided about, the nearest first')
    .option('--between <low,high>', 'scores from 0 to 1 (default: 0.2 around the threshold)', between)
    .option('--limit <n>', 'how many pairs', positive, 20)
    .addOption(kind())
    .option('--personal', 'show what is said of users')
    .action(async (options, command) =>
      exit(await (await import('./match-read.ts')).list(options, globals(command))),
    );
  match
    .command('show <pair-or-item> [item]')
    .description('one pair (its id, or two items as <namespace>/<item id>) with both records side by side')
    .addOption(kind())
    .option('--personal', 'show what is said of users')
    .action(async (first, second, options, command) =>
      exit(await (await import('./match-read.ts')).show([first, second], options, globals(command))),
    );
  for (const [action, what] of [
    ['accept', 'the two are one, from the next night on and whatever their score'],
    ['reject', 'the two are not one, from the next night on and whatever their score'],
  ] as const) {
    withDecider(match.command(`${action} <pair-or-item> [item]`).description(what).addOption(kind())).action(
      async (first, second, options, command) =>
        exit(
          await (await import('./match-decide.ts')).decide(
            action,
            [first, second],
            options,
            globals(command),
          ),
        ),
    );
  }
  withDecider(
    match.command('undo <decision>').description('take a decision back as if it had never been made'),
  ).action(async (id, options, command) =>
    exit(await (await import('./match-decide.ts')).undo(id, options, globals(command))),
  );
  match
    .command('decisions')
    .description('every decision about items and users, the newest first, and whether it counts')
    .action(async (_, command) =>
      exit(await (await import('./match-decide.ts')).decisions(globals(command))),
    );
}

function kind(): Option {
  return new Option('--kind <kind>', 'what is matched').choices(matchKinds).default('item');
}

function between(text: string): [number, number] {
  const [low, high, ...more] = text
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (low !== undefined && high !== undefined && more.length === 0 && 0 <= low && low <= high && high <= 1)
    return [low, high];
  throw new InvalidArgumentError(`'${text}' is no range; write two numbers from 0 to 1 such as 0.6,0.9`);
}
