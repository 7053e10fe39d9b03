import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../store/objects.ts';
import { drawCharts, type ReportCharts } from './charts.ts';
import type { ReportModel } from './model.ts';
import { createPhrases, type ReportPhrases } from './phrases.ts';
import { type Language, type Texts, texts } from './texts.ts';

export { buildReport } from './build.ts';
export type { ReportModel } from './model.ts';
export type { ReportWork } from './work.ts';

/** What the page templates get: the model, its charts, the labels of one language and everything put into words. */
export interface ReportView {
  readonly model: ReportModel;
  readonly charts: ReportCharts;
  readonly t: Texts;
  readonly say: ReportPhrases;
}

/** Turns a view into a page; injected, so that the domain knows no template engine. */
export type ReportRenderer = (view: ReportView) => string;

/** The files of a written report, relative to its folder. */
export const reportFiles = { en: 'index.html', zh: 'index.zh.html', json: 'report.json' } as const;

/** Renders one page of a report. Equal models give equal pages. */
export function renderReport(model: ReportModel, language: Language, render: ReportRenderer): string {
  return render({
    model,
    charts: drawCharts(model, language),
    t: texts[language],
    say: createPhrases(model, language),
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
