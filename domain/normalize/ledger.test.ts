import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRawFixture, type RawFixture, type SourceInput } from './raw-fixture.ts';

let fixture: RawFixture;
beforeAll(async () => {
  fixture = await openRawFixture();
});
afterAll(() => fixture.close());

const columns = ['id', 'who', 'ts', 'price'];
const row = fc.tuple(
  fc.constantFrom('e1', 'e2', 'e3', ' e1', null),
  fc.constantFrom('u1', 'u2', '', null),
  fc.constantFrom('2026-10-01', '2026-10-01 10:00:00', '2026-13-01', 'never', null),
  fc.constantFrom('1', '1.0', '-3', '1,5', null),
);
type Row = readonly [string | null, string | null, string | null, string | null];

/** The naive answer, row by row, in the words of the rules. */
function expected(rows: readonly Row[], keyed: boolean, policy: 'row' | 'keep'): number[] {
  const good: number[] = [];
  const keys = new Set<string>();
  const wholes = new Set<string>();
  for (const [index, [id, who, ts, price]] of rows.entries()) {
    const skipped = (who ?? '') === 'u2';
    const rejected =
      ts === null ||
      !/^2026-10-01/.test(ts) ||
      (price !== null && Number.isNaN(Number(price))) ||
      Number(price ?? 0) < 0;
    if (skipped || rejected) continue;
    const key = id?.trim();
    const whole = JSON.stringify(rows[index]);
    const byKey = keyed && key !== undefined;
    const repeated = byKey ? keys.has(key) : policy === 'row' && wholes.has(whole);
    if (byKey) keys.add(key);
    else wholes.add(whole);
    if (!repeated) good.push(index + 1);
  }
  return good;
}

describe('the ledger', () => {
  it('balances for any rows, keeps exactly the rows the rules keep, and quarantines every rejected one', async () => {
    const table = fc.array(row, { minLength: 1, maxLength: 25 });
    const run = async (rows: Row[], keyed: boolean, duplicates: 'row' | 'keep'): Promise<void> => {
      const source: SourceInput = {
        duplicates,
        entities: {
          events: {
            columns: { event_id: 'id', item_id: "'x'", kind: "'view'", time: 'ts', value: 'price' },
            where: "who is distinct from 'u2'",
            key: keyed ? ['event_id'] : [],
          },
          items: { columns: { item_id: 'id', price: 'price' } },
        },
        contract: { maxRejectedShare: 1, checks: [{ type: 'range', column: 'value', min: 0 }] },
      };
      const output = await fixture.normalize(source, [await fixture.raw({ columns, rows })]);
      for (const entry of output.ledger) {
        const { rowsIn, rowsOut, duplicates: repeated, merged, rejected, skipped } = entry;
        expect(rowsIn).toBe(rows.length);
        expect(rowsOut + repeated + merged + rejected + skipped).toBe(rowsIn);
        const clean = await fixture.read(output, `clean.orders.${entry.entity}`, '_line');
        expect(clean).toHaveLength(rowsOut);
        const quarantined = await fixture.read(output, 'quarantine.orders', 'entity, line, rows');
        const own = quarantined.filter(({ entity }) => entity === entry.entity);
        expect(own).toHaveLength(rejected);
        expect(new Set(own.map(({ line }) => line)).size).toBe(rejected);
      }
      const lines = await fixture.read(output, 'clean.orders.events', '_line');
      expect(lines.map(({ _line }) => Number(_line))).toEqual(expected(rows, keyed, duplicates));
    };
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), fc.constantFrom('row' as const, 'keep' as const), run),
      { numRuns: 25, seed: 3 },
    );
  });
});
