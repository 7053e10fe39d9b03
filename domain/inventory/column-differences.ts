import type { ColumnRow } from '../../schemas/inventory.ts';
import type { Difference } from './differences.ts';
import { isSeen, nullChanges, type SchemaDifference, schemaDifference } from './schema-changes.ts';

/**
 * How the columns of one asset differ: added, dropped, renamed, retyped, reordered; what they mean and whether they are
 * personal; how often they are missing (from 5 points). What a column means is compared where both sides saw enough values.
 */
export function columnDifferences(
  asset: string,
  before: readonly ColumnRow[],
  after: readonly ColumnRow[],
): Difference[] {
  const schema = schemaDifference(before, after);
  const was = new Map(before.map((column) => [column.column, column]));
  const both = after.flatMap((is): [ColumnRow, ColumnRow][] => {
    const earlier = was.get(is.column);
    return earlier ? [[earlier, is]] : [];
  });
  return [
    ...schemaDifferences(asset, schema),
    ...storedTypeDifferences(asset, both, schema),
    ...orderDifference(asset, before, after),
    ...both.flatMap(([from, to]) => meaningDifferences(asset, from, to)),
    ...schema.added.flatMap(({ column }) => newlyPersonal(asset, after, column)),
    ...nullChanges(before, after).map(
      ({ column, before: from, after: to, sentence }): Difference => ({
        kind: 'nulls_changed',
        asset,
        column,
        before: `${from} %`,
        after: `${to} %`,
        breaking: false,
        sentence,
      }),
    ),
  ];
}

function schemaDifferences(
  asset: string,
  { added, dropped, retyped, renamed }: SchemaDifference,
): Difference[] {
  const [old, fresh] = [
    new Map(renamed.map(({ before, after }) => [before, after])),
    new Set(renamed.map(({ after }) => after)),
  ];
  return [
    ...dropped.map(({ column, looks_like }): Difference => {
      const to = old.get(column);
      return to === undefined
        ? breaking('column_dropped', asset, column, looks_like, '', `${asset} lost its column ${column}.`)
        : breaking(
            'column_renamed',
            asset,
            column,
            column,
            to,
            `${asset}.${column} seems to be called ${to} now: what it holds looks the same.`,
          );
    }),
    ...added
      .filter(({ column }) => !fresh.has(column))
      .map(
        ({ column, looks_like }): Difference => ({
          kind: 'column_added',
          asset,
          column,
          before: '',
          after: looks_like,
          breaking: false,
          sentence: `${asset} has a new column ${column} (${looks_like}).`,
        }),
      ),
    ...retyped.map(({ before, after }) =>
      breaking(
        'column_retyped',
        asset,
        after.column,
        before.looks_like,
        after.looks_like,
        `${asset}.${after.column} was written as ${before.looks_like}, now as ${after.looks_like}.`,
      ),
    ),
  ];
}

/** Columns whose stored type changed though they are written as before. */
function storedTypeDifferences(
  asset: string,
  both: readonly (readonly [ColumnRow, ColumnRow])[],
  { retyped }: SchemaDifference,
): Difference[] {
  const told = new Set(retyped.map(({ after }) => after.column));
  return both
    .filter(([was, is]) => was.type !== '' && is.type !== '' && was.type !== is.type && !told.has(is.column))
    .map(([was, is]) =>
      breaking(
        'column_retyped',
        asset,
        is.column,
        was.type,
        is.type,
        `${asset}.${is.column} was stored as ${was.type}, now as ${is.type}.`,
      ),
    );
}

/** Columns present on both sides that stand in another order; columns that came or went move nothing. */
function orderDifference(
  asset: string,
  before: readonly ColumnRow[],
  after: readonly ColumnRow[],
): Difference[] {
  const [was, is] = [inOrder(before, after), inOrder(after, before)];
  if (was.length < 2 || was.every((column, index) => column === is[index])) return [];
  const moved = is.filter((column, index) => column !== was[index]);
  return [
    {
      kind: 'columns_reordered',
      asset,
      column: '',
      before: was.join(', '),
      after: is.join(', '),
      breaking: false,
      sentence: `${asset} has its columns in another order; ${moved.length} stand elsewhere, the first is ${moved[0]}.`,
    },
  ];
}

/** Names in file order; profiled before skipped columns hold their own place, so only profiled ones are compared. */
function inOrder(columns: readonly ColumnRow[], other: readonly ColumnRow[]): string[] {
  const profiled = new Set(other.filter(({ type }) => type !== '').map(({ column }) => column));
  return [...columns]
    .filter(({ column, type }) => type !== '' && profiled.has(column))
    .sort((a, b) => a.position - b.position)
    .map(({ column }) => column);
}

function meaningDifferences(asset: string, was: ColumnRow, is: ColumnRow): Difference[] {
  const base = { asset, column: is.column, breaking: false };
  const found: Difference[] = [];
  if (isSeen(was) && isSeen(is) && (was.kind !== is.kind || was.meaning !== is.meaning))
    found.push({
      ...base,
      kind: 'meaning_changed',
      before: `${was.kind}: ${was.meaning}`,
      after: `${is.kind}: ${is.meaning}`,
      sentence:
        was.kind === is.kind
          ? `${asset}.${is.column} means “${is.meaning}” (${is.why}), was “${was.meaning}”.`
          : `${asset}.${is.column} is taken for ${is.kind} (${is.why}), was ${was.kind}.`,
    });
  if (was.personal !== is.personal)
    found.push({
      ...base,
      kind: 'personal_changed',
      before: was.personal ? 'personal' : 'not personal',
      after: is.personal ? 'personal' : 'not personal',
      sentence: is.personal
        ? `${asset}.${is.column} holds personal data now: ${is.personal_why}.`
        : `${asset}.${is.column} no longer counts as personal data.`,
    });
  return found;
}

function newlyPersonal(asset: string, after: readonly ColumnRow[], name: string): Difference[] {
  const column = after.find((one) => one.column === name);
  if (!column?.personal) return [];
  return [
    {
      kind: 'personal_changed',
      asset,
      column: name,
      before: '',
      after: 'personal',
      breaking: false,
      sentence: `${asset}.${name} is new and holds personal data: ${column.personal_why}.`,
    },
  ];
}

function breaking(
  kind: Difference['kind'],
  asset: string,
  column: string,
  before: string,
  after: string,
  sentence: string,
): Difference {
  return { kind, asset, column, before, after, breaking: true, sentence };
}
