import { bars, draw, ink, percent, standalone } from './drawing.ts';
import { countText } from './format.ts';
import { labelsChart, modelsChart } from './loop-charts.ts';
import type { ReportModel } from './model.ts';
import { reasonText } from './reasons.ts';
import { type Language, texts } from './texts.ts';

/** Charts of a report as inline SVG; empty where there is nothing to draw. */
export interface ReportCharts {
  readonly volume: string;
  readonly ledger: string;
  readonly quarantine: string;
  readonly missing: string;
  readonly steps: string;
  readonly labels: string;
  readonly models: string;
}

/**
 * Draws the charts of a report. Equal models give equal bytes; nothing in them refers to anything outside.
 *
 * Missing values are bars, not a heatmap: assets have different columns, so a grid of assets and columns is nearly empty.
 */
export function drawCharts(model: ReportModel, language: Language): ReportCharts {
  return {
    volume: standalone(volumeChart(model), 'volume'),
    ledger: standalone(ledgerChart(model, language), 'ledger'),
    quarantine: standalone(quarantineChart(model, language), 'quarantine'),
    missing: standalone(missingChart(model), 'missing'),
    steps: standalone(stepsChart(model), 'steps'),
    labels: standalone(labelsChart(model, language), 'labels'),
    models: standalone(modelsChart(model), 'models'),
  };
}

function volumeChart({ volume }: ReportModel): string {
  const slices = [...new Set(volume.flatMap(({ points }) => points.map(([slice]) => slice)))].sort();
  if (slices.length < 2) return '';
  const series = volume.map(({ source, points }) => {
    const bySlice = new Map(points);
    return {
      name: source,
      type: 'line',
      showSymbol: slices.length < 40,
      symbol: 'circle',
      symbolSize: 5,
      connectNulls: true,
      data: slices.map((slice) => positive(bySlice.get(slice))),
    };
  });
  return draw(300, {
    legend: { top: 0, textStyle: { color: ink } },
    xAxis: { type: 'category', data: slices, axisLabel: { color: ink, hideOverlap: true } },
    yAxis: {
      type: 'log',
      axisLabel: { color: ink, formatter: countText },
      splitLine: { lineStyle: { color: ink, opacity: 0.2 } },
    },
    series,
  });
}

/** A logarithmic axis has no place for zero: an empty slice is a gap. */
function positive(rows: number | undefined): number | null {
  return rows !== undefined && rows > 0 ? rows : null;
}

function ledgerChart({ ledger }: ReportModel, language: Language): string {
  const lines = ledger.filter(({ stage, rowsIn }) => stage === 'normalize' && rowsIn > 0);
  if (lines.length === 0) return '';
  const { columns } = texts[language];
  const parts = ['rowsOut', 'duplicates', 'merged', 'rejected', 'skipped'] as const;
  return bars(
    lines.map(({ source, entity }) => `${source} → ${entity}`),
    parts.map((part) => ({
      name: columns[part],
      data: lines.map((line) => percent(line[part], line.rowsIn)),
    })),
    { unit: ' %', max: 100 },
  );
}

function quarantineChart({ quarantine }: ReportModel, language: Language): string {
  const byReason = new Map<string, { now: number; before: number }>();
  for (const { source, reason, rows, rowsNew } of quarantine.filter((one) => one.rows > 0)) {
    const name = `${source}: ${reasonText(reason, language)}`;
    const sum = byReason.get(name) ?? { now: 0, before: 0 };
    byReason.set(name, { now: sum.now + rowsNew, before: sum.before + rows - rowsNew });
  }
  const top = [...byReason]
    .sort(([a, x], [b, y]) => y.now - x.now || y.before - x.before || (a < b ? -1 : 1))
    .slice(0, 14);
  if (top.length === 0) return '';
  const { series } = texts[language];
  return bars(
    top.map(([name]) => name),
    [
      { name: series.rowsNew, data: top.map(([, { now }]) => now) },
      { name: series.rowsBefore, data: top.map(([, { before }]) => before) },
    ],
  );
}

function missingChart({ assets }: ReportModel): string {
  const columns = assets
    .filter(({ kind }) => kind === 'source')
    .flatMap(({ asset, columns: list }) =>
      list.map(({ column, nullShare }) => ({ name: `${asset.replace('raw.', '')}.${column}`, nullShare })),
    )
    .filter(({ nullShare }) => nullShare > 0)
    .sort((a, b) => b.nullShare - a.nullShare || (a.name < b.name ? -1 : 1))
    .slice(0, 14);
  if (columns.length === 0) return '';
  return bars(
    columns.map(({ name }) => name),
    [{ name: '', data: columns.map(({ nullShare }) => percent(nullShare, 1)) }],
    { unit: ' %' },
  );
}

function stepsChart({ steps }: ReportModel): string {
  const slowest = [...steps].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, 14);
  if (slowest.length === 0) return '';
  return bars(
    slowest.map(({ step }) => step),
    [{ name: '', data: slowest.map(({ milliseconds }) => Math.round(milliseconds / 10) / 100) }],
    { unit: ' s' },
  );
}
