import type { Check } from '../../schemas/contract.ts';
import type { CheckRow } from '../../schemas/inventory.ts';
import type { Source } from '../../schemas/source.ts';
import { checkRow, statusOf } from './check-rows.ts';
import type { SliceFacts } from './normalize-facts.ts';

/** Stands in no name: joins entity, column and code to one map key. */
const separator = '\n';

type RowCheck = Exclude<Check, { type: 'relationships' }>;

/**
 * The contract's row checks with what was counted over the given slices, then every other reason rows were rejected for
 * (a value that is no number, a missing id), as check `mapping`.
 *
 * Rows that fail a check of severity `error` were rejected, those that fail a `warn` were only counted. A row rejected for
 * several reasons counts for the first.
 */
export function contractChecks(name: string, source: Source, slices: readonly SliceFacts[]): CheckRow[] {
  const rejections = summed(
    slices.flatMap((slice) => slice.rejections.map((one) => ({ ...one, code: one.reason }))),
  );
  const warnings = summed(
    slices.flatMap((slice) => slice.warnings.map((one) => ({ ...one, code: one.check }))),
  );
  const claimed = new Set<string>();
  const rows = source.contract.checks
    .filter((check) => check.type !== 'relationships')
    .flatMap((check) =>
      entitiesWith(source, check.column).map((entity) => {
        const key = [entity, check.column, check.severity === 'error' ? codeOf(check) : check.type].join(
          separator,
        );
        claimed.add(key);
        const unexpected = (check.severity === 'error' ? rejections : warnings).get(key) ?? 0;
        return contractRow(name, entity, check, unexpected, evaluatedRows(slices, entity));
      }),
    );
  const others = [...rejections].filter(([key]) => !claimed.has(key));
  return [...rows, ...others.map(([key, count]) => mappingRow(name, key, count, slices))];
}

const wholeSlice = ['STK-CONTRACT-COLUMNS', 'STK-CONTRACT-DRIFT', 'STK-CONTRACT-REJECTED-SHARE'];
const mappingReasons = [
  'STK-NORMALIZE-EXPRESSION',
  'STK-NORMALIZE-FIX',
  'STK-NORMALIZE-MISSING',
  'STK-NORMALIZE-RATE',
  'STK-NORMALIZE-TYPE',
];

/** Whether a problem's code is about single rows, which check lines of their own tell. */
export function isRowReason(code: string): boolean {
  return mappingReasons.includes(code) || (code.startsWith('STK-CONTRACT-') && !wholeSlice.includes(code));
}

function contractRow(
  source: string,
  entity: string,
  check: RowCheck,
  unexpected: number,
  evaluated: number,
): CheckRow {
  return checkRow({
    source,
    entity,
    type: check.type,
    column: check.column,
    severity: check.severity,
    status: statusOf(unexpected, check.severity),
    evaluated,
    unexpected,
    expected: expectedOf(check),
  });
}

function mappingRow(
  source: string,
  key: string,
  unexpected: number,
  slices: readonly SliceFacts[],
): CheckRow {
  const [entity = '', column = '', code = ''] = key.split(separator);
  return checkRow({
    source,
    entity,
    type: 'mapping',
    column,
    severity: 'error',
    status: 'error',
    evaluated: evaluatedRows(slices, entity),
    unexpected,
    observed: code,
  });
}

/** Entities whose mapping fills the column. */
function entitiesWith(source: Source, column: string): string[] {
  return Object.entries(source.entities).flatMap(([entity, mapping]) =>
    mapping && column in mapping.columns ? [entity] : [],
  );
}

/** Rows of an entity that were judged: all but those its `where` leaves out. */
function evaluatedRows(slices: readonly SliceFacts[], entity: string): number {
  return slices
    .flatMap(({ ledger }) => ledger)
    .filter((entry) => entry.entity === entity)
    .reduce((sum, { rowsIn, skipped }) => sum + rowsIn - skipped, 0);
}

function codeOf({ type }: { readonly type: string }): string {
  return `STK-CONTRACT-${type.replaceAll('_', '-').toUpperCase()}`;
}

function expectedOf(check: RowCheck): string {
  switch (check.type) {
    case 'accepted_values':
      return check.values.slice(0, 10).join(', ') + (check.values.length > 10 ? ', …' : '');
    case 'not_accepted_values':
      return `none of ${check.values.slice(0, 10).join(', ')}${check.values.length > 10 ? ', …' : ''}`;
    case 'range':
    case 'length':
      return [
        ...(check.min === undefined ? [] : [`≥ ${check.min}`]),
        ...(check.max === undefined ? [] : [`≤ ${check.max}`]),
      ].join(', ');
    case 'pattern':
      return check.regex;
    default:
      return '';
  }
}

function summed(
  found: readonly { entity: string; column: string; code: string; rows: number }[],
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { entity, column, code, rows } of found) {
    const key = [entity, column, code].join(separator);
    sums.set(key, (sums.get(key) ?? 0) + rows);
  }
  return new Map([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}
