import { join } from 'node:path';

/** The folder of a run's report in a store. Apart from the report itself, so that naming a folder loads no charts. */
export function reportDir(storeDir: string, record: string): string {
  return join(storeDir, 'reports', record);
}
