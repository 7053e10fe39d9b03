import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { findIrregularities, type Irregularity } from './irregularities.ts';
import { plainColumn } from './profile-sql.ts';

let dir: string;
let warehouse: Warehouse;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-irregular-'));
  warehouse = await openWarehouse({ threads: 2, memoryMb: 512, tempDir: dir });
});
afterAll(async () => {
  warehouse.close();
  await rm(dir, { recursive: true, force: true });
});

/** Looks through a relation of text columns. */
async function look(
  relation: string,
  columns: readonly string[],
  more: { mayTell?: (column: string) => boolean } = {},
): Promise<string[]> {
  const work = { step: 'irregular', relation: `(${relation})`, ...more };
  const { found } = await findIrregularities(warehouse, {
    ...work,
    columns: columns.map((name) => plainColumn(name, 'VARCHAR')),
  });
  return found.map(told);
}

const told = ({ column, kind, expected, values, rows, examples }: Irregularity): string =>
  `${column} ${kind}${expected && ` ${expected}`}: ${values} values, ${rows} rows${examples.map(({ value, rows: of }) => `, ${value} ${of}`).join('')}`;

/** SQL of a column: its texts in turn, the last one for all the rest of 100 rows. */
const texts = (...values: string[]): string =>
  `select [${values.map((value) => `'${value}'`).join(', ')}][least(i, ${values.length})] as v from range(1, 101) t(i)`;

describe('irregularities of a column', () => {
  it('are blanks around values, control characters and letters of another script among plain ones', async () => {
    expect(
      await look(texts(' a', 'b\u00a0', 'c\td', 'caf\u00e9', 'x\u0007', 'y\ufffd', '', 'plain'), ['v']),
    ).toEqual([
      'v outer blanks: 2 values, 2 rows',
      'v control characters: 2 values, 2 rows',
      'v not ASCII: 3 values, 3 rows',
    ]);
    expect(await look(texts('\u4fdd\u6e29\u676f'), ['v'])).toEqual([]);
  });

  it('are letter cases: how many values, and the rows not of the commonest spelling', async () => {
    expect(await look(texts('ab1', 'AB1', 'AB1', 'cd2', 'CD2', 'EF3'), ['v'])).toEqual([
      'v letter cases: 2 values, 2 rows, AB1 1, cd2 1',
    ]);
  });

  it('are whole numbers with a decimal point where the column has nothing else', async () => {
    const numbers = "select concat(i % 7, '.0') as v from range(100) t(i)";
    expect(await look(numbers, ['v'])).toEqual(['v decimal point: 7 values, 100 rows']);
    expect(await look(`${numbers} union all select '1.5'`, ['v'])).toEqual([]);
  });

  it('are forms unlike the usual one, with the value where a form has one only', async () => {
    expect(await look(texts('C17', 'C18', 'POST', 'POST', 'x_1', '17'), ['v'])).toEqual([
      'v other forms 9: 4 values, 5 rows, C9 2, POST 2, x_1 1',
    ]);
    expect(await look("select 'word ' || chr((65 + i)::integer) as v from range(26) t(i)", ['v'])).toEqual(
      [],
    );
  });

  it('are keys with several values of a column that they otherwise tell', async () => {
    const rows = `select concat('k', i % 20) as k, chr((case when i = 3 then 90 else 65 + i % 20 end)::integer) as name,
      case when i % 50 = 0 then 'b' else 'a' end as mostly, i::varchar as own from range(200) t(i)`;
    const columns = ['k', 'name', 'mostly', 'own'];
    expect(await look(rows, columns)).toEqual(['k several values name: 1 values, 1 rows, k3 10']);
    expect(await look(rows, columns, { mayTell: (column) => column !== 'k' })).toEqual([]);
  });

  it('are none of an empty table', async () => {
    expect(await look('select null::varchar as v where false', ['v'])).toEqual([]);
  });
});
