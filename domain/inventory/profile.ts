import type { Row, Warehouse } from '../warehouse/warehouse.ts';
import {
  type ColumnPlan,
  type ColumnProfile,
  columnOf,
  isNumeric,
  type PartFacts,
} from './profile-columns.ts';
import {
  dictionarySql,
  distinctSql,
  fillSql,
  lookedAtSql,
  memberValuesSql,
  numberedSql,
  numbersSql,
  type ProfiledColumn,
  patternSharesSql,
  quantilesSql,
  signaturesSql,
  sizesSql,
  statisticsSql,
  storedValuesSql,
  topValuesSql,
  valueSql,
} from './profile-sql.ts';

/** What bounds a profile; tests lower the limits. */
export interface ProfileLimits {
  /** Columns profiled of a wider relation: the fullest ones. Default 300. */
  readonly columns: number;
  /** Distinct values up to which a column is aggregated as a whole. Default 1 000 000. */
  readonly dictionary: number;
  /** Distinct values patterns are looked for in. Default 5 000. */
  readonly lookedAt: number;
  readonly topValues: number;
}

/** The limits in force. */
export const profileLimits: ProfileLimits = {
  columns: 300,
  dictionary: 1_000_000,
  lookedAt: 5_000,
  topValues: 5,
};

/** The profile of a relation. `skipped`: columns beyond the limit, in order. */
export interface RelationProfile {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  readonly skipped: readonly string[];
}

/** What is profiled: a table expression, its columns in order, and the source's own words for "no value". */
export interface ProfileWork {
  /** Names the work in errors. */
  readonly step: string;
  readonly relation: string;
  readonly columns: readonly ProfiledColumn[];
  readonly nullValues: readonly string[];
}

/** Columns in one dictionary query. */
const columnsPerScan = 30;

/**
 * Profiles every column of a relation: one scan for each 30 columns.
 *
 * The scan aggregates each column to its distinct values, from which all figures follow exactly. Of relations with more
 * rows than the dictionary limit a scan before it estimates how distinct each column is; columns beyond the limit are
 * counted exactly too, but their numbers and patterns come from a sample of the values chosen by hash. Equal at any thread count:
 * counts and decimal sums only, quantiles by sort, every order ends in the value.
 */
export async function profileRelation(
  warehouse: Warehouse,
  work: ProfileWork,
  limits: ProfileLimits = profileLimits,
): Promise<RelationProfile> {
  const { chosen, skipped } = await fullestColumns(warehouse, work, limits.columns);
  const columns: ColumnProfile[] = [];
  const rows = await warehouse.count(`${work.step}.rows`, `select count(*) from ${work.relation}`);
  for (let from = 0; from < chosen.length; from += columnsPerScan) {
    columns.push(
      ...(await profilePart(warehouse, work, rows, chosen.slice(from, from + columnsPerScan), limits)),
    );
  }
  return { rows, columns, skipped };
}

async function fullestColumns(
  warehouse: Warehouse,
  work: ProfileWork,
  limit: number,
): Promise<{ chosen: ProfiledColumn[]; skipped: string[] }> {
  if (work.columns.length <= limit) return { chosen: [...work.columns], skipped: [] };
  const values = work.columns.map((column) => valueSql(column, work.nullValues));
  const [counts] = await warehouse.rows(`${work.step}.fill`, fillSql(work.relation, values));
  const filled = Object.values(counts ?? {}).map(Number);
  const kept = new Set(
    work.columns
      .map((_, index) => index)
      .sort((a, b) => (filled[b] ?? 0) - (filled[a] ?? 0) || a - b)
      .slice(0, limit),
  );
  return {
    chosen: work.columns.filter((_, index) => kept.has(index)),
    skipped: work.columns.filter((_, index) => !kept.has(index)).map(({ column }) => column),
  };
}

async function profilePart(
  warehouse: Warehouse,
  work: ProfileWork,
  rows: number,
  part: readonly ProfiledColumn[],
  limits: ProfileLimits,
): Promise<ColumnProfile[]> {
  const plans = await planColumns(warehouse, work, rows, part, limits);
  await loadDictionary(warehouse, work, plans);
  await warehouse.run(`${work.step}.looked_at`, tableSql('looked_at', lookedAtSql(limits.lookedAt)));
  const facts = await readFacts(warehouse, work, plans, limits);
  await warehouse.run(
    `${work.step}.clear`,
    'drop table stored_values; drop table dictionary; drop table looked_at; drop table numbered',
  );
  return plans.map((plan, index) => columnOf(rows, plan, index, facts));
}

