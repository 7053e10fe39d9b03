import { type CellScore, scoreCleaning } from '../domain/repair/cell-scores.ts';
import { detectWithLabels, type LearnedErrors } from '../domain/repair/learned-errors.ts';
import type { TextTable } from '../domain/repair/text-table.ts';
import { withoutRows } from '../domain/repair/without-rows.ts';
import { type Output, table } from './output.ts';

const protocol =
  'labels of the picked rows only, taken from the clean table; both detectors scored on the rows nobody labelled';

/** Figures of the detector that has learned from labelled rows, beside those without labels, on the other rows. */
export interface LabelScore {
  readonly protocol: string;
  /** Labelled rows, from 1 below the header. */
  readonly rows: readonly number[];
  /** Wrong cells among the labelled ones, and among the others. */
  readonly wrong: { readonly labelled: number; readonly others: number };
  readonly unsupervised: { readonly detection: CellScore; readonly repair: CellScore };
  readonly learned: { readonly detection: CellScore; readonly repair: CellScore };
  readonly seconds: number;
}

/** Labels rows of the dirty table by its clean twin, learns from them and scores on the others. */
export async function scoreWithLabels(
  dirty: TextTable,
  clean: TextTable,
  options: { readonly labels: number; readonly seed: number; readonly note: (line: string) => void },
): Promise<{ score: LabelScore; errors: LearnedErrors }> {
  const started = performance.now();
  const errors = await detectWithLabels(dirty, {
    ...options,
    ask: (row) => clean.columns.map(({ values }) => values[row] ?? ''),
  });
  const seconds = Math.round(performance.now() - started) / 1000;
  const rest = withoutRows(errors.labelled);
  const scored = (findings: LearnedErrors['findings']) =>
    scoreCleaning(rest.table(dirty), rest.table(clean), rest.findings(findings));
  const [unsupervised, learned] = [scored(errors.unsupervised), scored(errors.findings)];
  const wrong = scoreCleaning(dirty, clean, []).wrong;
  return {
    errors,
    score: {
      protocol,
      rows: errors.labelled.map((row) => row + 1),
      wrong: { labelled: wrong - learned.wrong, others: learned.wrong },
      unsupervised: { detection: unsupervised.detection, repair: unsupervised.repair },
      learned: { detection: learned.detection, repair: learned.repair },
      seconds,
    },
  };
}

/** Prints the figures for people. */
export function printLabelScore(
  out: Output,
  { rows, wrong, unsupervised, learned, seconds }: LabelScore,
): void {
  const figures = [
    { name: 'detection without labels', ...unsupervised.detection },
    { name: 'detection with labels', ...learned.detection },
    { name: 'repair without labels', ...unsupervised.repair },
    { name: 'repair with labels', ...learned.repair },
  ];
  const text = table(figures, [
    { title: `${rows.length} rows labelled`, value: ({ name }) => name },
    { title: 'precision', value: ({ precision }) => precision.toFixed(4), align: 'right' },
    { title: 'recall', value: ({ recall }) => recall.toFixed(4), align: 'right' },
    { title: 'F1', value: ({ f1 }) => f1.toFixed(4), align: 'right' },
  ]);
  out.data(
    `\n${text}\n\nrows ${rows.join(', ')} with ${wrong.labelled} wrong cells are labelled, ${wrong.others} wrong cells in the others; ${seconds.toFixed(1)} s; ${protocol}`,
  );
}
