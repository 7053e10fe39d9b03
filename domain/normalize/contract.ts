import { nearest } from '../../schemas/config-parse.ts';
import type { Facts, Refusal } from './facts.ts';

/** What a refusal is told about. */
export interface SliceName {
  readonly source: string;
  readonly slice: string;
}

/** Rows of one entity of one slice before a refusal. */
export interface EntityCounts {
  readonly entity: string;
  readonly rowsIn: number;
  readonly skipped: number;
  readonly rejected: number;
}

const mostNames = 20;

/**
 * Refuses a slice that lacks columns its contract requires, with the difference: expected, received, nearest names.
 *
 * Names are compared exactly. Nothing is refused for columns that came in addition.
 */
export function missingColumns(
  { source, slice }: SliceName,
  required: readonly string[],
  received: readonly string[],
  rows: number,
): Refusal | undefined {
  const missing = required.filter((column) => !received.includes(column));
  if (missing.length === 0) return undefined;
  const unclaimed = received.filter((column) => !required.includes(column));
  const lines = missing.map((column) => {
    const near = nearest(column, unclaimed);
    return near ? `${column} (nearest received: ${near})` : column;
  });
  return {
    code: 'STK-CONTRACT-COLUMNS',
    message: `${source} ${slice} lacks ${named(lines)}; expected ${named(required)}; received ${named(received) || 'no columns'}; fix the file, or the contract's requiredColumns and the mapping`,
    rows,
  };
}

/**
 * Refuses a slice of which too many rows were rejected: of any entity more than the allowed share of its rows (those its
 * `where` skips left out), or at collect already everything it held.
 *
 * @param rejections the rejected rows of the slice by entity, column and reason, to name the causes
 * @param unreadable lines and files that collect kept out
 */
export function tooManyRejected(
  { source, slice }: SliceName,
  maxShare: number,
  counts: readonly EntityCounts[],
  rejections: Facts['rejections'],
  unreadable: number,
): Refusal | undefined {
  const code = 'STK-CONTRACT-REJECTED-SHARE';
  const advice = `more than the ${percent(maxShare)} of contract.maxRejectedShare; fix the source, the mapping or the contract`;
  const rows = Math.max(0, ...counts.map(({ rowsIn }) => rowsIn));
  if (rows === 0 && unreadable > 0 && maxShare < 1) {
    const message = `${source} ${slice}: nothing of it could be read, collect kept out ${unreadable} ${unreadable === 1 ? 'line or file' : 'lines or files'}, ${advice}`;
    return { code, message, rows };
  }
  for (const { entity, rowsIn, skipped, rejected } of counts) {
    const own = rowsIn - skipped;
    if (own === 0 || rejected / own <= maxShare) continue;
    const causes = rejections
      .filter((rejection) => rejection.entity === entity)
      .sort((a, b) => b.rows - a.rows || (`${a.reason} ${a.column}` < `${b.reason} ${b.column}` ? -1 : 1))
      .slice(0, 3)
      .map(({ reason, column, rows: n }) => `${reason} ${column} ${n}`);
    const message = `${source} ${slice}: ${rejected} of ${own} rows of ${entity} were rejected (${percent(rejected / own)}: ${causes.join(', ')}), ${advice}`;
    return { code, message, rows };
  }
  return undefined;
}

function named(names: readonly string[]): string {
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
  return `${names.slice(0, mostNames).join(', ')}${more}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
