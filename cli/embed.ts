import { readFile } from 'node:fs/promises';
import { CliError, messageOf } from '../domain/runtime/errors.ts';
import { openDefaultEncoder } from '../workers/open-encoder.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput } from './output.ts';

/** Flags of `stocktake embed`. */
export interface EmbedOptions {
  /** A file with one text a line. */
  readonly file?: string;
}

/**
 * `stocktake embed`: prints the vector of each text, values separated by spaces; with `--json` one document
 * `{encoder, dimensions, vectors}`.
 */
export async function embed(
  texts: readonly string[],
  options: EmbedOptions,
  globals: GlobalOptions,
): Promise<number> {
  const all = [...texts, ...(options.file === undefined ? [] : await linesOf(options.file))];
  if (all.length === 0) {
    throw new CliError(
      'There is nothing to embed; give texts, or a file with one text a line: --file <file>',
      {
        code: 'STK-CLI-NO-TEXT',
        exitCode: 2,
      },
    );
  }
  const out = createOutput(globals.quiet ?? false);
  const encoder = await openDefaultEncoder();
  try {
    const { hash, dimensions } = encoder;
    const values = await encoder.encode(all);
    const vectors = all.map((_, row) => [...values.subarray(row * dimensions, (row + 1) * dimensions)]);
    if (globals.json) out.json({ encoder: hash, dimensions, vectors });
    else for (const vector of vectors) out.data(vector.map((value) => value.toPrecision(9)).join(' '));
  } finally {
    await encoder.close();
  }
  return 0;
}

async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError(`Cannot read ${path}: ${messageOf(cause)}`, {
      code: 'STK-CLI-FILE',
      exitCode: 2,
      cause,
    });
  });
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
