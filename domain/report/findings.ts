import type { ReportCheck, ReportModel } from './model.ts';

/** Kinds of things that stand out in a night, gravest first. */
export const findingKinds = [
  'missing',
  'failedStep',
  'refused',
  'keptOut',
  'columnsGone',
  'vanished',
  'badRows',
  'late',
  'lost',
  'columnsChanged',
  'volume',
  'warned',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** One thing that stands out and the sources it concerns, in the configuration's order. */
export interface Finding {
  readonly kind: FindingKind;
  readonly sources: readonly string[];
}

/**
 * What stands out in this run, gravest first.
 *
 * Checks on values count for sources something arrived of: of the others they tell of the newest slice of before. Warnings
 * are put into words only where nothing graver is known of their kind.
 */
export function findingsOf(model: ReportModel): Finding[] {
  const rules: Readonly<Record<FindingKind, ReadonlySet<string>>> = {
    missing: new Set(model.sources.filter(({ missing }) => missing !== '').map(({ source }) => source)),
    failedStep: problemSources(model, ({ slice }) => slice.startsWith('batch ')),
    refused: changeSources(model, ['slice_refused']),
    keptOut: problemSources(
      model,
      ({ code, severity, slice }) =>
        severity === 'error' && code.startsWith('STK-COLLECT-') && !slice.startsWith('batch '),
    ),
    columnsGone: checkSources(model, ({ type, status }) => type === 'schema' && status === 'error'),
    vanished: changeSources(model, ['source_vanished']),
    badRows: checkSources(model, ({ type, status }) => status === 'error' && !wholeTypes.includes(type)),
    late: checkSources(model, ({ type, status }) => type === 'freshness' && isFailing(status)),
    lost: checkSources(model, ({ type, status }) => type === 'ledger' && status === 'error'),
    columnsChanged: checkSources(model, ({ type, status }) => type === 'schema' && status === 'warn'),
    volume: checkSources(model, ({ type, status }) => type === 'volume' && isFailing(status)),
    warned: checkSources(model, ({ type, status }) => status === 'warn' && !wholeTypes.includes(type)),
  };
  const order = [...model.sources.map(({ source }) => source)];
  return findingKinds
    .map((kind) => ({
      kind,
      sources: [...rules[kind]].sort((a, b) => order.indexOf(a) - order.indexOf(b) || (a < b ? -1 : 1)),
    }))
    .filter(({ sources }) => sources.length > 0);
}

/** Checks on a source as a whole; all others are on values. */
const wholeTypes = ['intake', 'schema', 'freshness', 'volume', 'gaps', 'ledger'];

function isFailing(status: string): boolean {
  return status === 'warn' || status === 'error';
}

function checkSources(
  { checks, sources }: ReportModel,
  wanted: (check: ReportCheck) => boolean,
): Set<string> {
  const arrived = new Set(sources.filter((source) => source.arrived > 0).map(({ source }) => source));
  return new Set(
    checks
      .filter(wanted)
      .filter(({ source, type }) => arrived.has(source) || type === 'freshness')
      .map(({ source }) => source),
  );
}

function changeSources({ changes }: ReportModel, kinds: readonly string[]): Set<string> {
  return new Set(
    changes.filter(({ kind }) => kinds.includes(kind)).map(({ asset }) => asset.replace(/^raw\./, '')),
  );
}

function problemSources(
  { problems }: ReportModel,
  wanted: (problem: ReportModel['problems'][number]) => boolean,
): Set<string> {
  return new Set(problems.filter((problem) => problem.isNew && wanted(problem)).map(({ source }) => source));
}
