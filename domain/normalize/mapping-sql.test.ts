import { describe, expect, it } from 'vitest';
import { sourceSchema } from '../../schemas/source.ts';
import { quotedIdentifier } from '../warehouse/quoting.ts';
import { planChecks } from './checks.ts';
import { cleanColumns, cleanSliceSql, keylessSql, repeatsSql } from './clean-sql.ts';
import type { EntityPlan } from './entity-plan.ts';
import type { BoundExpression } from './expressions.ts';
import { judgedSql, verdictsOf } from './mapping-sql.ts';
import { sourceShape } from './source-sql.ts';

const shape = sourceShape([{ name: 'at', type: 'VARCHAR' }], [], []);
const bare = (slot: number, column: string, name: string): BoundExpression => ({
  slot,
  entity: 'market',
  column,
  sql: name,
  bound: quotedIdentifier(name),
  guarded: false,
  type: 'VARCHAR',
});
const plan: EntityPlan = {
  entity: 'market',
  kind: 'event',
  columns: [
    {
      name: 'series',
      type: 'text',
      required: true,
      value: { ...bare(0, 'series', ''), bound: "try([('oil'\n)])", guarded: true },
    },
    { name: 'time', type: 'time', required: true, value: bare(1, 'time', 'at') },
    { name: 'value', type: 'number', required: true, value: bare(2, 'value', 'v"x') },
  ],
  attributes: [],
  checks:
    planChecks(
      'oil',
      sourceSchema.parse({
        path: 'x',
        entities: { market: { columns: { series: 's', time: 't', value: 'v' } } },
        contract: {
          checks: [
            { type: 'unique', column: 'time' },
            { type: 'range', column: 'value', min: -1.5 },
            { type: 'not_null', column: 'series', severity: 'warn' },
          ],
        },
      }).contract.checks,
      new Map([['market', { series: 'text', time: 'time', value: 'number' }]]),
    ).get('market') ?? [],
  key: ['series', 'time'],
  namespace: 'main',
  duplicates: 'row',
  timezone: 'UTC',
  currency: 'EUR',
};

describe('verdicts', () => {
  it('stand in column order, then the checks as configured, unique last', () => {
    expect(verdictsOf(plan).map(({ column, reason }) => `${column} ${reason}`)).toEqual([
      'series STK-NORMALIZE-EXPRESSION',
      'series STK-NORMALIZE-MISSING',
      'time STK-NORMALIZE-TYPE',
      'time STK-NORMALIZE-TYPE',
      'time STK-NORMALIZE-MISSING',
      'value STK-NORMALIZE-TYPE',
      'value STK-NORMALIZE-TYPE',
      'value STK-NORMALIZE-TYPE',
      'value STK-NORMALIZE-MISSING',
      'value STK-CONTRACT-RANGE',
      'time STK-CONTRACT-UNIQUE',
    ]);
  });
});

describe('statements', () => {
  it('take expressions as they are bound and end every window in the row', () => {
    const sql = judgedSql(plan, shape);
    expect(sql).toContain(`try([('oil'\n)]) as "e:0"`);
    expect(sql).toContain('"v""x" as "e:2"');
    expect(sql).toContain('coalesce("value" < (-1.5), false)');
    const count = (text: string): number => sql.split(text).length - 1;
    expect(count('over (')).toBe(1);
    expect(count('order by row_id)')).toBe(count('over ('));
    expect(sql).toContain('"w:0"');
  });

  it('find repeats by key, and by whole row only where the key is not whole', () => {
    const sql = repeatsSql(plan, true);
    expect(sql).toContain('partition by ordinal, "series", "time" order by row_id');
    expect(sql).toContain('not ("series" is not null and "time" is not null)');
    expect(repeatsSql(plan, false)).not.toContain('twins');
    expect(repeatsSql({ ...plan, key: [] }, false)).toContain('where false');
    expect(keylessSql(plan)).toContain('"series" is null or "time" is null');
    expect(keylessSql({ ...plan, duplicates: 'keep' })).toContain('where false');
  });

  it('write a slice with its source and name as quoted literals', () => {
    const sql = cleanSliceSql(plan, 3, "o'x", "2026'");
    expect(sql).toContain("cast('o''x' as varchar) as _source");
    expect(sql).toContain("cast('2026''' as varchar) as _slice");
    expect(sql).toMatch(/where ordinal = 3\norder by row_id$/);
  });

  it('know the columns of a clean file', () => {
    expect(cleanColumns('users').map(({ name, type }) => `${name} ${type}`)).toEqual([
      'user_id VARCHAR',
      'signed_up_at TIMESTAMP',
      'country VARCHAR',
      'attributes VARCHAR',
      'namespace VARCHAR',
      'source_rows BIGINT',
      '_source VARCHAR',
      '_slice VARCHAR',
      '_file VARCHAR',
      '_line BIGINT',
    ]);
  });
});
