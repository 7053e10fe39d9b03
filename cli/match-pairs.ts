import { CliError } from '../domain/runtime/errors.ts';
import { hashOf } from '../domain/runtime/hashing.ts';
import type { Store } from '../domain/store/store.ts';
import type { Parameters, Row } from '../domain/warehouse/warehouse.ts';
import type { Snapshot } from '../schemas/artifact.ts';
import type { ItemRef } from '../schemas/match-decision.ts';
import type { MatchSubject } from './match-subjects.ts';
import { readTable } from './read-table.ts';

/** A compared pair of a snapshot. */
export interface FoundPair {
  /** First 10 digits of the hash of both items. */
  readonly id: string;
  readonly a: ItemRef;
  readonly b: ItemRef;
  readonly score: number;
  readonly isMatch: boolean;
  readonly why: readonly string[];
  /** Name of the decision the night went by; null where nobody decided. */
  readonly decision: string | null;
}

/** What the sources say of an item or user: per column the newest value as it may be shown. */
export type ItemRecord = Readonly<Record<string, string | null>> & {
  readonly sources: string;
  /** Where the newest row lies, `<file>:<line>`. */
  readonly row: string;
};

/** The compared pairs of a snapshot with a score in the range, ordered by both. */
export function comparedPairs(
  store: Store,
  snapshot: Snapshot,
  subject: MatchSubject,
  [low, high]: readonly [number, number],
): Promise<FoundPair[]> {
  return pairsWhere(store, snapshot, subject, 'score >= $low and score <= $high', { low, high });
}

/** The pairs of a snapshot that a condition over `match.pairs` picks, ordered by both. */
async function pairsWhere(
  store: Store,
  snapshot: Snapshot,
  subject: MatchSubject,
  condition: string,
  parameters: Parameters,
): Promise<FoundPair[]> {
  const [a, b] = subject.both;
  const rows = await readTable(
    store,
    snapshot,
    subject.pairs,
    (relation) =>
      `select * from ${relation} where ${condition} order by namespace_a, ${a}, namespace_b, ${b}`,
    parameters,
  );
  return rows.map((row) => foundPair(row, subject));
}

/** What the sources say of items or users, by `itemName`; those that no source delivers are left out. */
export async function itemRecords(
  store: Store,
  snapshot: Snapshot,
  subject: MatchSubject,
  items: readonly ItemRef[],
): Promise<ReadonlyMap<string, ItemRecord>> {
  const { id, records, newestSql, shownValue } = subject;
  const rows = await readTable(
    store,
    snapshot,
    records,
    (relation) => `
      select namespace, ${id} as id, ${newestSql},
        string_agg(distinct _source, ', ' order by _source) as sources,
        first(_file || ':' || _line order by last_seen desc, _source) as row
      from ${relation}
      where namespace || '/' || ${id} in (select unnest(from_json($names, '["VARCHAR"]')))
      group by namespace, ${id}
      order by namespace, ${id}`,
    { names: JSON.stringify([...new Set(items.map(itemName))]) },
  );
  return new Map(
    rows.map(({ namespace, id: itemId, sources, row, ...said }) => {
      const shown = Object.entries(said).map(([column, value]) => [
        column,
        shownValue(column, value === null || value === undefined ? null : String(value)),
      ]);
      return [
        itemName({ namespace: String(namespace), itemId: String(itemId) }),
        { ...Object.fromEntries(shown), sources: String(sources), row: String(row) },
      ];
    }),
  );
}

/** An item or user as people write it: `<namespace>/<id>`. */
export function itemName({ namespace, itemId }: ItemRef): string {
  return `${namespace}/${itemId}`;
}

/**
 * The two items or users that the arguments name: two of them, or the id of one compared pair.
 *
 * @throws CliError STK-MATCH-UNKNOWN (exit 2) where there is no such pair or item
 */
