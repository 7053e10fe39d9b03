import { findingsOf } from './findings.ts';
import type { ReportModel } from './model.ts';
import { english } from './summary-en.ts';
import { chinese } from './summary-zh.ts';
import type { Language } from './texts.ts';

/**
 * Three plain sentences for people who read no further: whether the run worked, what stands out, what to do about the
 * gravest of it.
 */
export function summaryOf(model: ReportModel, language: Language): readonly [string, string, string] {
  const findings = findingsOf(model);
  const words = language === 'en' ? english : chinese;
  return [words.worked(model), words.standsOut(model, findings), words.toDo(model, findings[0])];
}
