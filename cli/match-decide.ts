import { decisionsAbout, type Overruled, verdictsOf } from '../domain/dedup/match-decisions.ts';
import { CliError } from '../domain/runtime/errors.ts';
import { putDecision, readDecisions } from '../domain/store/decisions.ts';
import type { Config } from '../schemas/config.ts';
import {
  type MatchDecision,
  type MatchKind,
  matchKinds,
  type NamedMatchDecision,
} from '../schemas/match-decision.ts';
import { type DecideOptions, decidedNow } from './decided.ts';
import { namedPair } from './match-pairs.ts';
import { matchSubject } from './match-subjects.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import { currentSnapshot } from './read-table.ts';
import { openReading } from './session.ts';

/** `stocktake match accept|reject`: from the next night on the two are one, or are two, whatever their score. */
export async function decide(
  action: 'accept' | 'reject',
  [first, second]: readonly [string, string | undefined],
  options: DecideOptions & { readonly kind: MatchKind },
  globals: GlobalOptions,
): Promise<number> {
  const { store, project, out } = await openReading(globals);
  const { kind } = options;
  const subject = matchSubject(kind, project.config);
  const { a, b } = await namedPair(store, await currentSnapshot(store), subject, [first, second]);
  const before = await readDecisions(store.dir, 'items');
  const decision: MatchDecision = {
    ...decidedNow(options, before.at(-1)?.decision.at),
    ...(kind === 'user' ? { kind } : {}),
    action,
    a,
    b,
  };
  const id = await putDecision(store.dir, 'items', decision);
  const overruled = newlyOverruled(
    decisionsAbout(kind, before),
    decisionsAbout(kind, [...before, { id, decision }]),
  );
  if (globals.json) {
    out.json({ format: 1, decision: id, kind, action, a, b, overruled });
    return 0;
  }
  const said = action === 'accept' ? `are one ${kind}` : `are two ${kind}s`;
  out.data(
    `Decision ${id}: ${subject.nameOf(a)} and ${subject.nameOf(b)} ${said}. It counts from the next night: stocktake run. Take it back: stocktake match undo ${id}`,
  );
  for (const one of overruled)
    out.data(
      `It overrules decision ${one.decision} (${one.action} ${subject.nameOf(one.a)} ${subject.nameOf(one.b)})`,
    );
  return 0;
}

/** `stocktake match undo`: takes a decision back as if it had never been made; an undo can be undone too. */
export async function undo(id: string, options: DecideOptions, globals: GlobalOptions): Promise<number> {
  const { store, out } = await openReading(globals);
  const before = await readDecisions(store.dir, 'items');
  if (!before.some((one) => one.id === id)) {
    throw new CliError(
      `There is no decision '${id}'; expected one of those that 'stocktake match decisions' prints`,
      { code: 'STK-MATCH-UNKNOWN', exitCode: 2 },
    );
  }
  const decision: MatchDecision = {
    ...decidedNow(options, before.at(-1)?.decision.at),
    action: 'undo',
    decision: id,
  };
  const made = await putDecision(store.dir, 'items', decision);
  if (globals.json) out.json({ format: 1, decision: made, action: 'undo', undone: id });
  else
    out.data(
      `Decision ${made}: ${id} is taken back. It counts from the next night: stocktake run. Take this back: stocktake match undo ${made}`,
    );
  return 0;
}

/** `stocktake match decisions`: every decision ever made, the newest first, and whether it counts. */
export async function decisions(globals: GlobalOptions): Promise<number> {
  const { store, project, out } = await openReading(globals);
  const all = await readDecisions(store.dir, 'items');
  const overruled = matchKinds.flatMap((kind) => verdictsOf(decisionsAbout(kind, all)).overruled);
  const fate = new Map(overruled.map((one) => [one.decision, one.how]));
  const rows = [...all].reverse().map(({ id, decision }) => ({
    id,
    ...decision,
    counts: fate.get(id) ?? 'yes',
  }));
  if (globals.json) out.json({ format: 1, decisions: rows });
  else if (rows.length === 0)
    out.note('Nobody has decided anything yet; pairs to decide about: stocktake match list');
  else
    out.data(
      table(rows, [
        { title: 'decision', value: ({ id }) => id },
        { title: 'at', value: ({ at }) => at.slice(0, 19) },
        { title: 'by', value: ({ by }) => by },
        { title: 'what', value: (row) => whatOf(row, project.config) },
        { title: 'counts', value: ({ counts }) => counts },
        { title: 'why', value: ({ why }) => why },
      ]),
    );
  return 0;
}

function whatOf(decision: MatchDecision, config: Config): string {
  if (decision.action === 'undo') return `undo ${decision.decision}`;
  const { nameOf, flag } = matchSubject(decision.kind ?? 'item', config);
  return `${decision.action} ${nameOf(decision.a)} ${nameOf(decision.b)}${flag}`;
}

function newlyOverruled(
  before: readonly NamedMatchDecision[],
  after: readonly NamedMatchDecision[],
): Overruled[] {
  const known = new Set(verdictsOf(before).overruled.map(({ decision }) => decision));
  return verdictsOf(after).overruled.filter(({ decision }) => !known.has(decision));
}
