import type { CheckRow, CheckStatus } from '../../schemas/inventory.ts';
import type { Difference } from './differences.ts';
import { grouped } from './words.ts';

/** One check over all its slices: the worst status, and the rows of that status. */
interface CheckSum {
  readonly asset: string;
  readonly name: string;
  readonly column: string;
  readonly status: CheckStatus;
  readonly unexpected: number;
  readonly observed: string;
}

const severity: Readonly<Record<CheckStatus, number>> = { info: 0, pass: 1, warn: 2, error: 3 };

/**
 * Checks that ended otherwise than before. A check is known by source, entity, type and column; of several the worst counts.
 *
 * Told figures (`info`) are passed over. Failing now and not before is breaking; a check that came and passes is no
 * difference, nor is one that passed and went.
 */
export function checkDifferences(before: readonly CheckRow[], after: readonly CheckRow[]): Difference[] {
  const [was, is] = [sums(before), sums(after)];
  const names = [...new Set([...was.keys(), ...is.keys()])].sort();
  return names.flatMap((name): Difference[] => {
    const [from, to] = [was.get(name), is.get(name)];
    const [old, now] = [statusOf(from), statusOf(to)];
    if (old === now || (old === 'none' && now === 'pass') || (old === 'pass' && now === 'none')) return [];
    const known = to ?? from;
    return known ? [difference(known, from, to)] : [];
  });
}

function difference(known: CheckSum, from: CheckSum | undefined, to: CheckSum | undefined): Difference {
  const [old, now] = [statusOf(from), statusOf(to)];
  return {
    kind: 'check_changed',
    asset: known.asset,
    column: known.column,
    before: old,
    after: now,
    breaking: now === 'error' && old !== 'error',
    sentence: `Check ${known.name} is ${statusWords[now]}${detail(to)}, was ${statusWords[old]}.`,
  };
}

const statusWords: Readonly<Record<CheckStatus | 'none', string>> = {
  none: 'not there',
  info: 'only told',
  pass: 'passing',
  warn: 'warning',
  error: 'failing',
};

function detail(to: CheckSum | undefined): string {
  if (!to || to.status === 'pass') return '';
  if (to.observed !== '') return ` (${to.observed})`;
  return to.unexpected > 0 ? ` (${grouped(to.unexpected)} unexpected)` : '';
}

function statusOf(sum: CheckSum | undefined): CheckStatus | 'none' {
  return sum?.status ?? 'none';
}

function sums(checks: readonly CheckRow[]): Map<string, CheckSum> {
  const found = new Map<string, CheckSum>();
  for (const check of checks) {
    if (check.status === 'info') continue;
    const name = nameOf(check);
    const earlier = found.get(name);
    const worse = !earlier || severity[check.status] > severity[earlier.status];
    const same = earlier && severity[check.status] === severity[earlier.status];
    if (!worse && !same) continue;
    found.set(name, {
      asset: check.asset,
      name,
      column: check.column,
      status: check.status,
      unexpected: check.unexpected + (same ? earlier.unexpected : 0),
      observed: worse ? check.observed : (earlier?.observed ?? ''),
    });
  }
  return found;
}

function nameOf({ source, entity, type, column }: CheckRow): string {
  const place = [entity, column].filter((part) => part !== '').join('.');
  return [type, 'of', source, ...(place === '' ? [] : [place])].join(' ');
}
