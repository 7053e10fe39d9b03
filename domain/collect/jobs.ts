import type { Config } from '../../schemas/config.ts';
import type { FilesSource } from '../../schemas/source.ts';
import type { ContentGuess } from './guess-content.ts';
import type { ColumnGuess } from './guess-types.ts';
import type { ColumnChoice, JsonFlat } from './json-file.ts';
import type { ReadingHints } from './reading-hints.ts';
import type { ReasonCount, RejectReason } from './reject-log.ts';
import type { Column, WrittenTable } from './sandbox.ts';

/** The part of a source and of the limits that decides what parsing gives. */
export interface ParseRules {
  readonly format?: FilesSource['format'] | undefined;
  readonly encoding: string;
  readonly fallbackEncoding?: string | undefined;
  readonly csv: FilesSource['csv'];
  readonly sheet?: string | number | undefined;
  readonly limits: Config['limits'];
}

/** Parse one received file. */
export interface ParseJob {
  readonly kind: 'parse';
  /** Path relative to the input folder: the value of `_file`; its ending tells the format where the rules do not. */
  readonly name: string;
  /** Absolute path of the received object, and what it must be. */
  readonly path: string;
  readonly sha256: string;
  /** Stem of the files to write. */
  readonly out: string;
  readonly rules: ParseRules;
  /** JSON: keep whole objects beside their values. */
  readonly whole: boolean;
  /** Guess format, encoding and dialect from the bytes, instead of taking them from the name and the rules. */
  readonly guess?: boolean;
  /** What is not to be guessed then. */
  readonly hints?: ReadingHints;
}

/** Put the tables of a slice's files together, in the order given. Without any table the result has no source column. */
export interface MergeJob {
  readonly kind: 'merge';
  readonly rows: readonly string[];
  readonly rejects: readonly string[];
  readonly out: string;
}

/** Write flat JSON files as one table, in the order given. */
export interface FlatsJob {
  readonly kind: 'flats';
  readonly flats: readonly JsonFlat[];
  readonly choice: ColumnChoice;
  readonly recordBytes: number;
  readonly out: string;
}

/** Guess the types of a parsed table's columns. */
export interface TypesJob {
  readonly kind: 'types';
  /** Parquet file. */
  readonly path: string;
  readonly columns: readonly Column[];
  readonly out: string;
}

/** Note that a file is refused as a whole: for one that its parser does not survive. */
export interface RefuseJob {
  readonly kind: 'refuse';
  readonly name: string;
  readonly out: string;
  readonly reason: RejectReason;
  readonly message: string;
}

/** What a child may be asked. */
export type Job = ParseJob | FlatsJob | MergeJob | TypesJob | RefuseJob;

/** What became of one file or archive member; counts and facts only. */
export interface ParsedFile {
  readonly path: string;
  readonly rows: number;
  readonly rejected: number;
  /** WHATWG name of the encoding a text was decoded by. */
  readonly encoding?: string;
  readonly delimiter?: string;
  /** What `_line` counts. */
  readonly position: 'line' | 'element' | 'row';
  readonly blankLines?: number;
  /** Comment lines, and lines above the header. */
  readonly passedLines?: number;
  /** JSON objects that name something twice; the last value was taken. */
  readonly repeatedKeys?: number;
  readonly reasons: readonly ReasonCount[];
  /** What was guessed, where guessing was asked for. */
  readonly guess?: ContentGuess;
}

/** What a parse or refuse job answers. No `rows` where every content was refused as a whole, or all is JSON. */
export interface ParseResult {
  readonly rows?: WrittenTable;
  readonly rejects?: WrittenTable;
  readonly files: readonly ParsedFile[];
  /** JSON contents, flat, and the names in them. */
  readonly flats: readonly JsonFlat[];
  /** Names and in how many objects they stand, in order of appearance. */
  readonly keys: readonly (readonly [name: string, objects: number])[];
}

/** What a merge or flats job answers. */
export interface TableResult {
  readonly rows: WrittenTable;
  readonly rejects?: WrittenTable;
}

/** What a types job answers. */
export interface TypesResult {
  readonly columns: readonly ColumnGuess[];
}

/** What a kind of job answers. */
export type JobResult<J extends Job> = J extends MergeJob | FlatsJob
  ? TableResult
  : J extends TypesJob
    ? TypesResult
    : ParseResult;

/** A fault that is not the file's. */
export type MachineFault = 'disk' | 'changed' | 'start';

/** What the child says of the job it was sent: begun, done, or failed for a reason that is not the file's. */
export type ChildMessage =
  | { readonly type: 'begin' }
  | {
      readonly type: 'done';
      readonly result: ParseResult | TableResult | TypesResult;
      readonly residentMb: number;
      /** Highest resident memory while it worked this job. */
      readonly peakMb: number;
    }
  | { readonly type: 'failed'; readonly fault: 'disk' | 'changed' | 'parser'; readonly message: string };