export async function namedPair(
  store: Store,
  snapshot: Snapshot,
  subject: MatchSubject,
  [first, second]: readonly [string, string | undefined],
): Promise<{ readonly pair: FoundPair | undefined; readonly a: ItemRef; readonly b: ItemRef }> {
  if (second === undefined) {
    const pair = await pairOfId(store, snapshot, subject, first);
    if (pair) return { pair, a: pair.a, b: pair.b };
    throw unknown(
      `There is no compared pair '${first}' of ${subject.kind}s in snapshot ${snapshot.number}; expected an id that 'stocktake match list${subject.flag}' prints, or two ${subject.kind}s: <namespace>/<${subject.kind} id> <namespace>/<${subject.kind} id>`,
    );
  }
  const [a, b] = [itemRef(first, subject), itemRef(second, subject)];
  const known = await itemRecords(store, snapshot, subject, [a, b]);
  const missing = [a, b].find((item) => !known.has(itemName(item)));
  if (missing) throw unknown(await unknownItem(store, snapshot, subject, missing));
  if (itemName(a) === itemName(b)) {
    throw unknown(
      `${subject.nameOf(a)} is given twice, expected two ${subject.kind}s (stocktake match list${subject.flag})`,
    );
  }
  return { pair: await pairOf(store, snapshot, subject, a, b), a, b };
}

async function pairOf(
  store: Store,
  snapshot: Snapshot,
  subject: MatchSubject,
  a: ItemRef,
  b: ItemRef,
): Promise<FoundPair | undefined> {
  const [idA, idB] = subject.both;
  const isPair = (one: string, other: string): string =>
    `namespace_a = $namespace_${one} and ${idA} = $id_${one} and namespace_b = $namespace_${other} and ${idB} = $id_${other}`;
  const [pair] = await pairsWhere(
    store,
    snapshot,
    subject,
    `(${isPair('x', 'y')}) or (${isPair('y', 'x')})`,
    { namespace_x: a.namespace, id_x: a.itemId, namespace_y: b.namespace, id_y: b.itemId },
  );
  return pair;
}

/** The engine computes the ids, so that the one pair is read and no other; a pair it spells otherwise is looked for in all. */
async function pairOfId(
  store: Store,
  snapshot: Snapshot,
  subject: MatchSubject,
  id: string,
): Promise<FoundPair | undefined> {
  if (!/^[0-9a-f]{10}$/.test(id)) return undefined;
  const refSql = (item: string, namespace: string): string =>
    `'{"itemId":' || to_json(${item})::varchar || ',"namespace":' || to_json(${namespace})::varchar || '}'`;
  const [a, b] = subject.both;
  const idSql = `sha256('[' || ${refSql(a, 'namespace_a')} || ',' || ${refSql(b, 'namespace_b')} || ']')`;
  const [pair] = await pairsWhere(store, snapshot, subject, `left(${idSql}, 10) = $id`, { id });
  return pair ?? (await comparedPairs(store, snapshot, subject, [0, 1])).find((one) => one.id === id);
}

function itemRef(text: string, { kind, flag }: MatchSubject): ItemRef {
  const at = text.indexOf('/');
  if (at > 0 && at < text.length - 1) return { namespace: text.slice(0, at), itemId: text.slice(at + 1) };
  throw unknown(
    `'${text}' is no ${kind}; expected <namespace>/<${kind} id> as 'stocktake match list${flag}' prints it`,
  );
}

async function unknownItem(
  store: Store,
  snapshot: Snapshot,
  subject: MatchSubject,
  item: ItemRef,
): Promise<string> {
  const rows = await readTable(
    store,
    snapshot,
    subject.records,
    (relation) => `select distinct namespace from ${relation} order by namespace`,
  );
  const names = rows.map(({ namespace }) => String(namespace));
  const hint = names.includes(item.namespace)
    ? `${item.namespace} has no such ${subject.kind} id`
    : `there are the namespaces ${names.join(', ') || '(none)'}`;
  return `No source delivers the ${subject.kind} ${subject.nameOf(item)} in snapshot ${snapshot.number}: ${hint}; pairs to decide about: stocktake match list${subject.flag}`;
}

function unknown(message: string): CliError {
  return new CliError(message, { code: 'STK-MATCH-UNKNOWN', exitCode: 2 });
}

function foundPair(row: Row, { both, why }: MatchSubject): FoundPair {
  const a = { namespace: String(row.namespace_a), itemId: String(row[both[0]]) };
  const b = { namespace: String(row.namespace_b), itemId: String(row[both[1]]) };
  return {
    id: hashOf([a, b]).slice(0, 10),
    a,
    b,
    score: Number(row.score),
    isMatch: row.is_match === true,
    why: why(row),
    decision: typeof row.decision === 'string' ? row.decision : null,
  };
}
