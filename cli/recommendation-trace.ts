import pc from 'picocolors';
import type { GoldenValue, SourceRow, UserEvent } from '../domain/catalog/recommendation-lineage.ts';
import type { PublishedSlice } from '../domain/catalog/slice-ancestry.ts';
import type { RowRange, TrainingData } from '../domain/catalog/training-data.ts';
import type { RegisteredVersion } from '../domain/deploy/registry.ts';
import type { Explanation } from '../domain/serve/explain-live.ts';
import type { ManifestRef, Snapshot } from '../schemas/artifact.ts';
import { type Output, table } from './output.ts';

/** Everything that led to one recommendation, down to the rows of received files. */
export interface Trace {
  readonly user: string;
  readonly explanation: Explanation;
  readonly snapshot: Snapshot;
  readonly version: RegisteredVersion;
  /** What the model in service learned from. */
  readonly training: TrainingData;
  readonly files: readonly RowRange[];
  /** The training the user's history was read by: the newest, which may be later than the model's. */
  readonly history: ManifestRef;
  readonly golden: readonly GoldenValue[];
  readonly events: readonly UserEvent[];
}

/** Most lines of one table; the JSON document has all. */
const mostLines = 20;

/** The trace as one JSON document. */
export function documentOf({ user, explanation, snapshot, version, training, ...trace }: Trace): unknown {
  const { item, title, rank, score, source, reasons, feedback } = explanation;
  const { document, verdicts } = version;
  const verdict = verdicts
    .filter(({ decision }) => decision === 'promoted' || decision === 'restored')
    .at(-1);
  return {
    format: 1,
    user,
    item: { item, title, rank: rank ?? null, score: score ?? null, source },
    served: {
      snapshot: snapshot.number,
      dataDate: snapshot.dataDate,
      contentHash: snapshot.contentHash,
      publishedBy: snapshot.publishedBy,
      version: document.version,
      model: document.name,
      modelHash: document.modelHash,
      decision: verdict?.decision ?? null,
      why: verdict?.why ?? null,
    },
    training: {
      dataDate: document.dataDate,
      manifest: training.manifest,
      slices: training.slices.map(({ dataset, slice }) => ({
        dataset,
        slice: slice.slice,
        rows: slice.rows,
        manifest: slice.manifest.sha256,
      })),
      unknown: training.unknown,
      files: trace.files,
    },
    values: trace.golden,
    history: trace.history,
    because: reasons.map((reason) => ({
      item: reason.item,
      title: reason.title,
      share: reason.share,
      events: trace.events
        .filter((event) => event.item === reason.item)
        .map(({ kind, time, from }) => ({ kind, time, from })),
      feedback: feedback
        .filter((one) => one.item === reason.item)
        .map(({ type, timestamp }) => ({ kind: type, time: timestamp })),
    })),
  };
}

/** Prints where a recommendation comes from, from what was served down to the rows. */
export function printTrace(out: Output, trace: Trace): void {
  const { explanation, snapshot, version, training, golden, history } = trace;
  const { item, title, rank, score } = explanation;
  const place = rank === undefined ? 'not in the list now' : `place ${rank}, score ${score?.toFixed(3)}`;
  out.data(pc.bold(`${item} ${title} for ${trace.user}: ${place}`));
  const { document, verdicts } = version;
  const by = snapshot.publishedBy.workflowId;
  out.data(`served by   snapshot ${snapshot.number} of ${snapshot.dataDate} (${by})`);
  out.data(`model       ${document.version} ${document.name}, ${document.modelHash.slice(0, 12)}`);
  out.data(`gate        ${verdicts.at(-1)?.why ?? 'no verdict'}`);
  out.data(`trained on  ${document.dataDate}, manifest ${training.manifest.sha256.slice(0, 12)}`);
  if (history.sha256 !== training.manifest.sha256)
    out.data(`history     of a later training, manifest ${history.sha256.slice(0, 12)}`);
  printSlices(out, training.slices);
  printFiles(out, trace);
  if (golden.length === 0) out.data(`\nNo source delivers ${item}: it is known from events only`);
  else {
    out.data(`\n${pc.bold('Its values')}`);
    out.data(
      table(golden, [
        { title: 'column', value: ({ column }) => column },
        { title: 'value', value: ({ value }) => shortened(value) },
        { title: 'source', value: ({ from }) => from.source },
        { title: 'from', value: ({ from }) => placeOf(from) },
        { title: 'sha256', value: ({ from }) => from.sha256.slice(0, 12) },
      ]),
    );
  }
  printBecause(out, trace);
  if (training.unknown.length > 0)
    out.note(
      `${training.unknown.length} inputs of the training are in no snapshot any more; retention removed them`,
    );
}

