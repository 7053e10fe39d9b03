import type { StepProgress } from '../../schemas/night.ts';
import type { StepResult } from '../../schemas/run.ts';
import type { StepSpec } from './steps.ts';

/** The stage table of one run, kept by the workflow and shown in the Temporal UI. Times are workflow time. */
export interface Board {
  /** Adds steps that are now known. */
  expect(specs: readonly StepSpec[]): void;
  start(step: string, now: number): void;
  finish(step: string, result: StepResult, now: number): void;
  fail(step: string, note: string, now: number): void;
  rows(): StepProgress[];
  /** Markdown for the current details: the table, and below it what to do when a step failed. */
  markdown(title: string, advice: string): string;
}

/** Makes an empty board whose first line is the plan step. */
export function createBoard(): Board {
  const lines = new Map<string, StepProgress & { startedAt: number }>();
  const put = (step: string, stage: string, change: Partial<StepProgress> & { startedAt?: number }): void => {
    const line = lines.get(step) ?? {
      step,
      stage,
      state: 'waiting',
      rows: 0,
      rejected: 0,
      milliseconds: 0,
      note: '',
      startedAt: 0,
    };
    lines.set(step, { ...line, ...change });
  };
  const elapsed = (step: string, now: number): number => now - (lines.get(step)?.startedAt ?? now);
  put('plan', 'plan', {});

  const board: Board = {
    expect(specs) {
      for (const { step, stage } of specs) put(step, stage, {});
    },
    start(step, now) {
      put(step, lines.get(step)?.stage ?? step, { state: 'running', startedAt: now });
    },
    finish(step, result, now) {
      put(step, result.stage, {
        state: result.decision === 'reused' ? 'reused' : result.decision === 'skipped' ? 'skipped' : 'done',
        rows: result.rowsOut,
        rejected: result.rejected,
        milliseconds: elapsed(step, now),
        note: result.why,
      });
    },
    fail(step, note, now) {
      put(step, lines.get(step)?.stage ?? step, { state: 'failed', milliseconds: elapsed(step, now), note });
    },
    rows: () => [...lines.values()].map(({ startedAt: _, ...row }) => row),
    markdown(title, advice) {
      const table = board
        .rows()
        .map(
          (row) =>
            `| ${row.step} | ${row.state} | ${row.rows} | ${row.rejected} | ${(row.milliseconds / 1000).toFixed(1)} s | ${row.note.replaceAll('|', '/')} |`,
        );
      const head = ['| step | state | rows | rejected | time | note |', '|---|---|---|---|---|---|'];
      return [`**${title}**`, '', ...head, ...table, ...(advice ? ['', advice] : [])]
        .join('\n')
        .slice(0, 19_000);
    },
  };
  return board;
}
