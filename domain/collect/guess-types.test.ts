import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { quotedString } from '../warehouse/quoting.ts';
import { type ColumnGuess, guessTypes } from './guess-types.ts';
import { openSandbox } from './sandbox.ts';

const dir = mkdtempSync(join(tmpdir(), 'stocktake-types-'));
const sandbox = await openSandbox({ folders: [dir], tempDir: join(dir, 'spill'), memoryMb: 512 });
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function guess(values: readonly (string | null)[]): Promise<ColumnGuess> {
  const rows = values.map((value, at) => `(${value === null ? 'null' : quotedString(value)}, ${at})`);
  const path = join(dir, 'table.parquet');
  const sql = `select cast(v as varchar) as v, n from (values ${rows.join(', ')}) as t(v, n) order by n`;
  const { columns } = await sandbox.write(sql, path);
  const [first] = await guessTypes(sandbox, path, columns);
  if (!first) throw new Error('there is no column');
  return first;
}

describe('the guess of a column’s type', () => {
  it.each([
    ['integer', 'digits', ['1', '-20', '300']],
    ['integer', 'groups of three', ['1,000', '20,500', '300']],
    ['decimal', 'decimal point', ['1.5', '2', '1,234.75', '3e-4']],
    ['decimal', 'decimal comma', ['1,5', '2', '1.234,75', '0,1']],
    ['decimal', 'with a unit', ['€ 1.50', '2 %', '12,50 EUR']],
    ['date', 'year-month-day', ['2024-03-01', '2024/12/31']],
    ['date', 'year month day', ['20240301', '20241231']],
    ['date', 'day-month-year', ['01.02.2024', '13.02.2024']],
    ['date', 'month-day-year', ['01/02/2024', '02/13/2024']],
    ['date', 'day month-name year', ['1 Mar 2024', '31 December 2023']],
    ['date', 'year年month月day日', ['2024年3月1日', '2023年12月31日']],
    ['timestamp', 'year-month-day', ['2024-03-01 08:26:00', '2024-03-01T08:26:00.5Z']],
    ['timestamp', 'month-day-year', ['3/1/2024 8:26 AM', '12/13/2024 9:00 PM']],
    ['time', 'hours:minutes', ['08:26', '23:59:59']],
    ['boolean', 'words', ['yes', 'No', 'YES']],
    ['boolean', '0 or 1', ['0', '1', '1']],
    ['url', 'http', ['https://a.example/x', 'http://b.example']],
    ['email', 'address', ['a@b.example', 'c.d@e.example']],
    ['json', 'object or array', ['{"a":1}', '[1,2]']],
    ['text', undefined, ['lamp', 'vase 3']],
    ['empty', undefined, ['', 'NULL', null]],
  ])('is %s, %s', async (type, spelling, values) => {
    expect(await guess([...values, '', null])).toMatchObject({ type, share: 1, misfits: [] });
    expect((await guess(values)).spelling).toBe(spelling);
  });

  it('keeps numbers that are names as text', async () => {
    expect(await guess(['00123', '45678', '99999'])).toMatchObject({ type: 'id' });
    expect(await guess(['9007199254740993', '1'])).toMatchObject({ type: 'id' });
  });

  it('lets the whole column decide the order of day and month, and says where it does not', async () => {
    const many = Array.from({ length: 5000 }, (_, at) => `0${(at % 9) + 1}/0${(at % 7) + 1}/2024`);
    expect(await guess([...many, '25/01/2024'])).toMatchObject({ spelling: 'day-month-year', share: 1 });
    expect(await guess([...many, '01/25/2024'])).toMatchObject({ spelling: 'month-day-year', share: 1 });
    expect((await guess(many)).because).toContain('nothing in the column decides');
  });

  it('tells the share that fits and what does not', async () => {
    const values = Array.from({ length: 95 }, (_, at) => String(at));
    expect(await guess([...values, 'five', 'two', 'N/A', '', 'x'])).toMatchObject({
      type: 'integer',
      values: 98,
      missing: 2,
      share: 95 / 98,
      misfits: ['five', 'x'],
    });
  });
});
