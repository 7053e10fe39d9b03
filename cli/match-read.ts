import { decisionsAbout, pairKey, type Verdict, verdictsOf } from '../domain/dedup/match-decisions.ts';
import { readDecisions } from '../domain/store/decisions.ts';
import type { ItemRef, MatchKind } from '../schemas/match-decision.ts';
import {
  comparedPairs,
  type FoundPair,
  type ItemRecord,
  itemName,
  itemRecords,
  namedPair,
} from './match-pairs.ts';
import { type MatchSubject, matchSubject } from './match-subjects.ts';
import type { GlobalOptions } from './options.ts';
import { type Column, table } from './output.ts';
import { currentSnapshot } from './read-table.ts';
import { openReading } from './session.ts';

/** Scores this far from the threshold are worth a look unless `--between` says otherwise. */
const around = 0.2;

/** What is matched, and whether what is said of users is shown. */
interface SubjectOptions {
  readonly kind: MatchKind;
  readonly personal?: boolean;
}

/** `stocktake match list`: compared pairs near the threshold that nobody has decided about, the nearest first. */
export async function list(
  options: SubjectOptions & { readonly between?: readonly [number, number]; readonly limit: number },
  globals: GlobalOptions,
): Promise<number> {
  const { store, project, out } = await openReading(globals);
  const subject = matchSubject(options.kind, project.config, options.personal);
  const { threshold, flag } = subject;
  const between = options.between ?? [Math.max(0, threshold - around), Math.min(1, threshold + around)];
  const snapshot = await currentSnapshot(store);
  const decided = await validDecisions(store.dir, options.kind);
  const open = (await comparedPairs(store, snapshot, subject, between))
    .filter(({ a, b }) => !decided.has(pairKey(a, b)))
    .sort((a, b) => distance(a, threshold) - distance(b, threshold));
  const pairs = open.slice(0, options.limit);
  const records = await itemRecords(
    store,
    snapshot,
    subject,
    pairs.flatMap(({ a, b }) => [a, b]),
  );
  if (globals.json) {
    out.json({
      format: 1,
      snapshot: snapshot.number,
      threshold,
      between,
      open: open.length,
      pairs: pairs.map((pair) => ({ ...named(pair, subject), records: bothRecords(pair, records) })),
    });
    return 0;
  }
  if (pairs.length === 0) {
    out.note(
      `No open pair has a score from ${between[0]} to ${between[1]}; look further away: stocktake match list${flag} --between 0.25,1`,
    );
    return 0;
  }
  out.data(table(pairs, listColumns(records, subject)));
  out.note(
    `${pairs.length} of ${open.length} open pairs; both records: stocktake match show <pair>${flag}; decide: stocktake match accept <pair>${flag} or reject <pair>${flag}`,
  );
  return 0;
}

/** `stocktake match show`: one pair with score, reasons, decision and both records side by side. */
export async function show(
  names: readonly [string, string | undefined],
  { kind, personal }: SubjectOptions,
  globals: GlobalOptions,
): Promise<number> {
  const { store, project, out } = await openReading(globals);
  const subject = matchSubject(kind, project.config, personal);
  const { nameOf } = subject;
  const snapshot = await currentSnapshot(store);
  const { pair, a, b } = await namedPair(store, snapshot, subject, names);
  const records = await itemRecords(store, snapshot, subject, [a, b]);
  const valid = await validDecisions(store.dir, kind);
  const decided = valid.get(pairKey(a, b)) ?? valid.get(pairKey(b, a));
  const both = bothRecords({ a, b }, records);
  if (globals.json) {
    out.json({
      format: 1,
      snapshot: snapshot.number,
      ...named({ a, b }, subject),
      pair: pair ? named(pair, subject) : null,
      decided: decided ? named(decided, subject) : null,
      records: both,
    });
    return 0;
  }
  out.data(
    pair
      ? `${pair.id}  score ${pair.score.toFixed(3)}  ${verdictOf(pair)}: ${pair.why.join(', ')}`
      : `${nameOf(a)} and ${nameOf(b)} were not compared, or are hardly alike`,
  );
  if (decided) out.data(`${decided.action}ed by decision ${decided.decision}`);
  const columns = [...subject.shown, 'sources', 'row'];
  out.data(
    table(columns, [
      { title: '', value: (name) => name },
      { title: nameOf(a), value: (name) => cut(both.a?.[name] ?? '(none)', 60) },
      { title: nameOf(b), value: (name) => cut(both.b?.[name] ?? '(none)', 60) },
    ]),
  );
  return 0;
}

/** Valid decisions of a store by their pair, the items in order. */
async function validDecisions(storeDir: string, kind: MatchKind): Promise<ReadonlyMap<string, Verdict>> {
  const { valid } = verdictsOf(decisionsAbout(kind, await readDecisions(storeDir, 'items')));
  return new Map(valid.map((verdict) => [pairKey(verdict.a, verdict.b), verdict]));
}

/** A pair whose ids are as they may be shown. */
function named<Pair extends { readonly a: ItemRef; readonly b: ItemRef }>(
  pair: Pair,
  { nameOf }: MatchSubject,
): Pair {
  const shown = (ref: ItemRef): ItemRef => ({
    namespace: ref.namespace,
    itemId: nameOf(ref).slice(ref.namespace.length + 1),
  });
  return { ...pair, a: shown(pair.a), b: shown(pair.b) };
}

function bothRecords(
  { a, b }: { readonly a: ItemRef; readonly b: ItemRef },
  records: ReadonlyMap<string, ItemRecord>,
) {
  return { a: records.get(itemName(a)) ?? null, b: records.get(itemName(b)) ?? null };
}

function listColumns(
  records: ReadonlyMap<string, ItemRecord>,
  { nameOf, title }: MatchSubject,
): Column<FoundPair>[] {
  const said = (item: ItemRef): string =>
    `${nameOf(item)} ${cut(records.get(itemName(item))?.[title] ?? '', 40)}`;
  return [
    { title: 'pair', value: ({ id }) => id },
    { title: 'score', value: ({ score }) => score.toFixed(3), align: 'right' },
    { title: 'now', value: verdictOf },
    { title: 'one', value: ({ a }) => said(a) },
    { title: 'other', value: ({ b }) => said(b) },
    { title: 'why', value: ({ why }) => why.join(', ') },
  ];
}

function verdictOf({ isMatch }: FoundPair): string {
  return isMatch ? 'one' : 'two';
}

function distance({ score }: FoundPair, threshold: number): number {
  return Math.abs(score - threshold);
}

function cut(text: string, most: number): string {
  const characters = [...text.replaceAll(/\s+/gu, ' ')];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join('');
}
