import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../runtime/errors.ts';
import { openRawFixture, type RawFixture } from './raw-fixture.ts';

let fixture: RawFixture;
beforeAll(async () => {
  fixture = await openRawFixture();
});
afterAll(() => fixture.close());

/** The error of a mapping whose `value` is this expression. */
async function refusalOf(value: string): Promise<ConfigError> {
  const raw = await fixture.raw({ columns: ['sku', 'Quantity', 'UnitPrice'], rows: [['A', '1', '2']] });
  const columns = { item_id: 'sku', kind: "'view'", time: '_slice', value };
  const error = await fixture.normalize({ entities: { events: { columns } } }, [raw]).catch((cause) => cause);
  if (error instanceof ConfigError) return error;
  throw new TypeError(`expected a refusal, got ${JSON.stringify(error)}`);
}

describe('an expression that does not fit', () => {
  it('is told with source, entity, column, text and the nearest column', async () => {
    const error = await refusalOf('Quantty * UnitPrice');
    expect(error.code).toBe('STK-NORMALIZE-EXPRESSION');
    expect(error.message).toContain(
      'Source orders, events.value: the expression Quantty * UnitPrice does not fit',
    );
    expect(error.message).toContain('there is no column "Quantty"; did you mean "Quantity"?');
    expect(error.message).not.toContain('stocktake:');
    expect(error.details).toEqual({
      source: 'orders',
      entity: 'events',
      column: 'value',
      expression: 'Quantty * UnitPrice',
    });
  });

  it('names the columns there are where none is near', async () => {
    expect((await refusalOf('total')).message).toContain('there are sku, Quantity, UnitPrice.');
  });

  it.each([
    ['1 +', 'syntax error'],
    ['upper(order)', 'need double quotes'],
    ['1) as x, (2', 'syntax error'],
    ['nosuch(Quantity)', 'nosuch'],
    ["regexp_matches(Quantity, '(')", 'missing )'],
  ])('%s is told with what the engine says', async (expression, said) => {
    expect((await refusalOf(expression)).message).toContain(said);
  });

  it.each([
    ['max(Quantity)'],
    ['row_number() over ()'],
    ['(select max(Quantity) from source)'],
    ['random()'],
    ['uuid()::varchar'],
  ])('%s may look at its own row only', async (expression) => {
    expect((await refusalOf(expression)).message).toMatch(/own row only/);
  });

  it.each([
    ['now()'],
    ['current_date'],
    ["date_diff('day', date '2026-01-01', today())"],
    ['CURRENT_TIMESTAMP'],
  ])('%s would differ from run to run', async (expression) => {
    expect((await refusalOf(expression)).message).toMatch(/differs from run to run/);
  });
});

it.each([
  '1)]) as a from source; drop table quarantine; select try([(1',
  '1) from (select 1',
  'Quantity); select (1',
])('%s is refused: an expression is one expression', async (text) => {
  const error = await refusalOf(text);
  expect(error.code).toBe('STK-NORMALIZE-EXPRESSION');
  expect(error.message).toMatch(/more than one expression|syntax error/);
});
