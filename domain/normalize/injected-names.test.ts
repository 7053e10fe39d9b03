import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../schemas/config-parse.ts';
import { openRawFixture, type RawFixture, type SourceInput } from './raw-fixture.ts';

/** What an attacker would write where a name is expected. */
const hostile = [
  'x"; drop table raw_rows; --',
  "x'); attach '/etc/passwd' as p; --",
  'a`b',
  'a;b',
  '../up',
  '/etc/passwd',
  'C:\\drive',
  'nul\0name',
  'a\nb',
  'ａ＂；ｄｒｏｐ',
  "' or 1=1 --",
  '"',
  "'",
];

const mapping = { columns: { event_id: 'id', item_id: 'sku', kind: "'view'", time: 'at' } };
const config = { project: 'shop', sources: { orders: { path: 'a.csv', entities: { events: mapping } } } };
const source = config.sources.orders;
const withSource = (change: object): object => ({ ...config, sources: { orders: { ...source, ...change } } });
const withMapping = (change: object): object =>
  withSource({ entities: { events: { ...mapping, ...change } } });

/** Every part of a configuration that names something by a closed list or a narrow alphabet. */
const named: Record<string, (text: string) => object> = {
  project: (text) => ({ ...config, project: text }),
  currency: (text) => ({ ...config, currency: text }),
  timezone: (text) => ({ ...config, timezone: text }),
  'sources.<name>': (text) => ({ ...config, sources: { [text]: source } }),
  'sources.type': (text) => withSource({ type: text }),
  'sources.format': (text) => withSource({ format: text }),
  'sources.mode': (text) => withSource({ mode: text }),
  'sources.duplicates': (text) => withSource({ duplicates: text }),
  'sources.csv.quote': (text) => withSource({ csv: { quote: `${text}.` } }),
  'sources.csv.delimiter': (text) => withSource({ csv: { delimiter: `${text}.` } }),
  'sources.csv.comment': (text) => withSource({ csv: { comment: `${text}.` } }),
  'sources.entities.<entity>': (text) => withSource({ entities: { events: mapping, [text]: mapping } }),
  'mapping.columns.<column>': (text) => withMapping({ columns: { ...mapping.columns, [text]: 'id' } }),
  'mapping.key': (text) => withMapping({ key: [text] }),
  'mapping.namespace': (text) => withMapping({ namespace: text }),
  'contract.checks.type': (text) => withSource({ contract: { checks: [{ type: text, column: 'sku' }] } }),
  'contract.checks.to': (text) =>
    withSource({ contract: { checks: [{ type: 'relationships', column: 'sku', to: text }] } }),
  'contract.checks.from': (text) =>
    withSource({ contract: { checks: [{ type: 'relationships', column: 'sku', to: 'items', from: text }] } }),
  'normalizers.<name>': (text) => ({ ...config, normalizers: { [text]: { sql: 't' } } }),
  'normalizers.parameters': (text) => ({ ...config, normalizers: { f: { parameters: [text], sql: 't' } } }),
  'match.namespaces': (text) => ({ ...config, match: { namespaces: [text] } }),
  'embed.itemText': (text) => ({ ...config, embed: { itemText: [text] } }),
  'temporal.taskQueuePrefix': (text) => ({ ...config, temporal: { taskQueuePrefix: text } }),
};

describe('F28 a configuration with an injected identifier', () => {
  it('is valid without one', () => {
    expect(parseConfig(config)).toMatchObject({ ok: true });
  });

  it.each(Object.keys(named))('F28 is refused in %s, naming the place', (field) => {
    for (const text of hostile) {
      const parsed = parseConfig(named[field]?.(text));
      expect([text, parsed.ok]).toEqual([text, false]);
      if (!parsed.ok) expect(parsed.issues[0]?.path).not.toBe('');
    }
  });
});

describe('F28 names that are free', () => {
  let fixture: RawFixture;
  beforeAll(async () => {
    fixture = await openRawFixture();
  });
  afterAll(() => fixture.close());

  const rows = [
    ['1', 'a', '2026-10-01 10:00:00', 'red'],
    ['2', 'b', '2026-10-01 11:00:00', 'blue'],
    ['3', null, '2026-10-01 12:00:00', 'blue'],
  ];
  const sane = hostile.filter((name) => !name.includes('\0'));

  /** Runs the source with the name as column of the file, declared, mapped as such, and as an attribute. */
  async function attributesUnder(name: string): Promise<unknown[]> {
    const raw = await fixture.raw({ columns: ['id', 'sku', 'at', name], rows });
    const input: SourceInput = {
      columns: { [name]: {} },
      entities: { events: { ...mapping, attributes: { [name]: name } } },
      contract: { requiredColumns: [name], checks: [{ type: 'not_null', column: 'item_id' }] },
    };
    const output = await fixture.normalize(input, [raw]);
    const [ledger] = output.ledger;
    expect(ledger).toMatchObject({ rowsIn: 3, rowsOut: 2, rejected: 1, duplicates: 0, skipped: 0 });
    const clean = await fixture.read(output, 'clean.orders.events', 'attributes');
    return clean.map(({ attributes }) => JSON.parse(String(attributes))[name]);
  }

  it.each(sane)('F28 are columns and attributes like any other: %j', async (name) => {
    expect(await attributesUnder(name)).toEqual(['red', 'blue']);
  });

  it('F28 of quotes, semicolons and letters of any script keep every row', async () => {
    const characters = fc.constantFrom(
      '"',
      "'",
      ';',
      '-',
      '/',
      '\\',
      '(',
      '$1',
      '{',
      '%',
      '名',
      'é',
      ' ',
      'x',
    );
    const names = fc.array(characters, { minLength: 1, maxLength: 12 }).map((parts) => `n${parts.join('')}n`);
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        expect(await attributesUnder(name)).toEqual(['red', 'blue']);
      }),
      { numRuns: 8, seed: 28 },
    );
  });

  it.each([
    "id); drop table raw_rows; select ('x'",
    "(select max(content) from read_text('/etc/passwd'))",
    "id) from source; copy (select 1) to '/tmp/stolen.csv'; select (1",
  ])('F28 does not let an expression leave its place: %s', async (expression) => {
    const raw = await fixture.raw({ columns: ['id', 'sku', 'at', 'colour'], rows });
    const input: SourceInput = { entities: { events: { ...mapping, attributes: { x: expression } } } };
    await expect(fixture.normalize(input, [raw])).rejects.toMatchObject({
      code: 'STK-NORMALIZE-EXPRESSION',
    });
  });

  it.each(['x"; drop table raw_rows; --', "item_id' or 1=1"])('F28 refuses a check on %j', async (column) => {
    const raw = await fixture.raw({ columns: ['id', 'sku', 'at', 'colour'], rows });
    const input: SourceInput = {
      entities: { events: mapping },
      contract: { checks: [{ type: 'not_null', column }] },
    };
    await expect(fixture.normalize(input, [raw])).rejects.toMatchObject({ code: 'STK-NORMALIZE-CHECK' });
  });
});
