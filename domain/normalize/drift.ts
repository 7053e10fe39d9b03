import { z } from 'zod';
import { manifestRefSchema } from '../../schemas/artifact.ts';
import { nearest } from '../../schemas/config-parse.ts';
import { type DriftAction, type DriftPolicy, driftActions, driftKinds } from '../../schemas/drift.ts';
import type { ColumnShape, SliceShape } from './drift-shape.ts';

/** One change of the columns: what was, what is, and what was decided about it. */
const changeSchema = z.strictObject({
  kind: z.enum(driftKinds),
  /** The column as it was called before; empty for the order as a whole. */
  column: z.string(),
  before: z.string(),
  after: z.string(),
  /** Retyped: whether most values can still be read as what they were. */
  casts: z.boolean().optional(),
  action: z.enum(driftActions),
});

/** How the columns of a slice differ from those it was compared with. */
export const driftFactsSchema = z.strictObject({
  /** The slice it was compared with, by its raw manifest. */
  reference: z.strictObject({ slice: z.string(), manifest: manifestRefSchema }),
  /** Made of JSON, whose objects may leave names out. */
  isSparse: z.boolean(),
  changes: z.array(changeSchema).min(1),
});
export type Drift = z.infer<typeof driftFactsSchema>;
export type SchemaChange = Drift['changes'][number];
/** A change nobody has decided about yet. */
export type FoundChange = Omit<SchemaChange, 'action'>;

/** What the configuration makes of a source's columns. */
export interface ColumnUse {
  /** Whether the slice is no use without the column. */
  readonly isNeeded: (column: string) => boolean;
  /** Whether the mapping makes a number or a time of the column. */
  readonly isTyped: (column: string) => boolean;
}

/** Fewest values on both sides for a change of content to be told. */
const leastValues = 10;
/** From this share on a column is of a family. */
const nearlyAll = 0.99;
/** Below this share the values do not cast to what they were. */
const most = 0.5;
const mostNames = 20;

/** Compares the columns of two slices. Equal ones: nothing. In the order of `driftKinds`, then of the columns. */
export function schemaChanges(before: SliceShape, after: SliceShape): FoundChange[] {
  const [was, is] = [byName(before), byName(after)];
  const gone = before.columns.filter(({ name }) => !is.has(name));
  const come = after.columns.filter(({ name }) => !was.has(name));
  const renamed = renamedColumns(gone, come);
  const renamedTo = new Set(renamed.values());
  const dropped = gone.filter((column) => !renamed.has(column));
  return [
    ...dropped.map((column) => found('dropped', column.name, typeText(column), '')),
    ...[...renamed].map(([old, now]) => found('renamed', old.name, old.name, now.name)),
    ...after.columns.flatMap((column) => retyped(was.get(column.name), column)),
    ...come
      .filter((column) => !renamedTo.has(column))
      .map((column) => found('added', column.name, '', typeText(column))),
    ...reordered(before, after),
  ];
}

/** What of the rows is told: there are none where there were `before`, or far more or fewer than usual. */
export function rowChanges(
  { before, after, usual }: { readonly before: number; readonly after: number; readonly usual?: number },
  { resized: action, resizedBeyond: times }: DriftPolicy,
): FoundChange[] {
  if (after === 0) return before > 0 ? [found('emptied', '', `${before} rows`, '0 rows')] : [];
  if (action === 'allow' || usual === undefined) return [];
  const isUsual = after <= usual * times && after * times >= usual;
  return isUsual ? [] : [found('resized', '', `about ${usual} rows`, `${after} rows`)];
}

/** Applies a policy to what was found. */
export function decide(
  changes: readonly FoundChange[],
  policy: DriftPolicy,
  use: ColumnUse,
  isSparse: boolean,
): SchemaChange[] {
  return changes.map((change) => ({ ...change, action: actionOf(change, policy, use, isSparse) }));
}

/** Whether nothing of the slice is used. */
export function isStopped({ changes }: Drift): boolean {
  return changes.some(({ action }) => action === 'stop');
}

/** The columns that are gone, as the mapping may name them. */
export function goneColumns(drift: Drift | undefined): string[] {
  const gone = drift?.changes.filter(({ kind }) => kind === 'dropped' || kind === 'renamed') ?? [];
  return gone.map(({ column }) => column);
}

/**
 * The changes for people, one a line of a table `column | before → after`, the graver first, with what to do about it.
 *
 * @param wanted decisions whose changes are told
 */
export function driftText(drift: Drift, wanted: readonly DriftAction[]): string {
  const told = drift.changes.filter(({ action }) => wanted.includes(action));
  const lines = told.slice(0, mostNames).map(changeText);
  const more = told.length > mostNames ? `; and ${told.length - mostNames} more` : '';
  return `${lines.join('; ')}${more}`;
}

/**
 * What changed and what to do about it, for people: `has other columns than 2026-10-01: …` or, where only the number of rows is
 * another, what became of that.
 *
 * @param wanted decisions whose changes are told
 */
