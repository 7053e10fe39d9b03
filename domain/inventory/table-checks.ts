import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { EntityColumnType, EntityName } from '../../schemas/entities.ts';
import type { CheckRow, ColumnRow } from '../../schemas/inventory.ts';
import type { Source } from '../../schemas/source.ts';
import type { TableCheck, TableCheckOf } from '../../schemas/table-check.ts';
import { entitiesFilling } from '../../schemas/table-check-references.ts';
import type { Row } from '../warehouse/warehouse.ts';
import type { Baseline } from './baseline.ts';
import { checkRow } from './check-rows.ts';
import { judgeRatio, judgeRowCount } from './row-count-checks.ts';
import { absentSql, comparisonSql, distributionSql, setSql } from './table-checks-sql.ts';
import {
  boundsText,
  type Finding,
  isOutside,
  type Judgement,
  listed,
  statusWithin,
} from './table-judgement.ts';
import { type InventoryWork, slicesIn } from './work.ts';
import type { Workbench } from './workbench.ts';

type ColumnCheck = Exclude<TableCheck, { type: 'row_count' | 'equal_rowcount' | 'row_count_ratio' }>;

/** What table checks are taken of: a source and where it stands. */
interface Subject {
  readonly name: string;
  readonly source: Source;
  readonly work: InventoryWork;
  /** Entity columns (`events.user_id`) that hold personal data: their values are never told. */
  readonly personal: ReadonlySet<string>;
}

/**
 * The contract's table checks with what they found over the slices that arrived, or the newest one when none did. A check
 * with nothing to look at (everything refused, no such slice) gives no line.
 */
export async function tableChecks(
  bench: Workbench,
  work: InventoryWork,
  baseline: Pick<Baseline, 'rows'>,
  columns: readonly ColumnRow[],
): Promise<CheckRow[]> {
  const personal = personalColumns(columns);
  const rows: CheckRow[] = [];
  for (const [name, source] of Object.entries(work.config.sources)) {
    const subject = { name, source, work, personal: personal.get(name) ?? new Set<string>() };
    for (const check of source.contract.tableChecks) {
      bench.progress(`check ${check.type} of ${name}`);
      if (check.type === 'row_count' || check.type === 'equal_rowcount' || check.type === 'row_count_ratio') {
        rows.push(...rowCountLine(subject, check, baseline));
      } else rows.push(...(await columnLines(bench, subject, check)));
    }
  }
  return rows;
}

function rowCountLine(
  { name, work }: Subject,
  check: TableCheckOf<'row_count'> | TableCheckOf<'equal_rowcount'> | TableCheckOf<'row_count_ratio'>,
  baseline: Pick<Baseline, 'rows'>,
): CheckRow[] {
  const all = slicesIn(work.datasets, `raw.${name}`);
  const judged = arrivedOf(work, name, all);
  if (judged.length === 0) return [];
  const found =
    check.type === 'row_count'
      ? judgeRowCount(check, all, judged, baseline.rows[`raw.${name}`])
      : judgeRatio(check, judged, slicesIn(work.datasets, `raw.${check.to.source}`));
  return [lineOf(name, '', check, '', judged, found)];
}

async function columnLines(bench: Workbench, subject: Subject, check: ColumnCheck): Promise<CheckRow[]> {
  const { name, source, work } = subject;
  const column = check.type === 'expression_is_true' ? check.left : check.column;
  const lines: CheckRow[] = [];
  for (const [entity, type] of entitiesFilling(source, column, check.entity)) {
    if (check.type === 'expression_is_true' && !(check.right in (source.entities[entity]?.columns ?? {})))
      continue;
    const slices = arrivedOf(work, name, slicesIn(work.datasets, `clean.${name}.${entity}`));
    if (slices.length === 0) continue;
    const found = await judge(bench, subject, check, { entity, type, slices });
    if (found) lines.push(lineOf(name, entity, check, column, slices, found));
  }
  return lines;
}

interface Place {
  readonly entity: EntityName;
  readonly type: EntityColumnType;
  readonly slices: readonly DatasetSlice[];
}

async function judge(
  bench: Workbench,
  subject: Subject,
  check: ColumnCheck,
  { entity, type, slices }: Place,
): Promise<Judgement | undefined> {
  const relation = await bench.relation(slices);
  const step = `${check.type}_${subject.name}_${entity}`;
  switch (check.type) {
    case 'distribution':
      return judgeDistribution(
        check,
        await bench.warehouse.rows(step, distributionSql(relation, check, type)),
      );
    case 'contains_set':
    case 'equal_set': {
      const rows = await bench.warehouse.rows(step, setSql(relation, check.column, type, check.values));
      return judgeSet(check, rows, subject.personal.has(`${entity}.${check.column}`));
    }
    case 'relationships': {
      const known = await knownSide(bench, subject.work, check);
      if (!known) return undefined;
      const sql = absentSql({ relation, column: check.column, type }, { ...known, column: check.to.column });
      return counted(await bench.warehouse.rows(step, sql), `${check.to.source}.${check.to.column}`);
    }
    case 'expression_is_true': {
      const { left, op, right } = check;
      return counted(
        await bench.warehouse.rows(step, comparisonSql(relation, check)),
        `${left} ${op} ${right}`,
      );
    }
  }
}

