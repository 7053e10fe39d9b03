import type { Difference, DifferenceKind } from './differences.ts';
import type { InventoryDiff } from './inventory-diff.ts';
import { counted, grouped } from './words.ts';

/** Lines beside the differences, such as records that changed. */
export interface DiffNotes {
  readonly records: readonly string[];
}

const sections: readonly (readonly [string, readonly DifferenceKind[]])[] = [
  [
    'Schema',
    [
      'asset_removed',
      'asset_added',
      'column_dropped',
      'column_renamed',
      'column_retyped',
      'column_added',
      'columns_reordered',
    ],
  ],
  ['Checks and health', ['check_changed', 'health_changed']],
  ['Meaning and personal data', ['personal_changed', 'meaning_changed']],
];

/**
 * The difference as a Markdown comment: a verdict first, then what breaks, then the rest by theme; long tables fold.
 *
 * GitHub-flavoured Markdown. Names and sentences come from data: nothing in them can end a table cell, mention anyone or
 * bring HTML.
 */
export function diffMarkdown(diff: InventoryDiff, notes: DiffNotes = { records: [] }): string {
  const { before, after, differences } = diff;
  const breaking = differences.filter((one) => one.breaking);
  const rest = differences.filter((one) => !one.breaking);
  const parts = [
    `### Inventory ${before.dataDate} → ${after.dataDate}: ${verdict(diff)}`,
    `Snapshot ${before.snapshot} → ${after.snapshot}.`,
    ...(breaking.length > 0 ? [list('Breaking', breaking)] : []),
    ...sections.flatMap(([title, kinds]) => {
      const found = rest.filter(({ kind }) => kinds.includes(kind));
      return found.length > 0 ? [list(title, found)] : [];
    }),
    ...volumeTable(rest),
    ...folded('Missing values', rest.filter(({ kind }) => kind === 'nulls_changed').map(line)),
    ...folded(
      'Records',
      notes.records.map((sentence) => `- ${escaped(sentence)}`),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function verdict({ differences, breaking }: InventoryDiff): string {
  if (differences.length === 0) return 'nothing changed';
  return breaking > 0
    ? `${breaking} breaking, ${counted(differences.length, 'difference')}`
    : `${counted(differences.length, 'difference')}, none breaking`;
}

function list(title: string, differences: readonly Difference[]): string {
  return `**${title}**\n\n${differences.map(line).join('\n')}`;
}

function line({ sentence }: Difference): string {
  return `- ${escaped(sentence)}`;
}

/** Rows and newest row by asset, one line each. */
function volumeTable(differences: readonly Difference[]): string[] {
  const moved = differences.filter(({ kind }) => kind === 'rows_changed' || kind === 'freshness_changed');
  const assets = [...new Set(moved.map(({ asset }) => asset))].sort();
  if (assets.length === 0) return [];
  const cell = (asset: string, kind: DifferenceKind, write: (one: Difference) => string): string => {
    const found = moved.find((one) => one.asset === asset && one.kind === kind);
    return found ? write(found) : 'same';
  };
  const rows = assets.map(
    (asset) =>
      `| ${escaped(asset)} | ${cell(asset, 'rows_changed', rowsCell)} | ${cell(asset, 'freshness_changed', newestCell)} |`,
  );
  return folded(
    'Rows and newest row',
    ['| asset | rows | newest row |', '|---|---|---|', ...rows],
    assets.length,
  );
}

function rowsCell({ before, after }: Difference): string {
  const [was, is] = [Number(before), Number(after)];
  const percent =
    was === 0 ? '' : ` (${is < was ? '−' : '+'}${Math.abs((100 * (is - was)) / was).toFixed(1)} %)`;
  return `${grouped(was)} → ${grouped(is)}${percent}`;
}

function newestCell({ before, after }: Difference): string {
  const short = (time: string): string => (time === '' ? 'unknown' : time.slice(0, 16).replace('T', ' '));
  return `${short(before)} → ${short(after)}${before !== '' && after !== '' && after < before ? ' (went back)' : ''}`;
}

function folded(title: string, lines: readonly string[], count = lines.length): string[] {
  if (lines.length === 0) return [];
  return [`<details><summary>${title} (${count})</summary>\n\n${lines.join('\n')}\n\n</details>`];
}

/** Text that stands for itself in Markdown and in a table cell, on one line; an underscore inside a word is plain already. */
function escaped(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*[\]|~]|(?<!\w)_|_(?!\w)/g, '\\$&')
    .replaceAll(/[&<>@]/g, (character) => `&#${character.charCodeAt(0)};`);
}
