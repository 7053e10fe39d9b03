import { SourceError } from '../runtime/errors.ts';
import { createLineWriter } from './line-writer.ts';

/** Why a line or file was kept out. Stable: people and quarantine search by it. */
export type RejectReason =
  | 'STK-COLLECT-BOMB'
  | 'STK-COLLECT-COLUMNS'
  | 'STK-COLLECT-DAMAGED'
  | 'STK-COLLECT-DELIMITER'
  | 'STK-COLLECT-DEPTH'
  | 'STK-COLLECT-ENCODING'
  | 'STK-COLLECT-FORMAT'
  | 'STK-COLLECT-HEADER'
  | 'STK-COLLECT-JSON'
  | 'STK-COLLECT-LONG'
  | 'STK-COLLECT-MAGIC'
  | 'STK-COLLECT-NUL'
  | 'STK-COLLECT-OLD-EXCEL'
  | 'STK-COLLECT-PATH'
  | 'STK-COLLECT-POISON'
  | 'STK-COLLECT-QUOTE'
  | 'STK-COLLECT-SHEET'
  | 'STK-COLLECT-TRUNCATED';

/** One line (or, with line 0, one whole file) that is kept out. */
export interface Reject {
  /** Physical line it starts on, from 1; 0 for a whole file. */
  readonly line: number;
  /** Position among the file's records, where several may start on one line. Default: the line. */
  readonly ordinal?: number;
  readonly reason: RejectReason;
  /** Received and expected, without content. */
  readonly message: string;
  /** The text as received; cut at 4 KB. */
  readonly raw: Buffer | string;
  /** Rows it stands for: 1, or 0 for a file whose rows nobody counted. */
  readonly rows: 0 | 1;
}

/** How often a reason occurred in a file, with its first occurrence as the example. */
export interface ReasonCount {
  readonly reason: RejectReason;
  readonly entries: number;
  readonly rows: number;
  readonly line: number;
  readonly message: string;
}

/** The rejects of one file, written as JSON lines: `l` line, `n` ordinal, `r` reason, `m` message, `t` text, `k` rows. */
export interface RejectLog {
  readonly path: string;
  add(reject: Reject): void;
  /** Forgets all and notes one reject of the whole file. */
  refuseFile(reason: RejectReason, message: string): void;
  reset(): void;
  /** By reason, ordered by name. */
  reasons(): ReasonCount[];
  close(): void;
}

/** Most bytes of a rejected text that are kept. */
export const rawBytes = 4096;

/** Starts an empty log in a scratch file. */
export function createRejectLog(path: string): RejectLog {
  const writer = createLineWriter(path);
  let counts = new Map<RejectReason, ReasonCount>();
  const log: RejectLog = {
    path,
    add({ line, ordinal = line, reason, message, raw, rows }) {
      const known = counts.get(reason) ?? { reason, entries: 0, rows: 0, line, message };
      counts.set(reason, { ...known, entries: known.entries + 1, rows: known.rows + rows });
      const entry = { l: line, n: ordinal, r: reason, m: message, t: cutText(raw), k: rows };
      writer.text(`${JSON.stringify(entry)}\n`);
    },
    refuseFile(reason, message) {
      log.reset();
      log.add({ line: 0, reason, message, raw: '', rows: 0 });
    },
    reset() {
      counts = new Map();
      writer.reset();
    },
    reasons: () => [...counts.values()].sort((a, b) => (a.reason < b.reason ? -1 : 1)),
    close: () => writer.close(),
  };
  return log;
}

/**
 * Decodes a text for people, cut at `rawBytes` bytes on the boundary of a code point; bytes that are not UTF-8 become
 * U+FFFD.
 */
export function cutText(raw: Buffer | string): string {
  const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw;
  let end = Math.min(bytes.length, rawBytes);
  if (end < bytes.length) {
    const longest = end - 4;
    while (end > longest && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  }
  return bytes.toString('utf8', 0, end);
}

/** The error that refuses a whole file: its code is the reject's reason, its message the reject's message. */
export function fileRefusal(reason: RejectReason, message: string, cause?: unknown): SourceError {
  return new SourceError(message, { code: reason, cause });
}

/** Whether an error refuses the file it was raised for, and nothing else. */
export function isFileRefusal(error: unknown): error is SourceError {
  return error instanceof SourceError;
}
