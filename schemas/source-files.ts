import { z } from 'zod';

/** How the bytes of a source's files are read. */
export const fileReading = {
  /** Default: by the file's ending. */
  format: z.enum(['csv', 'tsv', 'json', 'jsonl', 'parquet', 'xlsx']).optional(),
  /**
   * Text encoding as WHATWG names it (`utf-8`, `gb18030`, `windows-1252`, `utf-16le`), or `auto`: file by file by its bytes.
   * Default utf-8.
   */
  encoding: z.string().default('utf-8'),
  /** Encoding to fall back to, file by file, when the bytes are not valid in `encoding`. Without it such lines are rejected. */
  fallbackEncoding: z.string().optional(),
  csv: z
    .strictObject({
      /** Default: `,` (csv) or tab (tsv). A file whose header has one column and another common delimiter is refused. */
      delimiter: z.string().length(1).optional(),
      /** Whether the first line names the columns. Without it give `columns`. */
      header: z.boolean().default(true),
      columns: z.array(z.string()).optional(),
      /** What texts with delimiters in them stand in; empty: nothing. Default: the double quote. */
      quote: z.enum(['"', "'", '']).optional(),
      /** How a quote stands inside quotes. Default: doubled. */
      escapes: z.enum(['double', 'backslash']).optional(),
      /** 1 or 2: a run of at least so many delimiters is one, as in columns aligned by blanks. Default 0: each counts. */
      run: z.union([z.literal(0), z.literal(1), z.literal(2)]).optional(),
      /** Whether blanks beside a quote belong to no field. Default: they do. */
      blankBeforeQuote: z.boolean().optional(),
      /** Lines that begin with this character are passed over. Default: none. */
      comment: z
        .string()
        .regex(/^[!-~]$/, 'expected one ASCII character')
        .optional(),
      /** Lines above the header. Default 0. */
      skipLines: z.number().int().min(0).optional(),
    })
    .prefault({}),
  /**
   * Sheet of a workbook to take: its name, its place from 1, or `all` visible ones, each a file `<workbook>#<sheet>` of its own.
   * Default: the first visible one that has rows.
   */
  sheet: z.union([z.string(), z.number().int().min(1)]).optional(),
};

/**
 * Path or paths with `{date}` (YYYY-MM-DD) for the slice and `*` within one name. Without `{date}` the source is one slice
 * called `all`.
 */
export const filePaths = z.union([z.string(), z.array(z.string()).min(1)]);

/** A source of files below `input`. */
export const filesShape = {
  type: z.literal('files').default('files'),
  /** Relative to `input`. */
  path: filePaths,
  ...fileReading,
};
