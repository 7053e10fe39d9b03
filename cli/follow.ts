import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import pc from 'picocolors';
import { countText, durationText } from '../domain/report/format.ts';
import { messageOf } from '../domain/runtime/errors.ts';
import type { BranchResult, NightResult, StepProgress } from '../schemas/night.ts';
import type { Output } from './output.ts';

/** How a followed workflow ended. */
export type Ending =
  | {
      readonly status: 'completed';
      /** Undefined for a branch that worked within another run. */
      readonly result: NightResult | undefined;
      /** Set for a branch: embedCatalog, retrainRecommender, deployModel. */
      readonly branch?: BranchResult;
    }
  | { readonly status: 'failed' | 'cancelled' | 'terminated' | 'timed out'; readonly message: string };

/**
 * Follows a run until it ends: a live stage table on a terminal, else one line per state change.
 *
 * Stops asking once `signal` aborts (Ctrl-C): the connection is about to close. Progress comes from the workflow's query; a query that fails (no worker yet, server away) is asked again.
 */
export async function follow(
  handle: WorkflowHandle,
  { out, signal }: { readonly out: Output; readonly signal: AbortSignal },
  live: boolean,
): Promise<Ending> {
  const board = live ? createLiveBoard() : createLineBoard(out);
  let over = false;
  const ending = endingOf(handle).finally(() => {
    over = true;
  });
  while (!over && !signal.aborted) {
    await Promise.race([ending, pause(live ? 200 : 500)]);
    const rows = await handle.query<StepProgress[]>('progress').catch(() => undefined);
    if (rows) board.show(rows);
  }
  board.end();
  return ending;
}

async function endingOf(handle: WorkflowHandle): Promise<Ending> {
  try {
    const result = (await handle.result()) as NightResult | BranchResult;
    if (!('results' in result)) return { status: 'completed', result };
    return { status: 'completed', result: result.night, branch: result };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const name = error.cause?.name ?? '';
    const status = /Cancel/.test(name)
      ? 'cancelled'
      : /Terminated/.test(name)
        ? 'terminated'
        : /Timeout/.test(name)
          ? 'timed out'
          : 'failed';
    return { status, message: deepestMessage(error) };
  }
}

/** The cause furthest down, with its code: what on-call people search for. */
function deepestMessage(error: unknown): string {
  let at: unknown = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof ApplicationFailure && at.type ? `${messageOf(at)} (${at.type})` : messageOf(at);
}

interface BoardView {
  show(rows: readonly StepProgress[]): void;
  end(): void;
}

function createLineBoard(out: Output): BoardView {
  const known = new Map<string, string>();
  return {
    show(rows) {
      for (const row of rows) {
        if (row.state === 'waiting' || known.get(row.step) === row.state) continue;
        known.set(row.step, row.state);
        if (row.state !== 'running') out.note(lineOf(row));
      }
    },
    end: () => undefined,
  };
}

/** Redraws the last lines of the terminal; finished steps of one stage fold into one line when there are many. */
function createLiveBoard(): BoardView {
  let drawn = 0;
  return {
    show(rows) {
      const height = Math.max(8, (process.stderr.rows ?? 24) - 4);
      const lines = rows
        .filter(({ state }) => state !== 'waiting')
        .map(lineOf)
        .slice(-height);
      const up = drawn > 0 ? `\u001b[${drawn}A\u001b[J` : '';
      process.stderr.write(`${up}${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    end: () => undefined,
  };
}

function lineOf(row: StepProgress): string {
  const mark = {
    running: pc.cyan('…'),
    done: pc.green('✓'),
    reused: pc.green('='),
    failed: pc.red('✗'),
    skipped: pc.dim('-'),
    waiting: ' ',
  }[row.state];
  const rejected = row.rejected > 0 ? pc.yellow(`, ${countText(row.rejected)} rejected`) : '';
  const facts =
    row.state === 'running'
      ? ''
      : `${countText(row.rows)} rows${rejected}, ${durationText(row.milliseconds)}`;
  return `  ${mark} ${row.step.padEnd(28)} ${facts}${row.note ? pc.dim(`  ${row.note}`) : ''}`;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
