import { en, type Texts } from './texts-en.ts';
import { zh } from './texts-zh.ts';

export type { Texts } from './texts-en.ts';

/** Languages a report is written in. */
export type Language = 'en' | 'zh';

/** The labels of the pages by language. */
export const texts: Readonly<Record<Language, Texts>> = { en, zh };
