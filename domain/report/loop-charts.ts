import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemReturn } from 'echarts';
import { bars, draw, ink, palette, percent } from './drawing.ts';
import type { ReportMethod } from './loop-model.ts';
import type { ReportModel } from './model.ts';
import { type Language, texts } from './texts.ts';
import { word } from './words.ts';

/** Held-out accuracy of every task beside that of always saying the most frequent label. */
export function labelsChart({ loop }: ReportModel, language: Language): string {
  const tasks = loop.labels.tasks.filter(({ recipe }) => recipe !== '');
  if (tasks.length === 0) return '';
  const { loop: t } = texts[language];
  return bars(
    tasks.map(({ task }) => word('labelKind', task, language)),
    [
      { name: t.accuracy, data: tasks.map(({ accuracy }) => percent(accuracy, 1)) },
      { name: t.majority, data: tasks.map(({ majority }) => percent(majority, 1)) },
    ],
    { unit: ' %', max: 100, side: true },
  );
}

/** NDCG@10 of every method with its interval; the chosen one and the baselines have colours of their own. */
export function modelsChart({ loop }: ReportModel): string {
  const { methods } = loop.learned;
  if (methods.length === 0) return '';
  return draw(40 + methods.length * 26, {
    legend: { show: false },
    grid: { left: 8, right: 24, top: 8, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'value',
      axisLabel: { color: ink },
      splitLine: { lineStyle: { color: ink, opacity: 0.2 } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: methods.map(({ model }) => model),
      axisLabel: { color: ink, width: 300, overflow: 'truncate' },
      axisTick: { show: false },
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 14,
        data: methods.map((method) => ({
          value: rounded(method.ndcg10),
          itemStyle: { color: colourOf(method), opacity: 0.6 },
        })),
      },
      {
        type: 'custom',
        renderItem: (_: unknown, api: CustomSeriesRenderItemAPI) => whisker(api),
        encode: { x: [1, 2], y: 0 },
        z: 3,
        data: methods.map(({ ndcg10Low, ndcg10High }, place) => [
          place,
          rounded(ndcg10Low),
          rounded(ndcg10High),
        ]),
      },
    ],
  });
}

function colourOf({ chosen, baseline }: ReportMethod): string {
  if (chosen) return palette[0];
  return baseline ? palette[7] : palette[6];
}

/** A line from the lower to the upper bound with an upright at either end. */
function whisker(api: CustomSeriesRenderItemAPI): CustomSeriesRenderItemReturn {
  const [left = 0, y = 0] = api.coord([api.value(1), api.value(0)]);
  const [right = 0] = api.coord([api.value(2), api.value(0)]);
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: 'line' as const,
    shape: { x1, y1, x2, y2 },
    style: { stroke: ink, lineWidth: 1.5 },
  });
  return {
    type: 'group',
    children: [line(left, y, right, y), line(left, y - 4, left, y + 4), line(right, y - 4, right, y + 4)],
  };
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
