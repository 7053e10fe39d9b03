import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A file found below a folder, or a name there that is not to be opened and why. */
export interface FolderFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly refused?: { readonly code: string; readonly message: string };
}

/**
 * Lists all files below a folder, ordered by path.
 *
 * Symbolic links are not followed, and what is no regular file (a pipe would hang its reader) is not opened: both are listed
 * with the reason. So is a folder that may not be read.
 *
 * @throws the error of the file system where the folder itself cannot be read
 */
export async function listFolder(dir: string): Promise<FolderFile[]> {
  const found: FolderFile[] = [];
  const walk = async (folder: string): Promise<void> => {
    let entries: Dirent[];
    try {
      entries = await readdir(join(dir, folder), { withFileTypes: true });
    } catch (error) {
      if (folder === '') throw error;
      found.push(refused(folder, 'STK-COLLECT-READ', `the folder cannot be read (${String(error)})`));
      return;
    }
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else found.push(entryFile(entry, path));
    }
  };
  await walk('');
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function entryFile(entry: Dirent, path: string): FolderFile {
  if (entry.isSymbolicLink()) {
    return refused(path, 'STK-COLLECT-PATH', 'is a symbolic link; put the file itself there');
  }
  return entry.isFile() ? { path } : refused(path, 'STK-COLLECT-FORMAT', 'is no regular file');
}

function refused(path: string, code: string, message: string): FolderFile {
  return { path, refused: { code, message } };
}
