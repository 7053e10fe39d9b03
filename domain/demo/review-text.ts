import type { Random } from '../math/random.ts';
import { categories } from './category-words.ts';
import { englishFrames, englishLeads, englishOpinions, type Opinions } from './review-words.ts';
import { chineseFrames, chineseOpinions, germanFrames, germanOpinions } from './review-words-foreign.ts';
import type { PersonalSpan } from './truth.ts';
import { drawPerson, drawPhone, emailOf } from './users.ts';
import { countries } from './vocabulary.ts';

export type Language = 'en' | 'de' | 'zh';
type Sentiment = 'good' | 'mixed' | 'bad';

/** A text with personal data in it, and where. */
export interface PersonalText {
  readonly text: string;
  readonly spans: readonly Pick<PersonalSpan, 'kind' | 'start' | 'end' | 'value'>[];
}

/** Writes what somebody says about an item of a category when giving 1-5 stars. */
export function reviewText(
  random: Random,
  categoryIndex: number,
  rating: number,
  language: Language,
): string {
  const sentiment: Sentiment = rating >= 4 ? 'good' : rating === 3 ? 'mixed' : 'bad';
  const category = categories[categoryIndex];
  if (!category) return '';
  if (language === 'en') return englishText(random, englishOpinions[category.path], sentiment);
  const [opinions, frames, gap] =
    language === 'de'
      ? ([germanOpinions[category.department], germanFrames[sentiment], ' '] as const)
      : ([chineseOpinions[category.department], chineseFrames[sentiment], ''] as const);
  const clauses = drawClauses(random, opinions, sentiment);
  return joinSentences([random.pick(frames.openings), ...clauses, random.pick(frames.closings)], gap);
}

/** Draws 1-5 stars around an item's quality (0-1). */
export function drawRating(random: Random, quality: number): number {
  return Math.min(5, Math.max(1, Math.round(1 + 4 * quality + 0.9 * random.bell())));
}

/** The language somebody from a country writes in: mostly English. */
export function drawLanguage(random: Random, country: string): Language {
  if (country === 'CN') return random.chance(0.6) ? 'zh' : 'en';
  const isGermanSpeaking = country === 'DE' || country === 'AT';
  return isGermanSpeaking && random.chance(0.3) ? 'de' : 'en';
}

/** Lets the writer give away a name, an e-mail address or a phone number at the end of a text; all are invented. */
export function addPersonalData(random: Random, text: string): PersonalText {
  const person = drawPerson(random);
  const name = { kind: 'name', value: person.join(' ') } as const;
  const email = { kind: 'email', value: emailOf(person, random.between(1, 99)) } as const;
  const phone = { kind: 'phone', value: drawPhone(random, random.pick(countries).phones) } as const;
  const endings = [
    [' Please write to me at ', email, '.'],
    [' Call me on ', phone, ' about the refund.'],
    [' Regards, ', name, ', ', phone],
    [' My name is ', name, ' and my address is ', email, '.'],
  ] as const;
  let result = text;
  const spans: PersonalText['spans'][number][] = [];
  for (const part of random.pick(endings)) {
    if (typeof part !== 'string')
      spans.push({ ...part, start: result.length, end: result.length + part.value.length });
    result += typeof part === 'string' ? part : part.value;
  }
  return { text: result, spans };
}

function englishText(random: Random, opinions: Opinions | undefined, sentiment: Sentiment): string {
  if (!opinions) return '';
  const frames = englishFrames[sentiment];
  const clauses = drawClauses(random, opinions, sentiment);
  const [first = '', second] = clauses;
  const led = random.chance(0.5) ? `${random.pick(englishLeads)} ${first}` : capitalised(first);
  const joined = second === undefined ? led : `${led}${sentiment === 'mixed' ? ', but ' : ' and '}${second}`;
  return joinSentences([random.pick(frames.openings), `${joined}.`, random.pick(frames.closings)], ' ');
}

/** One or two clauses of one sentiment; a mixed text has one of each. */
function drawClauses(random: Random, opinions: Opinions, sentiment: Sentiment): string[] {
  if (sentiment === 'mixed') return [random.pick(opinions.good), random.pick(opinions.bad)];
  const list = opinions[sentiment];
  const start = random.between(0, list.length - 1);
  const wanted = random.chance(0.45) ? 1 : 2;
  return Array.from({ length: wanted }, (_, step) => list[(start + step) % list.length] ?? '');
}

function joinSentences(sentences: readonly string[], gap: string): string {
  return sentences.filter((sentence) => sentence !== '').join(gap);
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