/** A relation with no more rows than the dictionary limit needs no look at sizes: no column can be too distinct. */
async function planColumns(
  warehouse: Warehouse,
  work: ProfileWork,
  rows: number,
  part: readonly ProfiledColumn[],
  limits: ProfileLimits,
): Promise<ColumnPlan[]> {
  const values = part.map((column) => valueSql(column, work.nullValues));
  const sizes =
    rows > limits.dictionary
      ? (await warehouse.rows(`${work.step}.sizes`, sizesSql(work.relation, values)))[0]
      : undefined;
  const counts = Object.values(sizes ?? {}).map(Number);
  return part.map((column, index) => {
    const about = counts[2 * index + 1] ?? 0;
    const whole = about <= limits.dictionary;
    return {
      column,
      value: values[index] ?? '',
      valued: sizes ? counts[2 * index] : undefined,
      whole,
      keepOneIn: whole ? 1 : Math.ceil(about / limits.lookedAt),
    };
  });
}

/** Members of a JSON column that is whole come from its dictionary; all other columns from one scan. */
async function loadDictionary(
  warehouse: Warehouse,
  work: ProfileWork,
  plans: readonly ColumnPlan[],
): Promise<void> {
  const wholes = new Map(
    plans.flatMap(({ column, whole }, index) => (whole ? [[column.column, index]] : [])),
  );
  const parentOf = ({ column }: ColumnPlan): number | undefined =>
    column.member && wholes.get(column.member.of);
  const scanned = plans.flatMap((plan, index) =>
    parentOf(plan) === undefined
      ? [{ index, value: plan.whole ? plan.column.expression : plan.value, keepOneIn: plan.keepOneIn }]
      : [],
  );
  await warehouse.run(
    `${work.step}.stored_values`,
    tableSql('stored_values', storedValuesSql(work.relation, scanned)),
  );
  for (const [index, plan] of plans.entries()) {
    const parent = parentOf(plan);
    if (parent === undefined || !plan.column.member) continue;
    await warehouse.run(
      `${work.step}.${plan.column.column}`,
      memberValuesSql(index, parent, plan.column.member.path),
    );
  }
  const texts = plans.flatMap(({ column }, index) => (column.storedType === 'VARCHAR' ? [index] : []));
  await warehouse.run(
    `${work.step}.dictionary`,
    tableSql('dictionary', dictionarySql(texts, work.nullValues)),
  );
}

const tableSql = (table: string, query: string): string =>
  `create or replace temp table ${table} as\n${query}`;

async function readFacts(
  warehouse: Warehouse,
  work: ProfileWork,
  plans: readonly ColumnPlan[],
  limits: ProfileLimits,
): Promise<PartFacts> {
  const { step } = work;
  const patterns = byColumn(await warehouse.rows(`${step}.patterns`, patternSharesSql));
  const statistics = byColumn(await warehouse.rows(`${step}.statistics`, statisticsSql));
  const numeric = plans.flatMap((plan, index) =>
    isNumeric(plan, index, { patterns, statistics }) ? [index] : [],
  );
  await warehouse.run(
    `${step}.numbered`,
    tableSql('numbered', numberedSql(numeric.length > 0 ? numeric : [-1])),
  );
  return {
    patterns,
    statistics,
    numbers: byColumn(await warehouse.rows(`${step}.numbers`, numbersSql)),
    quantiles: byColumn(await warehouse.rows(`${step}.quantiles`, quantilesSql)),
    signatures: byColumn(await warehouse.rows(`${step}.signatures`, signaturesSql)),
    tops: await warehouse.rows(`${step}.top`, topValuesSql(limits.topValues)),
    exact: await exactFacts(warehouse, work, plans),
  };
}

async function exactFacts(
  warehouse: Warehouse,
  work: ProfileWork,
  plans: readonly ColumnPlan[],
): Promise<PartFacts['exact']> {
  const wide = plans.map((plan, index) => ({ plan, index })).filter(({ plan }) => !plan.whole);
  if (wide.length === 0) return new Map();
  const [row] = await warehouse.rows(
    `${work.step}.distinct`,
    distinctSql(
      work.relation,
      wide.map(({ plan }) => plan.value),
    ),
  );
  return new Map(
    wide.map(({ index }, place) => [
      index,
      {
        distinct: Number(row?.[`d${place}`]),
        min: String(row?.[`low${place}`]),
        max: String(row?.[`high${place}`]),
      },
    ]),
  );
}

function byColumn(rows: readonly Row[]): Map<number, Row> {
  return new Map(rows.map((row) => [Number(row.column_index), row]));
}
