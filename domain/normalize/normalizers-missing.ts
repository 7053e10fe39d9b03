import { quotedString } from '../warehouse/quoting.ts';
import type { Normalizer } from './normalizer.ts';

/** Spellings of "no value" that exports leave behind, compared in lower case. */
const missing = [
  ...[
    '',
    '-',
    '--',
    '---',
    '.',
    '?',
    '??',
    'n/a',
    'na',
    'n.a.',
    'n. a.',
    'n\\a',
    '#n/a',
    '#na',
    '#ref!',
    '#value!',
  ],
  ...[
    '#null!',
    'nan',
    'null',
    '(null)',
    '<null>',
    'nil',
    'none',
    '(none)',
    'nothing',
    'unknown',
    'not available',
  ],
  ...[
    'not applicable',
    'not specified',
    'unspecified',
    'tbd',
    'tba',
    'missing',
    'empty',
    '(empty)',
    '(blank)',
    'undefined',
  ],
  ...[
    'k.a.',
    'k. a.',
    'keine angabe',
    'unbekannt',
    's/d',
    'sin dato',
    'inconnu',
    'non disponible',
    '无',
    '暂无',
    '未知',
    '不详',
    '空',
  ],
];

/** Spellings of "no value". Calls half_width. */
export const missingNormalizers: readonly Normalizer[] = [
  {
    name: 'known',
    parameters: [{ name: 't' }],
    sql: `case when lower(trim(half_width(t))) not in (${missing.map(quotedString).join(', ')}) then t end`,
    gives: 'the text, or null for the usual spellings of "no value" (n/a, -, unknown, keine Angabe, 未知 …)',
  },
];
