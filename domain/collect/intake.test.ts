import { readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IntakeFixture, openIntakeFixture, outcomeOf } from './intake-fixture.ts';
import { defaultLimits } from './source-fixture.ts';

let fixture: IntakeFixture;
beforeEach(async () => {
  fixture = await openIntakeFixture();
});
afterEach(() => fixture.close());

/** Parses as ever, but dies or hangs on files named so. */
async function moodyParser(): Promise<URL> {
  const path = join(fixture.scratch, 'moody.ts');
  await writeFile(
    path,
    `import { serveJobs } from ${JSON.stringify(join(import.meta.dirname, 'parse-child.ts'))};
     await serveJobs(JSON.parse(process.argv[2] ?? ''), ({ name = '' }) => {
       if (name.includes('kills')) process.kill(process.pid, 'SIGKILL');
       if (name.includes('hangs')) for (;;) {}
     });
     process.exit(0);`,
  );
  return pathToFileURL(path);
}

describe('the intake of a folder', () => {
  it('gives every file an outcome, also what must not be opened', async () => {
    await fixture.file('good.csv', 'id,name\n1,ant\n2,bee\n');
    await fixture.file('sub/folder/ragged.csv', 'id,name\n1,ant\n2\n');
    await fixture.file('items.jsonl', '{"sku":"a","price":1}\n{"sku":"b"}\n');
    await fixture.file('broken.csv.gz', 'no gzip at all');
    await symlink('/etc/passwd', join(fixture.dir, 'link.csv'));
    const { files, totals } = await fixture.intake();
    expect(files.map(outcomeOf)).toEqual([
      ['broken.csv.gz', 'refused', 'STK-COLLECT-MAGIC', 0, 0],
      ['good.csv', 'loaded', undefined, 2, 2],
      ['items.jsonl', 'loaded', undefined, 2, 2],
      ['link.csv', 'refused', 'STK-COLLECT-PATH', 0, 0],
      ['sub/folder/ragged.csv', 'partly', 'STK-COLLECT-COLUMNS', 2, 1],
    ]);
    expect(files[4]?.reasons).toMatchObject([{ rows: 1, line: 3, message: 'has 1 fields; expected 2' }]);
    expect(files[2]?.columns.map(({ name }) => name)).toEqual(['sku', 'price']);
    expect(files[1]?.peakMemoryMb).toBeGreaterThan(10);
    expect(totals).toMatchObject({ loaded: 2, partly: 1, refused: 2, rowsIn: 6, rowsOut: 5, rejected: 1 });
  });

  it('goes on after a file that kills its parser and one that hangs it', { timeout: 60_000 }, async () => {
    for (const name of ['a', 'hangs', 'kills', 'z']) await fixture.file(`${name}.csv`, 'id\n1\n');
    const limits = { ...defaultLimits(), childSeconds: 3 };
    const { files } = await fixture.intake({ limits, parser: await moodyParser() });
    expect(files.map(({ path, outcome, reason }) => [path, outcome, reason])).toEqual([
      ['a.csv', 'loaded', undefined],
      ['hangs.csv', 'refused', 'STK-COLLECT-POISON'],
      ['kills.csv', 'refused', 'STK-COLLECT-POISON'],
      ['z.csv', 'loaded', undefined],
    ]);
  });

  it('reads a file whose name would be a pattern to the engine, and leaves nothing behind', async () => {
    await fixture.file('a[12]*.csv', 'id\n1\n');
    await fixture.file('a1.csv', 'id\n1\n2\n');
    const { files } = await fixture.intake();
    expect(files.map(({ path, rowsOut }) => [path, rowsOut])).toEqual([
      ['a1.csv', 2],
      ['a[12]*.csv', 1],
    ]);
    expect(await readdir(fixture.scratch)).toEqual([]);
  });
});
