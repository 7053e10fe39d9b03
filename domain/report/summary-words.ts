import type { Finding, FindingKind } from './findings.ts';
import type { ReportModel } from './model.ts';

/** The three sentences of one language. */
export interface SummaryWords {
  worked(model: ReportModel): string;
  standsOut(model: ReportModel, findings: readonly Finding[]): string;
  toDo(model: ReportModel, gravest: Finding | undefined): string;
}

/** One kind of finding in words of one language. */
export interface FindingWords {
  /** What it is, as part of a sentence. */
  readonly what: (names: string) => string;
  /** What to do about it, as a sentence. `owners` may be empty, `first` is the first source. */
  readonly toDo: (owners: string, names: string, first: string, record: string) => string;
}

/** Findings the second sentence names; the rest is counted. */
const mostNamed = 3;

/** The gravest findings in words, joined, and how many more there are. */
export function listed(
  findings: readonly Finding[],
  words: Readonly<Record<FindingKind, FindingWords>>,
  separator: string,
  join: (names: readonly string[]) => string,
  andMore: (more: number) => string,
): string {
  const named = findings.slice(0, mostNamed).map(({ kind, sources }) => words[kind].what(join(sources)));
  const more = findings.length - named.length;
  return [...named, ...(more > 0 ? [andMore(more)] : [])].join(separator);
}

/** What to do about a finding, with the owners of its sources. */
export function askAbout(
  model: ReportModel,
  { kind, sources }: Finding,
  words: Readonly<Record<FindingKind, FindingWords>>,
  join: (names: readonly string[]) => string,
): string {
  const owners = model.sources.filter(({ source }) => sources.includes(source)).map(({ owner }) => owner);
  const named = [...new Set(owners)].filter((owner) => owner !== '');
  return words[kind].toDo(join(named), join(sources), sources[0] ?? '', model.record);
}

/** The dates of a range, with a word between. */
export function dates({ from, dataDate }: ReportModel, to: string): string {
  return `${from} ${to} ${dataDate}`;
}
