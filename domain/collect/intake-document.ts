import type { ColumnGuess } from './guess-types.ts';
import type { ParsedFile } from './jobs.ts';

/** What became of a file: all of it taken, some of it kept out, or nothing taken. */
export type IntakeOutcome = 'loaded' | 'partly' | 'refused';

/** Why rows, or a whole file or archive member, were kept out. */
export interface IntakeReason {
  readonly code: string;
  readonly rows: number;
  /** First physical line it concerns; 0 for the whole file. */
  readonly line: number;
  readonly message: string;
}

/** One file of the folder. `rowsIn` = `rowsOut` + `rejected`. */
export interface IntakeFile {
  readonly path: string;
  readonly bytes: number;
  readonly outcome: IntakeOutcome;
  /** The reason that kept out most; `STK-COLLECT-EMPTY` where there was no row to take. */
  readonly reason?: string;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rejected: number;
  readonly columns: readonly ColumnGuess[];
  readonly reasons: readonly IntakeReason[];
  readonly contents: readonly IntakeContent[];
  readonly seconds: number;
  /** Highest resident memory of the parsing process while it worked this file; 0 where none was started for it. */
  readonly peakMemoryMb: number;
}

/** The file itself, or a member of the archive it is. */
export type IntakeContent = Omit<ParsedFile, 'reasons'>;

/** All files of a folder. */
export interface IntakeDocument {
  readonly task: 'intake';
  readonly protocol: string;
  readonly data: { readonly dir: string; readonly files: number; readonly bytes: number };
  /** What was said of the files instead of being guessed. */
  readonly reading?: Readonly<Record<string, unknown>>;
  readonly totals: IntakeTotals;
  readonly files: readonly IntakeFile[];
}

/** Sums over files. */
export interface IntakeTotals {
  readonly loaded: number;
  readonly partly: number;
  readonly refused: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rejected: number;
  /** Files by the code of their main reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Wall time of the whole. */
  readonly seconds: number;
  readonly peakMemoryMb: number;
}

/** What was parsed of a file. */
export interface Intake {
  readonly parsed: readonly ParsedFile[];
  /** Rows of the Parquet files written. */
  readonly rowsOut: number;
  readonly columns: readonly ColumnGuess[];
}

/** Judges a file by what was parsed of it. */
export function intakeFile(
  file: { readonly path: string; readonly bytes: number },
  { parsed, rowsOut, columns }: Intake,
  cost: { readonly seconds: number; readonly peakMemoryMb: number },
): IntakeFile {
  const rejected = parsed.reduce((sum, content) => sum + content.rejected, 0);
  const reasons = parsed
    .flatMap((content) =>
      content.reasons.map(({ reason, rows, line, message }) => ({
        code: reason as string,
        rows,
        line,
        message: parsed.length > 1 ? `${content.path}: ${message}` : message,
      })),
    )
    .sort((a, b) => b.rows - a.rows);
  const [main] = reasons;
  const empty = rowsOut === 0 ? 'STK-COLLECT-EMPTY' : undefined;
  const reason = main?.code ?? empty;
  return {
    ...file,
    outcome: main ? (rowsOut > 0 ? 'partly' : 'refused') : 'loaded',
    ...(reason ? { reason } : {}),
    rowsIn: parsed.reduce((sum, content) => sum + content.rows, 0) + rejected,
    rowsOut,
    rejected,
    columns,
    reasons,
    contents: parsed.map(({ reasons: _, ...content }) => content),
    ...cost,
  };
}

/** A file of which nothing was taken. */
export function refusedFile(
  file: { readonly path: string; readonly bytes: number },
  { code, message }: { readonly code: string; readonly message: string },
  cost: { readonly seconds: number; readonly peakMemoryMb: number } = { seconds: 0, peakMemoryMb: 0 },
): IntakeFile {
  return {
    ...file,
    outcome: 'refused',
    reason: code,
    rowsIn: 0,
    rowsOut: 0,
    rejected: 0,
    columns: [],
    reasons: [{ code, rows: 0, line: 0, message }],
    contents: [],
    ...cost,
  };
}

/** Sums files up. */
export function intakeTotals(files: readonly IntakeFile[], seconds: number): IntakeTotals {
  const count = (outcome: IntakeOutcome): number => files.filter((file) => file.outcome === outcome).length;
  const sum = (pick: (file: IntakeFile) => number): number =>
    files.reduce((total, file) => total + pick(file), 0);
  const reasons = new Map<string, number>();
  for (const { reason } of files) if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return {
    loaded: count('loaded'),
    partly: count('partly'),
    refused: count('refused'),
    rowsIn: sum(({ rowsIn }) => rowsIn),
    rowsOut: sum(({ rowsOut }) => rowsOut),
    rejected: sum(({ rejected }) => rejected),
    reasons: Object.fromEntries([...reasons].sort(([a], [b]) => (a < b ? -1 : 1))),
    seconds,
    peakMemoryMb: Math.max(0, ...files.map(({ peakMemoryMb }) => peakMemoryMb)),
  };
}
