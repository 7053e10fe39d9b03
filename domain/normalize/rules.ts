import type { ConfiguredNormalizer } from '../../schemas/config.ts';
import { type EntityName, entities, entityNames } from '../../schemas/entities.ts';
import type { Mapping, Source } from '../../schemas/source.ts';
import { ConfigError, messageOf } from '../runtime/errors.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { type MappedColumns, type PlannedCheck, planChecks } from './checks.ts';
import type { SliceDecisions } from './decisions.ts';
import type { NormalizerData } from './normalizer.ts';
import { makeNormalizers } from './own-normalizers.ts';
import type { RepairRules } from './repairs.ts';

/** What normalizing one source needs to know of the configuration. */
export interface SourceRules {
  readonly name: string;
  readonly source: Source;
  /** Business time zone (IANA). */
  readonly timezone: string;
  /** ISO 4217 code for money whose source names none. */
  readonly currency: string;
  /** The configuration's own normalizers. Default: none. */
  readonly normalizers?: Readonly<Record<string, ConfiguredNormalizer>>;
  /** Words and rates the normalizers look into. Default: none. */
  readonly data?: NormalizerData;
  /** How cells are repaired where the source asks for it. Default: they are not. */
  readonly repair?: RepairRules;
  /** What people decided about rejected rows, by slice. Default: nothing. */
  readonly decisions?: SliceDecisions;
}

/** Rules whose time zone and contract have been looked at; `checks` are the contract's checks by entity. */
export interface Rules extends SourceRules {
  readonly checks: ReadonlyMap<string, readonly PlannedCheck[]>;
}

/**
 * Looks at what no row is needed for: the time zone and the contract's checks; makes normalizers known that are called.
 *
 * @throws ConfigError STK-NORMALIZE-TIMEZONE for a zone the engine does not know
 * @throws ConfigError STK-NORMALIZE-FUNCTION for a normalizer of the configuration that cannot be
 * @throws ConfigError STK-NORMALIZE-RATES for money to convert without a table of rates
 * @throws ConfigError STK-NORMALIZE-CHECK for a check that fits no mapped column, or a pattern that is no regular expression
 */
export async function prepareRules(warehouse: Warehouse, rules: SourceRules): Promise<Rules> {
  await refuseUnknownZone(warehouse, rules.timezone);
  await refuseBadPatterns(warehouse, rules);
  await makeNormalizers(warehouse, rules.source, rules.normalizers ?? {}, rules.data);
  const { name, source } = rules;
  const filled = mappedEntities(source).map(
    (entity) => [entity, filledColumns(entity, source.entities[entity] as Mapping)] as const,
  );
  return { ...rules, checks: planChecks(name, source.contract.checks, new Map(filled)) };
}

/** The entities a source is mapped onto, in catalogue order. */
export function mappedEntities(source: Source): EntityName[] {
  return entityNames.filter((entity) => source.entities[entity] !== undefined);
}

/** The money column whose currency the entity's `currency` column tells; undefined where it has none. */
export function moneyColumnOf(entity: EntityName): string | undefined {
  const { columns } = entities[entity];
  if (!('currency' in columns)) return undefined;
  return Object.keys(columns).find((column) => columns[column]?.type === 'money');
}

function filledColumns(entity: EntityName, mapping: Mapping): MappedColumns {
  const filled = new Set(Object.keys(mapping.columns));
  const money = moneyColumnOf(entity);
  if (money !== undefined && filled.has(money)) filled.add('currency');
  if (Object.keys(mapping.attributes).length > 0) filled.add('attributes');
  const columns = Object.entries(entities[entity].columns).filter(([column]) => filled.has(column));
  return Object.fromEntries(columns.map(([column, { type }]) => [column, type]));
}

async function refuseUnknownZone(warehouse: Warehouse, zone: string): Promise<void> {
  await warehouse
    .rows('timezone', "select timezone($zone, timestamp '2000-01-01')", { zone })
    .catch((cause) => {
      throw new ConfigError(
        `timezone: DuckDB knows no zone ${zone}; expected an IANA name such as Europe/Berlin`,
        { code: 'STK-NORMALIZE-TIMEZONE', details: { zone }, cause },
      );
    });
}

async function refuseBadPatterns(warehouse: Warehouse, { name, source }: SourceRules): Promise<void> {
  for (const check of source.contract.checks) {
    if (check.type !== 'pattern') continue;
    const { column, regex } = check;
    await warehouse.rows('pattern', "select regexp_full_match('', $regex)", { regex }).catch((cause) => {
      const said = messageOf((cause as Error).cause ?? cause);
      throw new ConfigError(
        `Source ${name}, contract check pattern on ${column}: ${regex} is no regular expression in RE2 syntax (${said})`,
        { code: 'STK-NORMALIZE-CHECK', details: { source: name, column }, cause },
      );
    });
  }
}
