import type { Content } from './contents.ts';
import { isFileRefusal } from './reject-log.ts';

/** One content of a file, and the sheet of it to take where that is known already. */
export interface SheetContent {
  readonly content: Content;
  readonly sheet?: string;
}

/**
 * Takes a workbook apart into its visible sheets where all of them are wanted: each is a content of its own, called
 * `<file>#<sheet>`. Any other content stays whole.
 */
export async function sheetContents(
  contents: readonly Content[],
  sheet: string | number | undefined,
): Promise<SheetContent[]> {
  if (sheet !== 'all') return contents.map((content) => ({ content }));
  const apart = await Promise.all(contents.map(sheetsOf));
  return apart.flat();
}

async function sheetsOf(content: Content): Promise<SheetContent[]> {
  if ('refused' in content || content.format !== 'xlsx') return [{ content }];
  const { readWorkbook } = await import('./xlsx-workbook.ts');
  try {
    const { sheets } = readWorkbook(content.members ?? []);
    const visible = sheets.filter(({ hidden }) => !hidden);
    return (visible.length > 0 ? visible : sheets).map(({ name }) => ({
      content: { ...content, name: `${content.name}#${name}` },
      sheet: name,
    }));
  } catch (error) {
    if (!isFileRefusal(error)) throw error;
    return [{ content: { name: content.name, refused: error } }];
  }
}
