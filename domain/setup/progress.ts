/** Where progress is written: standard error, or a test's collector. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** How far a task is. Without `total` no share is shown. */
export interface ProgressState {
  readonly done: number;
  readonly total?: number | undefined;
  /** What is counted, in words, for example `21 of 50 MB`. */
  readonly text: string;
}

/** One task being followed. */
export interface ProgressTask {
  update(state: ProgressState): void;
  /** Ends the task's bar and says how it ended. */
  end(text: string): void;
}

/** Tells a waiting person what happens: notes, and tasks that take time. */
export interface Progress {
  note(text: string): void;
  task(label: string): ProgressTask;
}

/** Timing of the renderers. */
export interface ProgressTiming {
  /** Milliseconds between redraws of a bar. Default 100. */
  readonly redrawMs?: number;
  /** Milliseconds between plain lines. Default 5 000. */
  readonly lineMs?: number;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

/** A bar that redraws itself on a terminal; otherwise a plain line every few seconds. */
export function createProgress(stream: ProgressStream, timing: ProgressTiming = {}): Progress {
  return stream.isTTY ? terminalProgress(stream, timing) : plainProgress(stream, timing);
}

/** Says nothing. */
export const silentProgress: Progress = {
  note: () => undefined,
  task: () => ({ update: () => undefined, end: () => undefined }),
};

/** Bytes as whole megabytes (10^6), for progress texts. */
export function megabytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}

const barCells = 20;
const defaultColumns = 80;
const clearLine = '\r\u001b[K';

function terminalProgress(stream: ProgressStream, timing: ProgressTiming): Progress {
  const { redrawMs = 100, now = () => performance.now() } = timing;
  let current = '';
  const draw = (line: string): void => {
    current = line;
    stream.write(clearLine + line.slice(0, (stream.columns ?? defaultColumns) - 1));
  };
  const note = (text: string): void => {
    stream.write(`${current === '' ? '' : clearLine}${text}\n`);
    if (current !== '') draw(current);
  };
  return {
    note,
    task(label) {
      let drawnAt = Number.NEGATIVE_INFINITY;
      return {
        update(state) {
          if (now() - drawnAt < redrawMs && state.done !== state.total) return;
          drawnAt = now();
          draw(`${label}  ${barOf(state)}${state.text}`);
        },
        end(text) {
          if (current !== '') stream.write(clearLine);
          current = '';
          stream.write(`${label}: ${text}\n`);
        },
      };
    },
  };
}

function plainProgress(stream: ProgressStream, timing: ProgressTiming): Progress {
  const { lineMs = 5_000, now = () => performance.now() } = timing;
  return {
    note: (text) => void stream.write(`${text}\n`),
    task(label) {
      let saidAt = now();
      return {
        update({ done, total, text }) {
          if (now() - saidAt < lineMs) return;
          saidAt = now();
          const share = total ? `, ${Math.floor((100 * Math.min(done, total)) / total)} %` : '';
          stream.write(`${label}: ${text}${share}\n`);
        },
        end: (text) => void stream.write(`${label}: ${text}\n`),
      };
    },
  };
}

function barOf({ done, total }: ProgressState): string {
  if (!total) return '';
  const share = Math.min(1, done / total);
  const filled = Math.round(share * barCells);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${'#'.repeat(filled)}${'.'.repeat(barCells - filled)}] ${percent} %  `;
}
