import { type PairFigures, pairReasons } from '../domain/dedup/pair-reasons.ts';
import { userFieldsOf } from '../domain/dedup/user-fields.ts';
import { userReasons } from '../domain/dedup/user-reasons.ts';
import { userFieldsSql } from '../domain/dedup/user-sql.ts';
import type { Row } from '../domain/warehouse/warehouse.ts';
import type { Config } from '../schemas/config.ts';
import type { ItemRef, MatchKind } from '../schemas/match-decision.ts';
import { maskedId, maskedValue } from './masked.ts';

/** What differs between the pairs of items and those of users. */
export interface MatchSubject {
  readonly kind: MatchKind;
  /** Flag that leads further commands to the same kind; empty for items. */
  readonly flag: string;
  readonly pairs: string;
  readonly records: string;
  /** Column of the records that holds the id. */
  readonly id: string;
  /** Columns of the pairs that hold both ids. */
  readonly both: readonly [string, string];
  /** From which score two are one. */
  readonly threshold: number;
  /** What is shown of a record, and the column of it that stands for it in a list. */
  readonly shown: readonly string[];
  readonly title: string;
  /** Select list over records grouped by (namespace, id): per shown column the newest value, as text. */
  readonly newestSql: string;
  why(row: Row): readonly string[];
  /** An id as it may be shown. */
  nameOf(ref: ItemRef): string;
  /** A value as it may be shown. */
  shownValue(column: string, value: string | null): string | null;
}

/** The pairs of a kind in a project; what is said of users, and ids that name people, are masked unless asked for. */
export function matchSubject(kind: MatchKind, config: Config, personal = false): MatchSubject {
  return kind === 'item' ? itemSubject(config) : userSubject(config, personal);
}

function itemSubject({ match }: Config): MatchSubject {
  const shown = ['title', 'brand', 'category', 'price', 'currency', 'description'];
  const newest = shown.map((column) => {
    const leading = column === 'currency' ? 'price' : column;
    return `first(${column} order by last_seen desc, _source) filter (${leading} is not null)::varchar as ${column}`;
  });
  return {
    kind: 'item',
    flag: '',
    pairs: 'match.pairs',
    records: 'match.records.items',
    id: 'item_id',
    both: ['item_a', 'item_b'],
    threshold: match.threshold,
    shown,
    title: 'title',
    newestSql: newest.join(', '),
    why: (row) => pairReasons(row as unknown as PairFigures),
    nameOf: refName,
    shownValue: (_, value) => value,
  };
}

function userSubject({ match, sources }: Config, personal: boolean): MatchSubject {
  const attributes = Object.values(sources).flatMap(({ entities }) =>
    Object.keys(entities.users?.attributes ?? {}),
  );
  const fields = userFieldsOf(match.users.fields, attributes);
  const newest = ['country', 'signed_up_at'].map(
    (column) =>
      `first(${column} order by last_seen desc, _source) filter (${column} is not null)::varchar as ${column}`,
  );
  return {
    kind: 'user',
    flag: ' --kind user',
    pairs: 'match.pairs.users',
    records: 'match.records.users',
    id: 'user_id',
    both: ['user_a', 'user_b'],
    threshold: match.users.threshold,
    shown: [...Object.keys(fields), 'country', 'signed_up_at'],
    title: fields.name ? 'name' : fields.family_name ? 'family_name' : 'email',
    newestSql: [...userFieldsSql(fields), ...newest].join(', '),
    why: userReasons,
    nameOf: (ref) => (personal ? refName(ref) : refName({ ...ref, itemId: maskedId(ref.itemId) })),
    shownValue: (column, value) => (personal || value === null ? value : maskedValue(column, value)),
  };
}

function refName({ namespace, itemId }: ItemRef): string {
  return `${namespace}/${itemId}`;
}
