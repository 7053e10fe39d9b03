import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../schemas/config.ts';
import type { DriftPolicy } from '../schemas/drift.ts';
import { type Night, type Nights, openNights } from './nights-fixture.ts';

let nights: Nights;
beforeEach(async () => {
  nights = await openNights();
});
afterEach(() => nights.remove());

const mapping = { item_id: 'sku', user_id: 'customer', kind: "'purchase'", time: 'at', value: 'amount' };

function orders(drift: Partial<DriftPolicy> = {}, more: object = {}): ConfigInput['sources'] {
  const source = {
    path: 'orders/{date}.csv',
    entities: { events: { key: ['event_id'], columns: { event_id: 'id', ...mapping } } },
    contract: { drift },
    ...more,
  };
  return { orders: source } as ConfigInput['sources'];
}

/** Twelve orders of a day: columns in the order of the header, `extra` fills those not known. */
function day(date: string, header = 'id,sku,customer,at,amount,note', change: Record<string, string> = {}) {
  const lines = Array.from({ length: 12 }, (_, at) => {
    const values: Record<string, string> = {
      id: `${date}-${at}`,
      sku: `item ${at}`,
      customer: `user ${at % 3}`,
      at: `${date} 10:00:${10 + at}`,
      amount: `${at}.50`,
      ...change,
    };
    return header.split(',').map((name) => values[name] ?? `${name} ${at % 2}`);
  });
  return `${[header, ...lines.map((line) => line.join(','))].join('\n')}\n`;
}

/** Publishes a first day, then runs the second with other columns. */
async function secondNight(text: string, sources = orders()): Promise<{ first: Night; second: Night }> {
  await nights.file('orders/2026-10-01.csv', day('2026-10-01'));
  const first = await nights.run(sources, '2026-10-01');
  expect(first.problems).toEqual([]);
  await nights.file('orders/2026-10-02.csv', text);
  return { first, second: await nights.run(sources, '2026-10-02') };
}

const changesOf = (night: Night, slice = 'orders/2026-10-02'): string[] => {
  const drift = night.normalized.get(slice)?.facts.drift as
    | { changes: { kind: string; column: string; before: string; after: string; action: string }[] }
    | undefined;
  return (drift?.changes ?? []).map(
    ({ kind, column, before, after, action }) => `${kind} ${column}: ${before} → ${after}, ${action}`,
  );
};
const slicesOf = (night: Night): string[] =>
  (night.datasets['clean.orders.events'] ?? []).map(({ slice }) => slice);
const rowsOf = (night: Night): number => night.snapshot.datasets['unified.events']?.rows ?? 0;
const codesOf = (night: Night): string[] =>
  night.problems.map(({ severity, code, slice }) => `${severity} ${code} ${slice}`);

describe('F20 a column that', () => {
  it('F20 was added is allowed and recorded', async () => {
    const { second } = await secondNight(day('2026-10-02', 'id,sku,customer,at,amount,note,shop'));
    expect(changesOf(second)).toEqual(['added shop:  → text, allow']);
    expect(second.problems).toEqual([]);
    expect([slicesOf(second), rowsOf(second)]).toEqual([['2026-10-01', '2026-10-02'], 24]);
  });

  it('F20 was dropped and is needed stops the slice with a readable difference; what was published stays', async () => {
    const { first, second } = await secondNight(day('2026-10-02', 'id,sku,customer,at,note'));
    expect(changesOf(second)).toEqual(['dropped amount: number → , stop']);
    expect(codesOf(second)).toEqual(['error STK-CONTRACT-DRIFT 2026-10-02']);
    expect(second.problems[0]?.message).toContain('amount dropped: number → (gone)');
    expect(slicesOf(second)).toEqual(['2026-10-01']);
    expect(rowsOf(second)).toBe(rowsOf(first));
    const entry = second.ledger.find(({ stage, slice }) => stage === 'normalize' && slice === '2026-10-02');
    expect(entry).toMatchObject({ rowsIn: 12, rowsOut: 0, rejected: 12 });
  });

  it('F20 was dropped and is not needed warns', async () => {
    const { second } = await secondNight(day('2026-10-02', 'id,sku,customer,at,amount'));
    expect(changesOf(second)).toEqual(['dropped note: text → , warn']);
    expect(codesOf(second)).toEqual(['warn STK-CONTRACT-DRIFT 2026-10-02']);
    expect(rowsOf(second)).toBe(24);
  });

  it('F20 was retyped stops where its values no longer cast, and warns where they still do', async () => {
    const { second } = await secondNight(
      day('2026-10-02', 'id,sku,customer,at,amount,note', { amount: 'much', note: '7' }),
    );
    expect(changesOf(second)).toEqual(['retyped amount: number → text, 0 % are a number, stop']);
    expect(slicesOf(second)).toEqual(['2026-10-01']);
    await nights.file('orders/2026-10-02.csv', day('2026-10-02').replaceAll('.50', ''));
    const third = await nights.run(orders(), '2026-10-02');
    expect([changesOf(third), rowsOf(third)]).toEqual([[], 24]);
  });

  it('F20 was renamed is proposed as a mapping line, and stops where it is needed', async () => {
    const { second } = await secondNight(day('2026-10-02', 'id,sku,customer,at,amount,remark'));
    expect(changesOf(second)).toEqual(['renamed note: note → remark, warn']);
    expect(second.problems[0]?.message).toContain('note → remark, map "remark" instead');
    const text = day('2026-10-03', 'id,sku,customer,at,amount,remark').replace('customer', 'client id');
    await nights.file('orders/2026-10-03.csv', text);
    const third = await nights.run(orders(), '2026-10-03');
    expect(codesOf(third)).toContain('error STK-CONTRACT-DRIFT 2026-10-03');
    expect(third.problems.map(({ message }) => message).join('\n')).toContain(
      String.raw`customer → client id, map "\"client id\"" instead`,
    );
    expect(slicesOf(third)).toEqual(['2026-10-01', '2026-10-02']);
  });

  it('F20 stands elsewhere is allowed and recorded', async () => {
    const { second } = await secondNight(day('2026-10-02', 'sku,id,customer,at,amount,note'));
    expect(changesOf(second)).toEqual([
      'reordered : id, sku, customer, at, amount, note → sku, id, customer, at, amount, note, allow',
    ]);
    expect([second.problems, rowsOf(second)]).toEqual([[], 24]);
  });
});