function judgeDistribution(check: TableCheckOf<'distribution'>, rows: readonly Row[]): Judgement {
  const { nulls, mean, quantiles, shares } = check;
  const figures = rows.flatMap((row): Finding[] => {
    const slice = String(row.slice);
    const valued = Number(row.valued);
    const finding = (title: string, value: number, bounds: Parameters<typeof isOutside>[1]): Finding => ({
      slice,
      text: `${title} ${Number(value.toFixed(6))}`,
      bad: isOutside(value, bounds),
    });
    const ofValues =
      valued === 0
        ? []
        : [
            ...(mean ? [finding('mean', Number(row.total) / valued, mean)] : []),
            ...quantiles.map((one, index) => finding(`p${100 * one.at}`, Number(row[`q${index}`]), one)),
            ...Object.entries(shares).map(([value, bounds], index) =>
              finding(value, Number(row[`s${index}`]) / valued, bounds),
            ),
          ];
    return [...(nulls ? [finding('nulls', Number(row.nulls) / Number(row.rows), nulls)] : []), ...ofValues];
  });
  const expected = [
    ...(nulls ? [`nulls ${boundsText(nulls)}`] : []),
    ...(mean ? [`mean ${boundsText(mean)}`] : []),
    ...quantiles.map((one) => `p${100 * one.at} ${boundsText(one)}`),
    ...Object.entries(shares).map(([value, bounds]) => `${value} ${boundsText(bounds)}`),
  ];
  return {
    evaluated: figures.length,
    unexpected: figures.filter(({ bad }) => bad).length,
    expected: expected.join('; '),
    observed: listed(figures),
  };
}

function judgeSet(
  { type, values }: TableCheckOf<'contains_set'> | TableCheckOf<'equal_set'>,
  rows: readonly Row[],
  personal: boolean,
): Judgement {
  const missing = rows.filter(({ what }) => what === 'missing').map(({ text }) => `− ${String(text)}`);
  const others = type === 'equal_set' ? rows.filter(({ what }) => what === 'other') : [];
  const extra = Number(others[0]?.total ?? 0);
  const shown = personal ? [] : others.map(({ text }) => `+ ${String(text)}`);
  const more = extra > shown.length ? [`+ ${extra - shown.length}`] : [];
  return {
    evaluated: values.length + extra,
    unexpected: missing.length + extra,
    expected: values.slice(0, 10).join(', ') + (values.length > 10 ? ', …' : ''),
    observed: [...missing.slice(0, 5), ...(missing.length > 5 ? ['…'] : []), ...shown, ...more].join(', '),
  };
}

/** All accepted rows of the other source that count: of a full list the newest one. */
async function knownSide(
  bench: Workbench,
  work: InventoryWork,
  { to }: TableCheckOf<'relationships'>,
): Promise<{ relation: string; type: EntityColumnType } | undefined> {
  const other = work.config.sources[to.source];
  const [place] = other ? entitiesFilling(other, to.column) : [];
  if (!other || !place) return undefined;
  const slices = slicesIn(work.datasets, `clean.${to.source}.${place[0]}`);
  const counting = other.mode === 'full' ? slices.slice(-1) : slices;
  return counting.length === 0 ? undefined : { relation: await bench.relation(counting), type: place[1] };
}

function counted([row]: readonly Row[], expected: string): Judgement {
  const unexpected = Number(row?.unexpected ?? 0);
  return { evaluated: Number(row?.evaluated ?? 0), unexpected, expected, observed: '' };
}

function lineOf(
  source: string,
  entity: string,
  check: TableCheck,
  column: string,
  judged: readonly DatasetSlice[],
  found: Judgement,
): CheckRow {
  return checkRow({
    source,
    entity,
    type: check.type,
    column,
    slice: judged.length === 1 ? (judged[0]?.slice ?? '') : '',
    severity: check.severity,
    status: statusWithin(found.unexpected, check),
    ...found,
  });
}

function arrivedOf(
  work: InventoryWork,
  name: string,
  slices: readonly DatasetSlice[],
): readonly DatasetSlice[] {
  const arrived = new Set(work.arrived[name]);
  const fresh = slices.filter(({ slice }) => arrived.has(slice));
  return fresh.length > 0 || arrived.size > 0 ? fresh : slices.slice(-1);
}

/** Source → entity columns that a personal source column feeds. */
function personalColumns(columns: readonly ColumnRow[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { asset, personal, links } of columns) {
    if (!personal || !asset.startsWith('raw.')) continue;
    const source = asset.slice('raw.'.length);
    const known = found.get(source) ?? new Set<string>();
    for (const link of links) known.add(link.split(' = ')[0] ?? link);
    found.set(source, known);
  }
  return found;
}
