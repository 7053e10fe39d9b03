import { stratifiedSplit } from '../domain/classify/split.ts';
import { classesOf, evaluateTexts, type TextEvaluation } from '../domain/classify/text-models.ts';
import type { Encoder } from '../domain/embed/encoder.ts';
import { openGemm } from '../domain/math/gemm.ts';
import { StocktakeError } from '../domain/runtime/errors.ts';
import { hashFile } from '../domain/runtime/hashing.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput, type Output, table } from './output.ts';
import { readTextFiles, type TextFile } from './read-texts.ts';

/** Flags of `stocktake evaluate text`. */
export interface EvaluateTextOptions {
  readonly train: string;
  readonly test: string;
  readonly valid?: string;
  readonly text: string;
  readonly label: string;
  readonly seed: number;
}

/** Share of the training rows held out where no validation file is given. */
const validationShare = 0.15;

/** `stocktake evaluate text`: every model on a public data set, so that anyone can check the figures. */
export async function evaluateText(
  options: EvaluateTextOptions,
  globals: GlobalOptions,
  openEncoder: () => Promise<Encoder>,
): Promise<number> {
  const out = createOutput(globals.quiet ?? false);
  const paths = [options.train, options.test, ...(options.valid ? [options.valid] : [])];
  const files = await readTextFiles(paths, options.text, options.label);
  const [trainFile, test, validFile] = files as [TextFile, TextFile, TextFile | undefined];
  const { train, valid } = validFile
    ? { train: trainFile, valid: validFile }
    : splitOff(trainFile, options.seed);
  noteLeftOut(out, paths, files);
  const encoder = await encoderOrNote(openEncoder, out);
  const gemm = await openGemm(2);
  try {
    const evaluation = await evaluateTexts({
      train,
      valid,
      test,
      ...(encoder ? { encoder } : {}),
      seed: options.seed,
      gemm,
      clock: () => performance.now(),
      note: (line) => out.note(line),
    });
    const data = {
      train: {
        file: options.train,
        sha256: (await hashFile(options.train)).sha256,
        rows: train.texts.length,
      },
      valid: { file: options.valid ?? options.train, rows: valid.texts.length },
      test: { file: options.test, sha256: (await hashFile(options.test)).sha256, rows: test.texts.length },
      classes: classesOf(trainFile.labels).length,
      ...(encoder ? { encoder: encoder.hash } : {}),
    };
    print(out, evaluation, options, data, globals.json ?? false);
  } finally {
    await gemm.close();
    await encoder?.close();
  }
  return 0;
}

function splitOff(file: TextFile, seed: number): { readonly train: TextFile; readonly valid: TextFile } {
  const { train, held } = stratifiedSplit(file.labels, validationShare, seed);
  const pick = (rows: Int32Array): TextFile => ({
    texts: Array.from(rows, (row) => file.texts[row] ?? ''),
    labels: Array.from(rows, (row) => file.labels[row] ?? ''),
    unlabelled: 0,
  });
  return { train: pick(train), valid: pick(held) };
}

function noteLeftOut(out: Output, paths: readonly string[], files: readonly TextFile[]): void {
  for (const [index, { unlabelled }] of files.entries()) {
    if (unlabelled > 0) out.note(`${paths[index]}: ${unlabelled} rows without a label are left out`);
  }
}

/** The encoder that was set up; without one the encoder's rows are left out, and that is said. */
async function encoderOrNote(openEncoder: () => Promise<Encoder>, out: Output): Promise<Encoder | undefined> {
  try {
    return await openEncoder();
  } catch (error) {
    if (!(error instanceof StocktakeError) || error.code !== 'STK-ENCODER-MISSING') throw error;
    out.note('No encoder is set up here: the encoder’s rows are left out. Run: stocktake setup');
    return undefined;
  }
}

function print(
  out: Output,
  { models, chosen, searchSeconds }: TextEvaluation,
  { seed }: EvaluateTextOptions,
  data: unknown,
  json: boolean,
): void {
  const rows = models.map(({ name, metrics, seconds, validationAccuracy, settings, coverageAt95 }) => ({
    name,
    metrics: { accuracy: metrics.accuracy, macroF1: metrics.macroF1, ece: metrics.ece },
    validation: {
      accuracy: validationAccuracy,
      ...(coverageAt95 === undefined ? {} : { coverageAt95Precision: coverageAt95 }),
    },
    ...(settings ? { settings } : {}),
    seconds,
  }));
  const protocol =
    'settings, temperature and model chosen on the validation part; fitted again on train + validation; measured on test';
  if (json) {
    out.json({ task: 'text', protocol, data, seed, searchSeconds, models: rows, chosen });
    return;
  }
  out.data(
    table(rows, [
      { title: 'model', value: (row) => (row.name === chosen ? `${row.name} *` : row.name) },
      { title: 'accuracy', value: ({ metrics }) => metrics.accuracy.toFixed(4), align: 'right' },
      { title: 'macro-F1', value: ({ metrics }) => metrics.macroF1.toFixed(4), align: 'right' },
      { title: 'calibration error', value: ({ metrics }) => metrics.ece.toFixed(4), align: 'right' },
      { title: 'on validation', value: ({ validation }) => validation.accuracy.toFixed(4), align: 'right' },
      { title: 'seconds', value: (row) => row.seconds.toFixed(1), align: 'right' },
    ]),
  );
  out.data(`* chosen on validation; ${protocol}; seed ${seed}`);
}