describe('the drift policy of a contract', () => {
  it('stops what it is told to, and lets pass what would stop: a mapped column that is gone reads as null', async () => {
    const without = day('2026-10-02', 'id,sku,customer,at,note,shop');
    const { second } = await secondNight(without, orders({ added: 'stop', dropped: 'allow' }));
    expect(changesOf(second).map((change) => change.split(', ').at(-1))).toEqual(['allow', 'stop']);
    const third = await nights.run(orders({ dropped: 'allow' }), '2026-10-02');
    expect(codesOf(third)).toEqual([]);
    expect(rowsOf(third)).toBe(24);
    const values = await nights.read(third, 'clean.orders.events', 'value');
    expect(values.filter(({ value }) => value === null)).toHaveLength(12);
  });

  it('keeps a slice held out until it is repaired, night after night, compared with the last accepted one', async () => {
    const stop = orders({ added: 'stop' });
    const header = 'id,sku,customer,at,amount,note,shop';
    const { second } = await secondNight(day('2026-10-02', header), stop);
    await nights.file('orders/2026-10-03.csv', day('2026-10-03', header));
    const third = await nights.run(stop, '2026-10-03');
    expect(slicesOf(third)).toEqual(['2026-10-01']);
    const drift = (slice: string): unknown => third.normalized.get(slice)?.facts.drift;
    expect(drift('orders/2026-10-03')).toMatchObject({ reference: { slice: '2026-10-01' } });
    expect(drift('orders/2026-10-03')).toEqual(drift('orders/2026-10-02'));
    expect(third.normalized.get('orders/2026-10-02')?.key).toBe(
      second.normalized.get('orders/2026-10-02')?.key,
    );
    await nights.file('orders/2026-10-03.csv', day('2026-10-03'));
    expect(slicesOf(await nights.run(stop, '2026-10-03'))).toEqual(['2026-10-01', '2026-10-03']);
  });

  it('compares a file that is replaced with its own last accepted version, also after one was held out', async () => {
    const whole = orders({}, { path: 'all.csv', mode: 'full' });
    await nights.file('all.csv', day('2026-10-01'));
    await nights.run(whole, '2026-10-01');
    await nights.file('all.csv', day('2026-10-02', 'id,sku,customer,at,note'));
    const second = await nights.run(whole, '2026-10-02');
    expect(codesOf(second)).toEqual(['error STK-CONTRACT-DRIFT all']);
    expect(rowsOf(second)).toBe(12);
    await nights.file('all.csv', day('2026-10-03', 'id,sku,customer,at,other'));
    const third = await nights.run(whole, '2026-10-03');
    expect(changesOf(third, 'orders/all')).toContain('dropped amount: number → , stop');
    expect(rowsOf(third)).toBe(12);
    await nights.file('all.csv', day('2026-10-04'));
    const fourth = await nights.run(whole, '2026-10-04');
    expect(codesOf(fourth)).toEqual([]);
    const [earliest] = await nights.read(fourth, 'unified.events', 'event_id');
    expect(earliest?.event_id).toBe('2026-10-04-0');
  });

  it('leaves the work on slices whose columns stay as it was, and publishes nothing new when run again', async () => {
    const { first, second } = await secondNight(day('2026-10-02', 'id,sku,customer,at,amount,note,shop'));
    const key = (night: Night, slice: string): string | undefined => night.normalized.get(slice)?.key;
    expect(key(second, 'orders/2026-10-01')).toBe(key(first, 'orders/2026-10-01'));
    const again = await nights.run(orders(), '2026-10-02');
    expect([again.outcome, again.reused]).toEqual(['unchanged', 4]);
    await nights.file('orders/2026-10-03.csv', day('2026-10-03', 'id,sku,customer,at,amount,note,shop'));
    const third = await nights.run(orders(), '2026-10-03');
    expect(changesOf(third, 'orders/2026-10-03')).toEqual([]);
    expect(key(third, 'orders/2026-10-02')).toBe(key(second, 'orders/2026-10-02'));
  });
});
