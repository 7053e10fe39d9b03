import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl';
import type { SourceError } from '../runtime/errors.ts';
import { messageOf, systemErrorCode } from '../runtime/errors.ts';
import { type ExpansionBudget, expandStream } from './expand.ts';
import { fileRefusal, isFileRefusal } from './reject-log.ts';

/** A member of an archive, expanded, or why it was refused. */
export type ZipMember =
  | { readonly name: string; readonly path: string }
  | { readonly name: string; readonly refused: SourceError };

/** Most members looked at: each costs a file. */
const mostMembers = 10_000;

/**
 * Expands the members of a zip archive into a folder, under names of our own, ordered by member name.
 *
 * Folders and what macOS adds (`__MACOSX/`, `.DS_Store`) are no members. A member that leads out of the archive, is a
 * symlink, is encrypted, is damaged (CRC-32) or repeats a name is refused alone.
 *
 * @throws SourceError STK-COLLECT-TRUNCATED, STK-COLLECT-DAMAGED or STK-COLLECT-BOMB for the archive as a whole
 */
export async function expandZip(path: string, folder: string, budget: ExpansionBudget): Promise<ZipMember[]> {
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true };
  const members = new Map<string, ZipMember>();
  let archive: ZipFile | undefined;
  try {
    archive = await openPromise(path, options);
    for await (const entry of archive.eachEntry()) {
      const name = nameOf(entry);
      if (isNoData(name)) continue;
      if (members.size >= mostMembers) {
        throw fileRefusal('STK-COLLECT-BOMB', `the archive has more than ${mostMembers} members`);
      }
      const target = join(folder, `member-${members.size}`);
      const known = members.has(name)
        ? fileRefusal('STK-COLLECT-PATH', 'the archive has two members of this name')
        : undefined;
      const refused = known ?? (await expandMember(archive, entry, name, target, budget));
      const shown = shownName(name);
      members.set(name, refused ? { name: shown, refused } : { name: shown, path: target });
    }
  } catch (error) {
    throw archiveRefusal(error);
  } finally {
    archive?.close();
  }
  return [...members.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function expandMember(
  archive: ZipFile,
  entry: Entry,
  name: string,
  target: string,
  budget: ExpansionBudget,
): Promise<SourceError | undefined> {
  const fault = pathFault(name, entry);
  if (fault) return fileRefusal('STK-COLLECT-PATH', `the member's name ${fault}`);
  if (entry.isEncrypted())
    return fileRefusal('STK-COLLECT-FORMAT', 'the member is encrypted; deliver it in the clear');
  if (!entry.canDecodeFileData()) {
    return fileRefusal(
      'STK-COLLECT-FORMAT',
      `the member is compressed by method ${entry.compressionMethod}; expected stored or deflated`,
    );
  }
  try {
    let sum = 0;
    await expandStream(await archive.openReadStreamPromise(entry), target, budget, (bytes) => {
      sum = crc32(bytes, sum);
    });
    return sum === entry.crc32
      ? undefined
      : fileRefusal('STK-COLLECT-DAMAGED', 'the member does not have the CRC-32 the archive states');
  } catch (error) {
    if (isFileRefusal(error) || isMachineFault(error)) throw error;
    return fileRefusal('STK-COLLECT-DAMAGED', `the member cannot be expanded: ${messageOf(error)}`, error);
  }
}

function nameOf(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
}

/** A name without the characters that no terminal, log or SQL text should meet. */
function shownName(name: string): string {
  return [...name].map((character) => (character < ' ' ? '\ufffd' : character)).join('');
}

function isNoData(name: string): boolean {
  return name.endsWith('/') || name.startsWith('__MACOSX/') || /(^|\/)\.DS_Store$/.test(name);
}

function pathFault(name: string, entry: Entry): string | undefined {
  if (name.includes('\0')) return 'holds a NUL character';
  if (name.includes('\\')) return 'holds a backslash';
  if (name.startsWith('/')) return 'is absolute';
  if (/^[A-Za-z]:/.test(name)) return 'has a drive letter';
  if (name.split('/').includes('..')) return 'leads out of the archive by ..';
  const isSymlink = ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000;
  return isSymlink ? 'is that of a symlink' : undefined;
}

function isMachineFault(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'EACCES', 'ENOENT', 'EROFS'].includes(
    systemErrorCode(error) ?? '',
  );
}

function archiveRefusal(error: unknown): unknown {
  if (isFileRefusal(error) || isMachineFault(error)) return error;
  const text = messageOf(error);
  return /end of central directory/i.test(text)
    ? fileRefusal(
        'STK-COLLECT-TRUNCATED',
        'the archive ends too early, or is no zip; deliver the whole file',
        error,
      )
    : fileRefusal('STK-COLLECT-DAMAGED', 'the archive’s directory is damaged', error);
}
