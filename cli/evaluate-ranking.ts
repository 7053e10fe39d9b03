import { readFile } from 'node:fs/promises';
import pc from 'picocolors';
import type {
  EvaluationDocument,
  EvaluationOptions,
  ModelFigures,
} from '../domain/recommend/evaluation-document.ts';
import { evaluateSequence, leaveOneOut } from '../domain/recommend/leave-one-out.ts';
import { type LineFile, readLineFile } from '../domain/recommend/line-file.ts';
import { evaluateRanking, rankingParts } from '../domain/recommend/ranking-task.ts';
import { CliError, messageOf, systemErrorCode } from '../domain/runtime/errors.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput, type Output, table } from './output.ts';

/** Options `evaluate ranking` and `evaluate sequence` share. */
export interface SearchFlags {
  readonly seed: number;
  readonly budget: number;
  readonly trials: number;
}

/** `stocktake evaluate sequence`: leave one out on a file of sequences. */
export async function sequence(
  flags: SearchFlags & { readonly file: string },
  globals: GlobalOptions,
): Promise<number> {
  const out = createOutput(globals.quiet ?? false);
  const parts = leaveOneOut(await readLines(flags.file), flags.file);
  print(evaluateSequence(parts, flags.file, optionsOf(flags, out)), globals, out);
  return 0;
}

/** `stocktake evaluate ranking`: a train and a test file of items by user. */
export async function ranking(
  flags: SearchFlags & { readonly train: string; readonly test: string },
  globals: GlobalOptions,
): Promise<number> {
  const out = createOutput(globals.quiet ?? false);
  const [train, test] = await Promise.all([readLines(flags.train), readLines(flags.test)]);
  const parts = rankingParts(train, test, flags.seed);
  const names = { train: flags.train, test: flags.test };
  print(evaluateRanking(parts, names, optionsOf(flags, out)), globals, out);
  return 0;
}

function optionsOf(flags: SearchFlags, out: Output): EvaluationOptions {
  return {
    seed: flags.seed,
    budgetSeconds: flags.budget,
    trials: flags.trials,
    now: () => performance.now(),
    onProgress: (phrase) => out.note(phrase),
  };
}

async function readLines(path: string): Promise<LineFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const reason =
      systemErrorCode(cause) === 'ENOENT'
        ? 'there is no such file'
        : `it cannot be read (${messageOf(cause)})`;
    throw new CliError(`${path}: ${reason}; give the path of a file of lines 'user item item …'`, {
      code: 'STK-EVALUATE-FILE',
      exitCode: 2,
      cause,
    });
  }
  return readLineFile(text, path);
}

function print(document: EvaluationDocument, globals: GlobalOptions, out: Output): void {
  if (globals.json) {
    out.json(document);
    return;
  }
  const metrics = Object.keys(document.models[0]?.metrics ?? {});
  const several = new Set(document.models.map((model) => model.trainedOn)).size > 1;
  out.data(pc.bold(`${document.task}: ${document.protocol}`));
  out.data(
    Object.entries(document.data)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
  );
  out.data('');
  out.data(
    table(document.models, [
      { title: 'model', value: (model) => `${model.name}${model.name === document.chosen ? ' *' : ''}` },
      ...(several ? [{ title: 'learned from', value: (model: ModelFigures) => model.trainedOn }] : []),
      ...metrics.map((metric) => ({
        title: `${metric} (95 %)`,
        value: (model: ModelFigures) => withInterval(model, metric),
        align: 'right' as const,
      })),
      { title: 'validation', value: (model) => (model.validation ?? 0).toFixed(4), align: 'right' },
      { title: 'trials', value: (model) => String(model.trials), align: 'right' },
      { title: 'seconds', value: (model) => model.seconds.toFixed(1), align: 'right' },
    ]),
  );
  out.data('');
  out.data(
    `* chosen on the validation part; search ${document.searchSeconds.toFixed(1)} s, seed ${document.seed}`,
  );
  for (const model of document.models) {
    if (model.name === document.chosen) {
      out.data(`${model.name} ${JSON.stringify(model.parameters)}`);
      return;
    }
  }
}

function withInterval({ metrics, intervals }: ModelFigures, metric: string): string {
  const [low, high] = intervals[metric] ?? [0, 0];
  return `${(metrics[metric] ?? 0).toFixed(4)} (${low.toFixed(4)}–${high.toFixed(4)})`;
}
