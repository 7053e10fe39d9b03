import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../store/objects.ts';
import { drawCharts, type ReportCharts } from './charts.ts';
import type { ReportModel } from './model.ts';
import { changeSentence, reasonText } from './sentences.ts';
import { type Language, type Texts, texts } from './texts.ts';

export { buildReport, type ReportWork, sumLedger } from './build.ts';
export type { ReportModel } from './model.ts';

/** What the page template gets: the model, its charts, the texts of one language and formatting functions. */
export interface ReportView {
  readonly model: ReportModel;
  readonly charts: ReportCharts;
  readonly t: Texts;
  readonly sentence: (change: ReportModel['changes'][number]) => string;
  readonly reason: (code: string) => string;
  readonly count: (value: number) => string;
  readonly percent: (share: number) => string;
  readonly duration: (milliseconds: number) => string;
  readonly size: (bytes: number) => string;
}

/** Turns a view into a page; injected, so that the domain knows no template engine. */
export type ReportRenderer = (view: ReportView) => string;

/** The files of a written report, relative to its folder. */
export const reportFiles = { en: 'index.html', zh: 'index.zh.html', json: 'report.json' } as const;

/** Renders one page of a report. */
export function renderReport(model: ReportModel, language: Language, render: ReportRenderer): string {
  return render({
    model,
    charts: drawCharts(model, language),
    t: texts[language],
    sentence: (change) => changeSentence(change, language),
    reason: (code) => reasonText(code, language),
    count: (value) => value.toLocaleString('en-US'),
    percent: (share) => `${(share * 100).toFixed(share > 0 && share < 0.001 ? 2 : 1)} %`,
    duration: durationText,
    size: sizeText,
  });
}

/** Writes a report into a folder: a page per language and the model as JSON, each file whole or not at all. */
export async function writeReport(dir: string, model: ReportModel, render: ReportRenderer): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeDurably(join(dir, reportFiles.json), `${JSON.stringify(model, null, 1)}\n`);
  for (const language of ['en', 'zh'] as const) {
    await writeDurably(join(dir, reportFiles[language]), renderReport(model, language, render));
  }
}

function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** unit;
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
