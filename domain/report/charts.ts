import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { countText } from './format.ts';
import type { ReportModel } from './model.ts';
import { reasonText } from './reasons.ts';
import { type Language, texts } from './texts.ts';

use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);

/** Charts of a report as inline SVG; empty where there is nothing to draw. */
export interface ReportCharts {
  readonly volume: string;
  readonly ledger: string;
  readonly quarantine: string;
  readonly missing: string;
  readonly steps: string;
}

/** Colours that hold on light and dark paper. */
const ink = '#7a8290';
const palette = ['#3b7dd8', '#e08a3c', '#4aa37a', '#c4566a', '#8a6fc9', '#b0913a', '#4a9fb5', '#9a9a9a'];
const width = 1080;

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
  };
}

/**
 * Makes a drawing part of a page: the engine numbers ids over all drawings of a process and adds hover styles by them;
 * ids are numbered anew under the chart's name, and styles, classes and marks for scripts go.
 */
function standalone(svg: string, name: string): string {
  const numbers = new Map<string, number>();
  return svg
    .replaceAll(/<style[^>]*>.*?<\/style>/gs, '')
    .replaceAll(/ (class|ecmeta_\w+|xmlns(:\w+)?|baseProfile|version)="[^"]*"/g, '')
    .replaceAll(/zr\d+-[\w-]+/g, (id) => {
      const number = numbers.get(id) ?? numbers.size;
      numbers.set(id, number);
      return `${name}-${number}`;
    });
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

/** Horizontal bars, first name on top, stacked where there are several series. */
function bars(
  names: readonly string[],
  series: readonly { readonly name: string; readonly data: readonly number[] }[],
  { unit = '', max }: { readonly unit?: string; readonly max?: number } = {},
): string {
  const named = series.length > 1;
  return draw(50 + (named ? 30 : 0) + names.length * 24, {
    legend: named ? { top: 0, textStyle: { color: ink } } : { show: false },
    xAxis: {
      type: 'value',
      axisLabel: { color: ink, formatter: (value: number) => `${countText(value)}${unit}` },
      splitLine: { lineStyle: { color: ink, opacity: 0.2 } },
      ...(max === undefined ? {} : { max }),
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: [...names],
      axisLabel: { color: ink, width: 300, overflow: 'truncate' },
      axisTick: { show: false },
    },
    series: series.map(({ name, data }) => ({
      name,
      type: 'bar',
      data: [...data],
      barMaxWidth: 14,
      ...(named ? { stack: 'all' } : {}),
    })),
  });
}

function draw(height: number, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      color: palette,
      backgroundColor: 'transparent',
      grid: {
        left: 8,
        right: 24,
        top: 34,
        bottom: 8,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      ...option,
    });
    return chart.renderToSVGString().replace(/^<svg width="\d+" height="\d+"/, '<svg');
  } finally {
    chart.dispose();
  }
}

function percent(part: number, whole: number): number {
  return Math.round((part / whole) * 1000) / 10;
}
