import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stocktake } from '../tests/harness.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-evaluate-intake-'));
  await writeFile(join(dir, 'good.csv'), 'id,name\n1,ant\n2,bee\n');
  await writeFile(join(dir, 'ragged.csv'), 'id,name\n1,ant\n2\n');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('stocktake evaluate intake', () => {
  it('prints one JSON document with the outcome of every file and exits 0, also where rows were kept out', async () => {
    const { code, stdout, stderr } = await stocktake(['evaluate', 'intake', '--dir', dir, '--json'], {
      cwd: dir,
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/partly ragged\.csv/);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      task: 'intake',
      totals: { loaded: 1, partly: 1, refused: 0, rowsIn: 4, rowsOut: 3, rejected: 1 },
      files: [{ path: 'good.csv' }, { path: 'ragged.csv', reasons: [{ code: 'STK-COLLECT-COLUMNS' }] }],
    });
  });

  it('reads files as it is told, and refuses what cannot be told', async () => {
    const told = ['--delimiter', ';', '--header', 'no', '--encoding', 'utf-8', '--json', '--quiet'];
    const { code, stdout } = await stocktake(['evaluate', 'intake', '--dir', dir, ...told], { cwd: dir });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      reading: { delimiter: ';', header: false, encoding: 'utf-8' },
      totals: { rowsIn: 6, rowsOut: 6 },
    });
    const refused = await stocktake(['evaluate', 'intake', '--dir', dir, '--encoding', 'klingon'], {
      cwd: dir,
    });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("'klingon' is no encoding");
  });

  it('prints a table by default and says what is wrong with a folder that is not there', async () => {
    const shown = await stocktake(['evaluate', 'intake', '--dir', dir, '--quiet'], { cwd: dir });
    expect(shown.stdout).toMatch(/1 loaded, 1 partly, 0 refused; 4 rows in = 3 out \+ 1 rejected/);
    const missing = await stocktake(['evaluate', 'intake', '--dir', join(dir, 'nowhere')], { cwd: dir });
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/STK-EVALUATE-FOLDER/);
  });
});
