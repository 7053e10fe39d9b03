import type { Verdict } from '../../schemas/deploy.ts';
import { countText } from './format.ts';
import type { LoopStep } from './loop-model.ts';
import { reasonsZh, verdictsZh } from './loop-words-zh.ts';
import { type Language, texts } from './texts.ts';

/** Sections of the loop a step stands for. */
export type LoopSection = 'embed' | 'classify' | 'recommend' | 'deploy';

/** Why a step of the loop did what it did, or why nothing was learned. English is the stage's own sentence. */
export function loopReason(why: string, language: Language): string {
  if (language === 'en') return why === '' ? '' : `${why.charAt(0).toUpperCase()}${why.slice(1)}`;
  for (const [pattern, say] of reasonsZh) {
    const found = pattern.exec(why);
    if (found) return say(...found.slice(1).map(numberGrouped));
  }
  return why === '' ? '' : '没有可做的事';
}

/** Why a section is empty, and what to do about it. */
export function emptyLoop(step: LoopStep, section: LoopSection, language: Language): string {
  const reason = loopReason(step.why, language);
  const toDo = whatToDo(step, section, language);
  if (language === 'zh') return reason === '' ? toDo : `${reason}。${toDo}`;
  return reason === '' ? toDo : `${reason}. ${toDo}`;
}

/** Why a task of labelling learned nothing, and what to do about it. */
export function labelNote(note: string, language: Language): string {
  const reason = loopReason(note, language);
  const { moreLabels } = texts[language].loop.toDo;
  return language === 'zh' ? `${reason}。${moreLabels}` : `${reason}. ${moreLabels}`;
}

/** The gate's verdict in a sentence. English is the gate's own; Chinese is made from its figures. */
export function verdictSentence(verdict: Verdict, language: Language): string {
  return language === 'en' ? verdict.why : verdictsZh[verdict.ground](verdict);
}

/** `+0.0123 [−0.0010, +0.0250]`. */
export function intervalText({
  mean,
  low,
  high,
}: {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}): string {
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
}

/** A metric with four decimals. */
export function metricText(value: number): string {
  return value.toFixed(4);
}

function whatToDo({ decision, why }: LoopStep, section: LoopSection, language: Language): string {
  const { toDo } = texts[language].loop;
  if (decision === 'absent') return toDo.absent;
  if (why.startsWith('switched off')) return toDo.off(section);
  if (/^no model was trained/.test(why)) return toDo.seeModel;
  if (/no items and no reviews|no texts|nothing to label/.test(why)) return toDo.noTexts;
  if (/no events/.test(why)) return toDo.noEvents;
  if (/needed to train|fewer than three days|came back|split by time/.test(why)) return toDo.moreEvents;
  return toDo.none;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}

function numberGrouped(text: string): string {
  return /^\d+$/.test(text) ? countText(Number(text)) : text;
}
