import { cpus } from 'node:os';
import pc from 'picocolors';
import { openHashCache } from '../domain/collect/hash-cache.ts';
import { listLanded } from '../domain/collect/remote-sources.ts';
import { type DateState, needsWork } from '../domain/night/date-states.ts';
import { type PlannedRun, planNight } from '../domain/night/plan-night.ts';
import { decidedMarks } from '../domain/normalize/decisions.ts';
import { dataDateOf } from '../domain/plan/dates.ts';
import { countText, sizeText } from '../domain/report/format.ts';
import { SourceError } from '../domain/runtime/errors.ts';
import { readDecisions } from '../domain/store/decisions.ts';
import type { PlanRequest, Reprocess } from '../schemas/night.ts';
import type { Project } from '../workers/load-config.ts';
import { codeVersion, engineVersions } from '../workers/version.ts';
import type { GlobalOptions } from './options.ts';
import { table } from './output.ts';
import type { Reading } from './session.ts';

/**
 * Plans a run here and now, exactly as the plan step would, without starting anything. Of a source that is no files only what
 * was landed counts: a preview reads from nowhere else.
 */
export async function previewPlan(reading: Reading, request: PlanRequest): Promise<PlannedRun> {
  const { project, store } = reading;
  const hashes = await openHashCache(store.dir);
  const { sources } = project.config;
  const decided = {
    rows: await readDecisions(store.dir, 'rows'),
    cells: await readDecisions(store.dir, 'cells'),
  };
  const planned = await planNight(
    store,
    {
      config: project.config,
      input: project.input,
      codeVersion: codeVersion(),
      engines: await engineVersions(),
      threads: project.config.engine.threads ?? cpus().length,
      listSource: (options) => listLanded({ ...options, hashes }, store.dir),
      decidedOf: (name, slices) => sources[name] && decidedMarks(decided, name, sources[name], slices),
    },
    request,
  );
  await hashes.save();
  return planned;
}

/**
 * The newest date any dated source has a file for: what `run` means without `--date`. A source that is no files has rows up
 * to the date a scheduled night would take now.
 *
 * @throws SourceError STK-SOURCE-MISSING when no dated source has any file
 */
export async function newestDate(project: Project): Promise<string> {
  const { timezone, schedule } = project.config;
  const { newestSliceDate } = await import('../domain/collect/files.ts');
  const dates = await Promise.all(
    Object.entries(project.config.sources).map(([name, source]) =>
      source.type === 'files'
        ? newestSliceDate({ input: project.input, name, source })
        : dataDateOf(new Date().toISOString(), timezone, schedule.offsetDays),
    ),
  );
  const newest = dates
    .filter((date) => date !== undefined)
    .sort()
    .at(-1);
  if (newest) return newest;
  throw new SourceError(
    `No source has a dated file below ${project.input}, so there is no date to run; give one with --date, or correct input (--input) and the sources' paths`,
    { code: 'STK-SOURCE-MISSING', details: { input: project.input } },
  );
}

/** Prints what a night would do: sources with slices, files, bytes, and what is missing. */
export function printPlan({ out }: Reading, planned: PlannedRun, globals: GlobalOptions): void {
  const { plan } = planned;
  if (globals.json) {
    out.json(plan);
    return;
  }
  const rows = plan.sources.map(({ source, slices, repeats, missing }) => ({
    source,
    slices: slices.length,
    newest:
      slices
        .map(({ slice }) => slice)
        .sort()
        .at(-1) ?? '-',
    files: slices.reduce((sum, slice) => sum + slice.files.length, 0),
    bytes: slices.flatMap((slice) => slice.files).reduce((sum, file) => sum + file.bytes, 0),
    note: [missing, ...repeats.map(({ path, sameAs }) => `${path} repeats ${sameAs}`)]
      .filter(Boolean)
      .join('; '),
  }));
  out.data(`Plan for ${plan.dataDate} on snapshot ${plan.baseSnapshot}, input ${plan.input}`);
  out.data(
    table(rows, [
      { title: 'source', value: (row) => row.source },
      { title: 'slices', value: (row) => countText(row.slices), align: 'right' },
      { title: 'newest', value: (row) => row.newest },
      { title: 'files', value: (row) => countText(row.files), align: 'right' },
      { title: 'size', value: (row) => sizeText(row.bytes), align: 'right' },
      { title: 'note', value: (row) => (row.note ? pc.yellow(row.note) : '') },
    ]),
  );
}

/** Prints each date of a range, its state and what would be done: what a backfill then does. */
export function printDates(
  { out }: Reading,
  dates: readonly DateState[],
  reprocess: Reprocess,
  globals: GlobalOptions,
): void {
  const rows = dates.map((date) => ({ ...date, action: needsWork(date.state, reprocess) ? 'run' : 'leave' }));
  if (globals.json) {
    out.json({ reprocess, dates: rows });
    return;
  }
  out.data(
    table(rows, [
      { title: 'date', value: (row) => row.date },
      { title: 'state', value: (row) => row.state },
      { title: 'action', value: (row) => row.action },
      { title: 'why', value: (row) => row.why },
    ]),
  );
  out.note(
    `${countText(rows.filter(({ action }) => action === 'run').length)} of ${countText(rows.length)} dates would run`,
  );
}
