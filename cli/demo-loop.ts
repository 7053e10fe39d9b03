import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { counted, countText, percentText } from '../domain/report/format.ts';
import type { ReportLoop } from '../domain/report/loop-model.ts';
import { reportDir } from '../domain/report/report-dir.ts';
import { systemErrorCode } from '../domain/runtime/errors.ts';

/** The loop's part of a run's written report; undefined where the run wrote none. */
export async function readLoop(storeDir: string, record: string): Promise<ReportLoop | undefined> {
  try {
    const text = await readFile(join(reportDir(storeDir, record), 'report.json'), 'utf8');
    return (JSON.parse(text) as { readonly loop?: ReportLoop }).loop;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * What was understood and learned, a line each: texts, every task of labelling, the model beside champion and baselines, the
 * verdict, and what two users are recommended.
 */
export function loopLines(loop: ReportLoop | undefined): string[] {
  if (!loop) return ['nothing is written down: the run has no report'];
  const { text, labels, learned, samples } = loop;
  return [
    textLine(text),
    ...(labels.tasks.length > 0 ? labels.tasks.map(taskLine) : [named('labels', nothing(labels.step))]),
    ...modelLines(learned),
    ...(samples?.users ?? []).slice(0, 2).map(sampleLine),
  ];
}

function textLine({ encoded, kept, step }: ReportLoop['text']): string {
  if (encoded + kept === 0) return named('texts', nothing(step));
  return named('texts', `${countText(encoded)} encoded, ${countText(kept)} kept from before`);
}

function taskLine(task: ReportLoop['labels']['tasks'][number]): string {
  if (task.recipe === '') return named(task.task, task.note);
  return named(
    task.task,
    `right in ${percentText(task.accuracy)} of ${counted(task.support, 'held-out thing')}, most frequent label ${percentText(task.majority)} (${task.recipe})`,
  );
}

function modelLines({ methods, training, gate, verdict, isNew }: ReportLoop['learned']): string[] {
  const chosen = methods.find((method) => method.chosen);
  const baselines = methods.filter(({ baseline }) => baseline).map(figure);
  const model = chosen
    ? `${figure(chosen)} NDCG@10 [${chosen.ndcg10Low.toFixed(3)}, ${chosen.ndcg10High.toFixed(3)}] against ${baselines.join(', ')}`
    : nothing(training);
  if (!verdict) return [named('model', model), named('verdict', nothing(gate))];
  const said = isNew
    ? `${verdict.decision}: ${verdict.why}`
    : `none new (${nothing(gate)}); the newest is of ${verdict.dataDate}: ${verdict.version} ${verdict.decision}`;
  return [named('model', model), named('verdict', said)];
}

function sampleLine({ user, items }: NonNullable<ReportLoop['samples']>['users'][number]): string {
  const [first] = items;
  if (!first) return named(user, 'nothing to recommend');
  const [reason] = first.reasons;
  const why = !reason
    ? ''
    : reason.kind === 'popular'
      ? ', what most users like'
      : `, because of ${reason.title || reason.item}`;
  return named(user, `${first.title || first.item}${why}`);
}

function figure({ model, ndcg10 }: ReportLoop['learned']['methods'][number]): string {
  return `${model} ${ndcg10.toFixed(3)}`;
}

function nothing({ decision, why }: ReportLoop['text']['step']): string {
  if (decision === 'absent') return 'no part of this run';
  return decision === 'skipped' ? `nothing: ${why}` : why;
}

function named(name: string, text: string): string {
  return `${name.padEnd(10)} ${text}`;
}
