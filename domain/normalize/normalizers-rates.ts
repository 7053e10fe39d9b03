import { addDays, datesBetween } from '../plan/dates.ts';
import { quotedString } from '../warehouse/quoting.ts';
import type { Normalizer, Rate } from './normalizer.ts';
import { lookup } from './normalizers-lookup.ts';

/** How `money_in` begins what it gives for an amount it has no rate for; the row is rejected with STK-NORMALIZE-RATE. */
export const noRate = 'no rate from ';

/** Amounts in one currency. Calls clean_money, currency_of and half_width. */
export function rateNormalizers(rates: readonly Rate[] = []): readonly Normalizer[] {
  const last =
    rates
      .map(({ date }) => date)
      .sort()
      .at(-1) ?? '0001-01-01';
  const days = lookup('rates', everyDay(rates, last), 'decimal(18, 8)');
  const currency = `coalesce(currency_of(t, dollar := dollar, yen := yen), nullif(upper(source), ''))`;
  const key = `${currency} || ' ' || upper(target) || ' ' || cast(least(try_cast(day as date), date ${quotedString(last)}) as varchar)`;
  return [
    {
      name: 'money_in',
      parameters: [
        { name: 't' },
        { name: 'target' },
        { name: 'day' },
        { name: 'source', default: "''" },
        { name: 'decimals', default: "'auto'" },
        { name: 'dollar', default: "'USD'" },
        { name: 'yen', default: "'JPY'" },
      ],
      sql: `case
      when clean_money(t, decimals := decimals) is null then null
      when ${currency} = upper(target) then clean_money(t, decimals := decimals)
      else coalesce(
        cast(cast(cast(clean_money(t, decimals := decimals) as decimal(18, 4)) * ${days.find(key)} as decimal(38, 4)) as varchar),
        ${quotedString(noRate)} || coalesce(${currency}, 'an unknown currency') || ' to ' || upper(target) || ' on ' || coalesce(cast(try_cast(day as date) as varchar), 'an unknown day'))
    end`,
      gives:
        "a price in the currency target, by the rate of the latest date up to day: money_in(price, 'EUR', day); source := 'USD' where the text names no currency. A row without such a rate is rejected",
      lay: async () => days.statements,
    },
  ];
}

/** The rate of every day from a pair's first to the last day of the table: a rate holds until the next one. */
function everyDay(rates: readonly Rate[], last: string): [key: string, rate: string][] {
  const pairs = new Map<string, Rate[]>();
  for (const rate of [...rates].sort((a, b) => (a.date < b.date ? -1 : 1))) {
    const pair = `${rate.from} ${rate.to}`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), rate]);
  }
  return [...pairs].flatMap(([pair, known]) =>
    known.flatMap(({ date, rate }, at) => {
      const until = known[at + 1]?.date ?? addDays(last, 1);
      return datesBetween(date, addDays(until, -1)).map((day): [string, string] => [`${pair} ${day}`, rate]);
    }),
  );
}
