import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { countText } from './format.ts';

use([BarChart, CustomChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);

/** Ink of axes and legends; holds on light and dark paper. */
export const ink = '#7a8290';

/** Colours of series in order; they hold on light and dark paper. */
export const palette = [
  '#3b7dd8',
  '#e08a3c',
  '#4aa37a',
  '#c4566a',
  '#8a6fc9',
  '#b0913a',
  '#4a9fb5',
  '#9a9a9a',
] as const;

const width = 1080;

/**
 * Makes a drawing part of a page: the engine numbers ids over all drawings of a process and adds hover styles by them;
 * ids are numbered anew under the chart's name, and styles, classes and marks for scripts go.
 */
export function standalone(svg: string, name: string): string {
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

/** Ends and unit of an axis; `side` puts several series beside each other instead of stacking them. */
export interface BarOptions {
  readonly unit?: string;
  readonly max?: number;
  readonly side?: boolean;
}

/** Horizontal bars, first name on top, stacked where there are several series. */
export function bars(
  names: readonly string[],
  series: readonly { readonly name: string; readonly data: readonly number[] }[],
  { unit = '', max, side = false }: BarOptions = {},
): string {
  const named = series.length > 1;
  return draw(50 + (named ? 30 : 0) + names.length * 24 * (side ? series.length * 0.75 : 1), {
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
      ...(named && !side ? { stack: 'all' } : {}),
    })),
  });
}

/** One chart as SVG, without a size of its own. */
export function draw(height: number, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      color: [...palette],
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

/** A part of a whole in percent with one decimal. */
export function percent(part: number, whole: number): number {
  return Math.round((part / whole) * 1000) / 10;
}
