import type { CheckRow, CheckStatus } from '../../schemas/inventory.ts';

/** A check's line with what most checks leave empty filled in. */
export function checkRow(given: Pick<CheckRow, 'source' | 'type' | 'status'> & Partial<CheckRow>): CheckRow {
  const evaluated = given.evaluated ?? 0;
  const unexpected = given.unexpected ?? 0;
  return {
    asset: `raw.${given.source}`,
    entity: '',
    column: '',
    slice: '',
    severity: given.status === 'info' ? 'info' : 'warn',
    expected: '',
    observed: '',
    ...given,
    evaluated,
    unexpected,
    percent: evaluated === 0 ? 0 : Number(((100 * unexpected) / evaluated).toFixed(4)),
  };
}

/** How a check of this severity ended: pass without unexpected rows, else its severity. */
export function statusOf(unexpected: number, severity: 'error' | 'warn'): CheckStatus {
  return unexpected === 0 ? 'pass' : severity;
}
