import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createExclusively } from './objects.ts';

/** Leaves a durable mark of this name once; false when it was there already. Marks survive kills and restarts. */
export async function writeMark(storeDir: string, name: string): Promise<boolean> {
  const dir = join(storeDir, 'marks');
  await mkdir(dir, { recursive: true });
  return createExclusively(join(dir, name), '');
}