export function driftSummary(
  drift: Drift,
  wanted: readonly DriftAction[],
): { readonly change: string; readonly remedy: string } {
  const kinds = drift.changes.filter(({ action }) => wanted.includes(action)).map(({ kind }) => kind);
  const ofRows = kinds.filter((kind) => kind === 'emptied' || kind === 'resized');
  const hasColumns = ofRows.length < kinds.length;
  const rows = ofRows.includes('emptied') ? 'no rows any more, unlike' : 'another number of rows than';
  const what = hasColumns ? `other columns${ofRows.length > 0 ? ' and rows' : ''} than` : rows;
  return {
    change: `has ${what} ${drift.reference.slice}: ${driftText(drift, wanted)}`,
    remedy: hasColumns ? 'Adapt the mapping' : 'Ask the owner for a whole delivery',
  };
}

/** One change: `price (retyped): number → text, 4 % are a number`. */
export function changeText({ kind, column, before, after }: SchemaChange): string {
  const sides = `${before || '(none)'} → ${after || '(gone)'}`;
  if (kind === 'reordered') return `order: ${sides}`;
  if (kind === 'emptied' || kind === 'resized') return `${kind}: ${sides}`;
  const proposal = kind === 'renamed' ? `, map ${JSON.stringify(quotedName(after))} instead` : '';
  return `${kind === 'renamed' ? '' : `${column} `}${kind}: ${sides}${proposal}`.trim();
}

function actionOf(
  { kind, column, casts }: FoundChange,
  policy: DriftPolicy,
  { isNeeded, isTyped }: ColumnUse,
  isSparse: boolean,
): DriftAction {
  switch (kind) {
    case 'added':
      return policy.added;
    case 'reordered':
    case 'emptied':
    case 'resized':
      return policy[kind];
    case 'dropped':
      return policy.dropped ?? (isNeeded(column) ? 'stop' : isSparse ? 'allow' : 'warn');
    case 'renamed':
      return policy.renamed ?? (isNeeded(column) ? 'stop' : 'warn');
    case 'retyped':
      return policy.retyped ?? (casts === false && isTyped(column) ? 'stop' : 'warn');
  }
}

const found = (kind: FoundChange['kind'], column: string, before: string, after: string): FoundChange => ({
  kind,
  column,
  before,
  after,
});

/**
 * Pairs columns that are gone with ones that came, where exactly one holds the same kind of values written alike, or is named
 * nearly alike and holds the same kind of values.
 */
function renamedColumns(
  gone: readonly ColumnShape[],
  come: readonly ColumnShape[],
): Map<ColumnShape, ColumnShape> {
  const pairs = new Map<ColumnShape, ColumnShape>();
  const free = new Set(come);
  for (const old of gone) {
    if (old.values === 0) continue;
    const near = nearest(
      old.name,
      [...free].map(({ name }) => name),
    );
    const alike = [...free].filter(
      (now) =>
        now.values > 0 &&
        familyOf(now) === familyOf(old) &&
        (now.signature === old.signature || now.name === near),
    );
    const [only] = alike.length > 1 ? alike.filter(({ name }) => name === near) : alike;
    if (!only) continue;
    pairs.set(old, only);
    free.delete(only);
  }
  return pairs;
}

function retyped(before: ColumnShape | undefined, after: ColumnShape): FoundChange[] {
  if (!before) return [];
  const family = familyOf(before);
  const fits = family === 'text' || after.values === 0 ? 1 : (after.shares[family] ?? 0);
  const isSeen = before.values >= leastValues && after.values >= leastValues;
  const isOther = before.type !== after.type || (isSeen && fits < most);
  if (!isOther) return [];
  const share = family === 'text' || fits === 1 ? '' : `, ${(100 * fits).toFixed(0)} % are a ${family}`;
  return [
    {
      ...found('retyped', after.name, typeText(before), `${typeText(after)}${share}`),
      casts: fits >= most,
    },
  ];
}

function reordered(before: SliceShape, after: SliceShape): FoundChange[] {
  if (before.isSparse || after.isSparse) return [];
  const [was, is] = [byName(before), byName(after)];
  const common = (from: SliceShape): string[] =>
    from.columns.map(({ name }) => name).filter((name) => was.has(name) && is.has(name));
  const [old, now] = [common(before), common(after)];
  return old.every((name, at) => name === now[at]) ? [] : [found('reordered', '', listed(old), listed(now))];
}

/** What a column holds: what its type says, or what nearly all of its texts are. */
function familyOf({ family, shares, values }: ColumnShape): string {
  if (family !== 'text' || values === 0) return family;
  const [likely] = Object.entries(shares)
    .filter(([, share]) => share >= nearlyAll)
    .map(([name]) => name);
  return likely ?? 'text';
}

function typeText(column: ColumnShape): string {
  return column.type === 'VARCHAR' ? familyOf(column) : column.type.toLowerCase();
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, mostNames).join(', ')}${names.length > mostNames ? ', …' : ''}`;
}

function quotedName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function byName({ columns }: SliceShape): Map<string, ColumnShape> {
  return new Map(columns.map((column) => [column.name, column]));
}
