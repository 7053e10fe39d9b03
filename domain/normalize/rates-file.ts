import { readFile } from 'node:fs/promises';
import { daysBetween } from '../plan/dates.ts';
import { messageOf, SourceError } from '../runtime/errors.ts';
import type { Rate } from './normalizer.ts';

const columns = ['date', 'from', 'to', 'rate'] as const;
const mostDays = 400_000;

/**
 * Reads a table of exchange rates: CSV in UTF-8 whose header names `date`, `from`, `to` and `rate` (others are left out),
 * one line a rate: `2026-10-01,USD,EUR,0.8512`. Sorted by pair and date.
 *
 * @param path absolute path
 * @throws SourceError STK-RATES-FILE for a file that cannot be read, STK-RATES-LINE for a line that is no rate or repeats one
 */
export async function readRates(path: string): Promise<Rate[]> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new SourceError(
      `rates: cannot read ${path} (${messageOf(cause)}); expected a CSV of ${columns.join(',')}`,
      { code: 'STK-RATES-FILE', details: { path }, cause },
    );
  });
  const [header = '', ...lines] = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const names = cells(header).map((name) => name.toLowerCase());
  const missing = columns.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new SourceError(
      `rates: ${path} has the columns ${names.join(', ') || '(none)'}; expected ${columns.join(', ')} (${missing.join(', ')} missing)`,
      { code: 'STK-RATES-FILE', details: { path } },
    );
  }
  const rates = lines.flatMap((line, index) =>
    line.trim() === '' ? [] : [rateOf(path, index + 2, names, cells(line))],
  );
  return sorted(path, rates);
}

function cells(line: string): string[] {
  return line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

function rateOf(path: string, line: number, names: readonly string[], values: readonly string[]): Rate {
  const [date = '', from = '', to = '', rate = ''] = columns.map((name) => values[names.indexOf(name)] ?? '');
  const isDay = /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date));
  const isRate = /^\d{1,10}([.]\d+)?$/.test(rate) && Number(rate) > 0;
  if (isDay && isRate && /^[A-Z]{3}$/.test(from) && /^[A-Z]{3}$/.test(to) && from !== to) {
    return { date, from, to, rate };
  }
  throw new SourceError(
    `rates: line ${line} of ${path} is no rate (${values.join(',').slice(0, 80)}); expected such as 2026-10-01,USD,EUR,0.8512`,
    { code: 'STK-RATES-LINE', details: { path, line } },
  );
}

function sorted(path: string, rates: readonly Rate[]): Rate[] {
  const keyed = rates.map((rate) => ({ key: `${rate.from} ${rate.to} ${rate.date}`, rate }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  const twice = keyed.find(({ key }, at) => keyed[at + 1]?.key === key);
  if (twice) {
    throw new SourceError(`rates: ${path} has two rates for ${twice.key}, expected one a day and pair`, {
      code: 'STK-RATES-LINE',
      details: { path, key: twice.key },
    });
  }
  refuseTooManyDays(
    path,
    keyed.map(({ rate }) => rate),
  );
  return keyed.map(({ rate }) => rate);
}

function refuseTooManyDays(path: string, rates: readonly Rate[]): void {
  const firsts = new Map<string, string>();
  for (const { from, to, date } of rates) {
    if (!firsts.has(`${from} ${to}`)) firsts.set(`${from} ${to}`, date);
  }
  const last =
    rates
      .map(({ date }) => date)
      .sort()
      .at(-1) ?? '';
  const days = [...firsts.values()].reduce((sum, first) => sum + daysBetween(first, last) + 1, 0);
  if (days <= mostDays) return;
  throw new SourceError(
    `rates: ${path} spans ${days} days over all pairs, expected at most ${mostDays}; leave out pairs or years nobody needs`,
    { code: 'STK-RATES-FILE', details: { path, days } },
  );
}
