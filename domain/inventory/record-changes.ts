import { entities } from '../../schemas/entities.ts';
import type { ChangeRow } from '../../schemas/inventory.ts';
import { quotedIdentifier } from '../warehouse/quoting.ts';
import type { SourceExpression } from './assets.ts';
import type { Baseline } from './baseline.ts';
import { memberPath, memberSql } from './profile-sql.ts';
import { counted } from './words.ts';
import { type InventoryWork, slicesIn } from './work.ts';
import type { Workbench } from './workbench.ts';

type RecordEntity = 'users' | 'items';

/**
 * Users and items that are new, gone or changed since the inventory before, and in which columns.
 *
 * Compares the golden records by id. Gone: no longer there, or missing from the full list of every source that had it.
 * Members of `attributes` are compared one by one, the ones the mappings name. Equal files are not read.
 */
export async function recordChanges(
  bench: Workbench,
  work: InventoryWork,
  baseline: Baseline,
  expressions: readonly SourceExpression[],
): Promise<ChangeRow[]> {
  const rows: ChangeRow[] = [];
  for (const entity of ['users', 'items'] as const) {
    const dataset = `unified.${entity}`;
    const [before, after] = [baseline.tables[dataset] ?? [], slicesIn(work.datasets, dataset)];
    const same = JSON.stringify(before) === JSON.stringify(after);
    if (before.length === 0 || after.length === 0 || same) continue;
    bench.progress(`compare ${entity}`);
    const fields = comparedFields(entity, expressions);
    const [counts] = await bench.warehouse.rows(
      `changed_${entity}`,
      changesSql(entity, await bench.relation(before), await bench.relation(after), fields),
    );
    rows.push(...changeRows(entity, fields, (name) => Number(counts?.[name] ?? 0)));
  }
  return rows;
}

interface Field {
  readonly name: string;
  /** SQL of the field in `past` and `present`. */
  readonly sql: (side: 'past' | 'present') => string;
}

function comparedFields(entity: RecordEntity, expressions: readonly SourceExpression[]): Field[] {
  const own = Object.keys(entities[entity].columns).filter(
    (name) => name !== 'attributes' && !entities[entity].key.includes(name),
  );
  const members = expressions
    .filter((found) => found.entity === entity && found.target.startsWith('attributes.'))
    .map(({ target }) => target.slice('attributes.'.length));
  return [
    ...own.map((name): Field => ({ name, sql: (side) => `${side}.${quotedIdentifier(name)}` })),
    ...[...new Set(members)].sort().map(
      (member): Field => ({
        name: `attributes.${member}`,
        sql: (side) => memberSql(`${side}.attributes`, memberPath(member)),
      }),
    ),
  ];
}

/** Grain: one row. Reads: the golden records before and now. */
function changesSql(entity: RecordEntity, before: string, after: string, fields: readonly Field[]): string {
  const key = quotedIdentifier(entities[entity].key[0] ?? '');
  const there = (side: string): string => `(${side}.${key} is not null and ${side}.gone_since is null)`;
  const changed = fields.map(({ sql }) => `${sql('past')} is distinct from ${sql('present')}`);
  return `with compared as (
  select
    ${there('past')} as was_there,
    ${there('present')} as is_there,
    ${changed.map((condition, place) => `${condition} as f${place}`).join(',\n    ')}
  from ${before} as past
  full outer join ${after} as present on past.${key} = present.${key}
)
select
  count(*) filter (where is_there) as now,
  count(*) filter (where was_there) as before,
  count(*) filter (where is_there and not was_there) as new,
  count(*) filter (where was_there and not is_there) as gone,
  count(*) filter (where was_there and is_there and (${changed.map((_, place) => `f${place}`).join(' or ')})) as changed,
  ${changed.map((_, place) => `count(*) filter (where was_there and is_there and f${place}) as c${place}`).join(',\n  ')}
from compared`;
}

const kinds = [
  ['records_new', 'new', 'added'],
  ['records_changed', 'changed', 'changed'],
  ['records_vanished', 'gone', 'gone'],
] as const;

function changeRows(
  entity: RecordEntity,
  fields: readonly Field[],
  count: (name: string) => number,
): ChangeRow[] {
  const asset = `unified.${entity}`;
  const singular = entity.slice(0, -1);
  const [before, after] = [String(count('before')), String(count('now'))];
  const totals = kinds.map(
    ([kind, name, words]): ChangeRow => ({
      kind,
      asset,
      column: '',
      slice: '',
      before,
      after,
      rows: count(name),
      sentence: `${counted(count(name), singular)} ${words}.`,
    }),
  );
  const columns = fields.map(
    ({ name }, place): ChangeRow => ({
      kind: 'field_changed',
      asset,
      column: name,
      slice: '',
      before: '',
      after: '',
      rows: count(`c${place}`),
      sentence: `${name} changed in ${counted(count(`c${place}`), singular)}.`,
    }),
  );
  return [...totals, ...columns].filter(({ rows }) => rows > 0);
}
