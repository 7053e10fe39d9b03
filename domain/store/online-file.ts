import { join } from 'node:path';

/** The layout version of the online database, kept in its `user_version`. */
export const onlineFormat = 1;

/** Where a project's online store lies, the database of what arrives by HTTP: feedback, users and items. */
export function onlinePath(storeDir: string): string {
  return join(storeDir, 'online', 'online.db');
}
