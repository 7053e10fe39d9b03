import { quotedString } from '../warehouse/quoting.ts';
import { firstIdsSql, goldenIdSql, namespaceRankSql } from './golden-id.ts';

/** Columns of `match.pairs` and their types, in order. */
const pairTypes = {
  namespace_a: 'varchar',
  item_a: 'varchar',
  namespace_b: 'varchar',
  item_b: 'varchar',
  score: 'decimal(7,6)',
  is_match: 'boolean',
  word_overlap: 'decimal(7,6)',
  containment: 'decimal(7,6)',
  trigram_cosine: 'decimal(7,6)',
  text_cosine: 'decimal(7,6)',
  missed_a: 'decimal(7,6)',
  missed_b: 'decimal(7,6)',
  contradiction: 'decimal(7,6)',
  variant_conflict: 'decimal(7,6)',
  numbers: 'varchar',
  model_number: 'varchar',
  brand: 'varchar',
  price_ratio: 'decimal(7,6)',
  decision: 'varchar',
} as const;

/** One row of `match.pairs`, figures with six decimals. */
export type PairRow = Readonly<Record<keyof typeof pairTypes, string | number | boolean | null>>;

/** One item and its cluster, both by number. */
export interface ClusterRow {
  readonly number: number;
  readonly cluster: number;
}

const clusterTypes: Readonly<Record<keyof ClusterRow, string>> = { number: 'bigint', cluster: 'bigint' };

/** `match.pairs` from a file of JSON lines, ordered by its key (namespace_a, item_a, namespace_b, item_b). */
export function pairsSql(path: string): string {
  return `
select
  ${Object.keys(pairTypes).join(',\n  ')}
from ${jsonLinesSql(path, pairTypes)}
order by namespace_a, item_a, namespace_b, item_b`;
}

/** Items (or users) with their clusters from a file of JSON lines. Reads: match_texts, numbered as in the file. */
export function itemClustersSql(path: string, key = 'item_id'): string {
  return `
select
  namespace,
  ${key},
  cluster
from match_texts
join ${jsonLinesSql(path, clusterTypes)} using (number)`;
}

/** Items (or users) that nothing was compared of: each is its own cluster. */
export function ownClustersSql(key = 'item_id'): string {
  return `
select
  namespace,
  ${key},
  row_number() over (order by namespace, ${key}) as cluster
from (select distinct namespace, ${key} from records)`;
}

/**
 * Golden id and size of each item's (or user's) cluster: the id it has in the earliest namespace, as `goldenIdSql` writes it.
 *
 * Grain: one item of one namespace. Reads: item_clusters, records. Key: (namespace, item_id).
 */
export function goldenClustersSql(order: readonly string[], key = 'item_id'): string {
  const first = firstIdsSql('records', key, order);
  return `
with ranked as (
  select
    namespace,
    ${key},
    cluster,
    row_number() over (
      partition by cluster
      order by ${namespaceRankSql('namespace', order)}, ${key}
    ) as place,
    count(*) over (partition by cluster) as cluster_size
  from item_clusters
), heads as (
  select
    cluster,
    ${goldenIdSql('namespace', key, order, first)} as golden_id
  from ranked
  where place = 1
)
select
  ranked.namespace,
  ranked.${key},
  ranked.cluster,
  heads.golden_id,
  ranked.cluster_size
from ranked
join heads using (cluster)`;
}

/** `read_json` over a file of JSON lines with columns of given types. */
export function jsonLinesSql(path: string, types: Readonly<Record<string, string>>): string {
  const columns = Object.entries(types).map(([name, type]) => `${name}: ${quotedString(type)}`);
  return `read_json(${quotedString(path)}, format = 'newline_delimited', columns = {${columns.join(', ')}})`;
}