function printSlices(out: Output, slices: readonly PublishedSlice[]): void {
  const datasets = [...new Set(slices.map(({ dataset }) => dataset))];
  const rows = datasets.map((dataset) => {
    const own = slices.filter((one) => one.dataset === dataset).map(({ slice }) => slice);
    const [first, last] = [own[0]?.slice ?? '', own.at(-1)?.slice ?? ''];
    return {
      dataset,
      slices: own.length,
      span: first === last ? first : `${first} to ${last}`,
      rows: own.reduce((sum, slice) => sum + slice.rows, 0),
    };
  });
  out.data(`\n${pc.bold('It learned from')}`);
  out.data(
    table(rows, [
      { title: 'dataset', value: ({ dataset }) => dataset },
      { title: 'slices', value: (row) => String(row.slices), align: 'right' },
      { title: 'which', value: ({ span }) => span },
      { title: 'rows', value: (row) => String(row.rows), align: 'right' },
    ]),
  );
}

function printFiles(out: Output, { files }: Trace): void {
  out.data(`\n${pc.bold('Received files')}`);
  out.data(
    table(files.slice(-mostLines), [
      { title: 'source', value: ({ source }) => source },
      { title: 'file', value: ({ file }) => file },
      { title: 'rows', value: ({ counts, firstRow, lastRow }) => `${counts} ${firstRow} to ${lastRow}` },
      { title: 'taken', value: ({ rows }) => String(rows), align: 'right' },
      { title: 'sha256', value: ({ sha256 }) => sha256.slice(0, 12) },
    ]),
  );
  if (files.length > mostLines) out.note(`the last ${mostLines} of ${files.length} files; all with --json`);
}

function printBecause(out: Output, { user, explanation, events }: Trace): void {
  const { source, reasons, feedback } = explanation;
  if (source === 'popular' || reasons.length === 0) {
    out.data(
      source === 'popular'
        ? `\nIt is shown because most users like it; nothing ${user} did led to it`
        : `\nNothing ${user} did speaks for it`,
    );
    return;
  }
  const told = reasons.flatMap((reason) => {
    const { item, title, share } = reason;
    const shared = { item, title, share };
    return [
      ...events
        .filter((event) => event.item === item)
        .map(({ kind, time, from }) => ({ ...shared, kind, time, place: placeOf(from), from })),
      ...feedback
        .filter((one) => one.item === item)
        .map(({ type, timestamp }) => ({
          ...shared,
          kind: type,
          time: timestamp,
          place: '(sent by HTTP since the training)',
          from: undefined,
        })),
    ];
  });
  out.data(`\n${pc.bold(`Because ${user} did`)}`);
  out.data(
    table(told.slice(0, mostLines), [
      { title: 'share', value: ({ share }) => `${Math.round(100 * share)} %`, align: 'right' },
      { title: 'item', value: ({ item }) => item },
      { title: 'title', value: ({ title }) => shortened(title) },
      { title: 'event', value: ({ kind }) => kind },
      { title: 'time (UTC)', value: ({ time }) => time },
      { title: 'from', value: ({ place }) => place },
      { title: 'sha256', value: ({ from }) => from?.sha256.slice(0, 12) ?? '' },
    ]),
  );
  if (told.length > mostLines) out.note(`the first ${mostLines} of ${told.length} events; all with --json`);
}

function placeOf({ file, row, counts }: SourceRow): string {
  return counts === 'line' ? `${file}:${row}` : `${file} ${counts} ${row}`;
}

function shortened(text: string): string {
  const whole = text.replace(/\s+/g, ' ');
  return whole.length > 48 ? `${whole.slice(0, 47)}…` : whole;
}
