import type { Check } from '../../schemas/contract.ts';
import type { CheckRow } from '../../schemas/inventory.ts';
import type { Source } from '../../schemas/source.ts';
import { quotedIdentifier } from '../warehouse/quoting.ts';
import { checkRow, statusOf } from './check-rows.ts';
import { type InventoryWork, slicesIn } from './work.ts';
import type { Workbench } from './workbench.ts';

type Relationship = Extract<Check, { type: 'relationships' }>;

/** A reference to count: declared in a contract (judged), or one every event has (told). */
interface Reference {
  readonly source: string;
  readonly entity: 'events' | 'reviews';
  readonly column: string;
  readonly to: 'users' | 'items';
  /** The one source whose records count as known; undefined: any. */
  readonly from?: string | undefined;
  readonly namespace: string;
  readonly severity: 'error' | 'warn' | 'info';
}

/**
 * Counts rows of `unified.events` and `unified.reviews` that name a user or item nobody delivered.
 *
 * A reference is looked up as (namespace of its source, id) among the merged records of all sources: events keep the id of
 * their own source, and golden ids differ from it where sources were matched. Rows without the id are not evaluated.
 */
export async function relationshipChecks(bench: Workbench, work: InventoryWork): Promise<CheckRow[]> {
  const references = Object.entries(work.config.sources).flatMap(([name, source]) =>
    referencesOf(name, source),
  );
  const rows: CheckRow[] = [];
  for (const entity of ['events', 'reviews'] as const) {
    for (const to of ['users', 'items'] as const) {
      const wanted = references.filter((reference) => reference.entity === entity && reference.to === to);
      rows.push(...(await countOrphans(bench, work, entity, to, wanted)));
    }
  }
  return rows;
}

function referencesOf(name: string, source: Source): Reference[] {
  return (['events', 'reviews'] as const).flatMap((entity) => {
    const mapping = source.entities[entity];
    if (!mapping) return [];
    const base = { source: name, entity, namespace: mapping.namespace };
    const declared = source.contract.checks
      .filter((check): check is Relationship => check.type === 'relationships')
      .filter(({ column }) => column in mapping.columns)
      .map(({ column, to, from, severity }): Reference => ({ ...base, column, to, from, severity }));
    const usual = (
      [
        ['user_id', 'users'],
        ['item_id', 'items'],
      ] as const
    )
      .filter(
        ([column]) =>
          column in mapping.columns && !declared.some((one) => one.column === column && !one.from),
      )
      .map(([column, to]): Reference => ({ ...base, column, to, severity: 'info' }));
    return [...declared, ...usual];
  });
}

async function countOrphans(
  bench: Workbench,
  work: InventoryWork,
  entity: Reference['entity'],
  to: Reference['to'],
  wanted: readonly Reference[],
): Promise<CheckRow[]> {
  const referring = slicesIn(work.datasets, `unified.${entity}`);
  const records = slicesIn(work.datasets, `match.records.${to}`);
  if (wanted.length === 0 || referring.length === 0 || records.length === 0) return [];
  bench.progress(`references of ${entity} to ${to}`);
  const rows: CheckRow[] = [];
  for (const { column, from } of distinctLookups(wanted)) {
    const counts = await bench.warehouse.rows(
      `orphans_${entity}_${to}`,
      orphansSql(await bench.relation(referring), await bench.relation(records), column, to),
      {
        from: from ?? '',
        namespaces: JSON.stringify(Object.fromEntries(wanted.map((one) => [one.source, one.namespace]))),
      },
    );
    for (const reference of wanted.filter((one) => one.column === column && one.from === from)) {
      const found = counts.find((row) => row.source === reference.source);
      if (found) rows.push(orphanRow(reference, Number(found.evaluated), Number(found.orphans)));
    }
  }
  return rows;
}

function distinctLookups(wanted: readonly Reference[]): Pick<Reference, 'column' | 'from'>[] {
  return [
    ...new Map(wanted.map(({ column, from }) => [JSON.stringify([column, from]), { column, from }])).values(),
  ];
}

/**
 * Grain: one source. Reads: events or reviews, merged records. Parameters: $namespaces, JSON, source → namespace; $from, the
 * source whose records count, '' for any.
 */
function orphansSql(referring: string, records: string, column: string, to: Reference['to']): string {
  const id = to === 'users' ? 'user_id' : 'item_id';
  return `with named as (
  select
    _source as source,
    ${quotedIdentifier(column)} as id,
    count(*) as row_count
  from ${referring}
  where ${quotedIdentifier(column)} is not null
  group by _source, ${quotedIdentifier(column)}
), referring as (
  select
    source,
    json_extract_string(cast($namespaces as json), '$."' || source || '"') as namespace,
    id,
    row_count
  from named
), known as (
  select distinct namespace, ${id} as id from ${records} where $from in ('', _source)
)
select
  source,
  sum(row_count) as evaluated,
  coalesce(sum(row_count) filter (where known.id is null), 0) as orphans
from referring
left join known using (namespace, id)
group by source
order by source`;
}

function orphanRow(reference: Reference, evaluated: number, unexpected: number): CheckRow {
  const { source, entity, column, to, from, severity } = reference;
  return checkRow({
    source,
    entity,
    type: 'relationships',
    column,
    severity,
    status: severity === 'info' ? 'info' : statusOf(unexpected, severity),
    evaluated,
    unexpected,
    expected: from ?? to,
  });
}
