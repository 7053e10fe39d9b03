import type { Row } from '../warehouse/warehouse.ts';
import type { ReportAsset, ReportChange, ReportCheck, ReportColumn, ReportSource } from './model.ts';
import { listOf, memberOf, type Reader, textOf, textsOf } from './reader.ts';
import type { ReportWork } from './work.ts';

/** What changed since the inventory before, gravest first. */
export async function readChanges(read: Reader): Promise<ReportChange[]> {
  const rows = await read(
    'inventory.changes',
    (relation) => `
      select kind, asset, "column", slice, before, after, rows, sentence
      from ${relation}
      order by
        case
          when kind in ('slice_refused', 'source_vanished', 'source_added') then 0
          when kind like 'column%' then 1
          when kind like 'records%' then 2
          when kind = 'field_changed' then 3
          when kind = 'nulls' then 4
          else 5
        end,
        kind, asset, "column", slice`,
  );
  return rows.map((row) => ({
    kind: textOf(row.kind),
    asset: textOf(row.asset),
    column: textOf(row.column),
    slice: textOf(row.slice),
    before: textOf(row.before),
    after: textOf(row.after),
    rows: Number(row.rows),
    sentence: textOf(row.sentence),
  }));
}

/** The checks, failing ones first. */
export async function readChecks(read: Reader): Promise<ReportCheck[]> {
  const rows = await read(
    'inventory.checks',
    (relation) => `
      select source, entity, type, "column", slice, status, evaluated, unexpected, percent, expected, observed
      from ${relation}
      order by
        case status when 'error' then 0 when 'warn' then 1 when 'info' then 2 else 3 end,
        source, entity, type, "column", slice, severity, expected, observed`,
  );
  return rows.map((row) => ({
    source: textOf(row.source),
    entity: textOf(row.entity),
    type: textOf(row.type),
    column: textOf(row.column),
    slice: textOf(row.slice),
    status: textOf(row.status),
    evaluated: Number(row.evaluated),
    unexpected: Number(row.unexpected),
    percent: Number(row.percent),
    expected: textOf(row.expected),
    observed: textOf(row.observed),
  }));
}

/** The assets with their columns, unified ones first. */
export async function readAssets(read: Reader): Promise<ReportAsset[]> {
  const assets = await read(
    'inventory.assets',
    (relation) => `
      select
        asset, kind, entities, sources, meaning, evidence, why, owner, grain, health, rows, bytes, slices
      from ${relation}
      order by kind desc, asset`,
  );
  const columns = await read(
    'inventory.columns',
    (relation) => `
      select
        asset, "column", type, looks_like, kind, meaning, evidence, why, links, unit, personal, null_share,
        distinct_values, sampled, average_length, min, max, mean, median, top, alerts
      from ${relation}
      order by asset, position, "column"`,
  );
  return assets.map((row) => ({
    asset: textOf(row.asset),
    kind: textOf(row.kind),
    entities: textsOf(row.entities),
    sources: textsOf(row.sources),
    meaning: textOf(row.meaning),
    evidence: textOf(row.evidence),
    why: textOf(row.why),
    owner: textOf(row.owner),
    grain: textOf(row.grain),
    health: textOf(row.health),
    rows: Number(row.rows),
    bytes: Number(row.bytes),
    slices: Number(row.slices),
    columns: columns.filter((column) => column.asset === row.asset).map(columnOf),
  }));
}

function columnOf(row: Row): ReportColumn {
  const isPersonal = row.personal === true;
  const shown = (value: unknown): string => (isPersonal ? '' : textOf(value));
  return {
    column: textOf(row.column),
    type: textOf(row.type),
    looksLike: textOf(row.looks_like),
    kind: textOf(row.kind),
    meaning: textOf(row.meaning),
    evidence: textOf(row.evidence),
    why: textOf(row.why),
    links: textsOf(row.links),
    unit: textOf(row.unit),
    personal: isPersonal,
    nullShare: Number(row.null_share),
    distinct: Number(row.distinct_values),
    sampled: row.sampled === true,
    averageLength: Number(row.average_length),
    min: shown(row.min),
    max: shown(row.max),
    mean: shown(row.mean),
    median: shown(row.median),
    top: isPersonal
      ? []
      : listOf(row.top).map((one) => ({
          value: textOf(memberOf(one, 'value')),
          rows: Number(memberOf(one, 'rows')),
        })),
    alerts: textsOf(row.alerts),
  };
}

/** Every configured source, in the configuration's order, with what the inventory knows of it. */
export async function readSources(read: Reader, work: ReportWork): Promise<ReportSource[]> {
  const assets = await read(
    'inventory.assets',
    (relation) => `
      select source, health, health_why, rows, bytes, slices, first_slice, last_slice, newest
      from ${relation}
      where kind = 'source'
      order by source`,
  );
  return Object.entries(work.plan.config.sources).map(([source, config]) => {
    const row = assets.find((asset) => asset.source === source);
    const planned = work.plan.sources.find((entry) => entry.source === source);
    return {
      source,
      owner: config.owner,
      description: config.description,
      required: config.required,
      health: textOf(row?.health) || 'Unknown',
      healthWhy: textOf(row?.health_why),
      slices: Number(row?.slices ?? 0),
      arrived: work.arrived[source]?.length ?? 0,
      rows: Number(row?.rows ?? 0),
      bytes: Number(row?.bytes ?? 0),
      firstSlice: textOf(row?.first_slice),
      lastSlice: textOf(row?.last_slice),
      newest: textOf(row?.newest),
      missing: planned?.missing ?? '',
    };
  });
}
