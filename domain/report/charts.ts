import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { ReportModel } from './model.ts';
import { reasonText } from './sentences.ts';
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

/** Draws the charts of a report. */
export function drawCharts(model: ReportModel, language: Language): ReportCharts {
  return {
    volume: volumeChart(model),
    ledger: ledgerChart(model, language),
    quarantine: quarantineChart(model, language),
    missing: missingChart(model),
    steps: stepsChart(model),
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
      symbolSize: 5,
      connectNulls: true,
      data: slices.map((slice) => positive(bySlice.get(slice))),
    };
  });
  return draw(300, {
    legend: { top: 0, textStyle: { color: ink } },
    xAxis: { type: 'category', data: slices, axisLabel: { color: ink } },
    yAxis: { type: 'log', axisLabel: { color: ink }, splitLine: { lineStyle: { color: ink, opacity: 0.2 } } },
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
    '{value} %',
  );
}

function quarantineChart({ quarantine }: ReportModel, language: Language): string {
  const byReason = new Map<string, number>();
  for (const { source, reason, rows } of quarantine) {
    const name = `${source}: ${reasonText(reason, language)}`;
    byReason.set(name, (byReason.get(name) ?? 0) + rows);
  }
  const top = [...byReason].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 14);
  if (top.length === 0) return '';
  return bars(
    top.map(([name]) => name),
    [{ name: '', data: top.map(([, rows]) => rows) }],
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
    '{value} %',
  );
}

function stepsChart({ steps }: ReportModel): string {
  const slowest = [...steps].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, 14);
  if (slowest.length === 0) return '';
  return bars(
    slowest.map(({ step }) => step),
    [{ name: '', data: slowest.map(({ milliseconds }) => Math.round(milliseconds / 10) / 100) }],
    '{value} s',
  );
}

/** Horizontal bars, first name on top, stacked where there are several series. */
function bars(
  names: readonly string[],
  series: readonly { readonly name: string; readonly data: readonly number[] }[],
  unit = '{value}',
): string {
  const named = series.length > 1;
  return draw(50 + (named ? 30 : 0) + names.length * 24, {
    legend: named ? { top: 0, textStyle: { color: ink } } : { show: false },
    xAxis: {
      type: 'value',
      axisLabel: { color: ink, formatter: unit },
      splitLine: { lineStyle: { color: ink, opacity: 0.2 } },
      ...(named ? { max: 100 } : {}),
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
