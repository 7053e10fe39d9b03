import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { reportDir } from '../domain/report/report-dir.ts';
import { CliError } from '../domain/runtime/errors.ts';
import type { GlobalOptions } from './options.ts';
import { openReading } from './session.ts';

/** `stocktake report`: prints where the report of a run lies. */
export async function report(name: string, globals: GlobalOptions): Promise<number> {
  const { store, out } = await openReading(globals);
  const { opening } = await store.runs.resolve(name);
  const dir = reportDir(store.dir, opening.record);
  const files = {
    html: join(dir, 'index.html'),
    chinese: join(dir, 'index.zh.html'),
    json: join(dir, 'report.json'),
  };
  if (!existsSync(files.html)) {
    throw new CliError(
      `Run ${opening.record} wrote no report (it did not get that far, or retention removed it); see: stocktake runs show ${opening.record}`,
      { code: 'STK-REPORT-NONE', exitCode: 1 },
    );
  }
  if (globals.json) out.json({ run: opening.record, ...files });
  else out.data(files.html);
  return 0;
}
