import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../schemas/stage.ts';
import type { Logger } from '../runtime/logger.ts';
import { silentLogger } from '../runtime/logger.ts';
import { openSourceFixture, type SourceFixture } from './source-fixture.ts';

let shop: SourceFixture;
beforeEach(async () => {
  shop = await openSourceFixture();
});
afterEach(() => shop.close());

/** The real parser, with a fault for some file names. */
async function parserWith(fault: string): Promise<URL> {
  const parser = new URL('./parse-child.ts', import.meta.url).href;
  const path = join(shop.dir, 'faulty-child.ts');
  await writeFile(
    path,
    `import { existsSync, writeFileSync } from 'node:fs';
     import { serveJobs } from ${JSON.stringify(parser)};
     await serveJobs(JSON.parse(process.argv[2]), (job) => {
       const name = job.kind === 'parse' ? job.name : '';
       ${fault}
     });
     process.exit(0);`,
  );
  return pathToFileURL(path);
}

function recorder(): { log: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  return {
    lines,
    log: { ...silentLogger, warn: (message, fields) => void lines.push({ message, ...fields }) },
  };
}

const codesOf = (problems: readonly Problem[]): string[] =>
  problems.map(({ file, code }) => `${file} ${code}`);

describe('a file that kills its parser', () => {
  it('is tried once more in a new child, then refused, and the other files go on', async () => {
    for (const name of ['a', 'b-crash', 'c', 'd']) await shop.file(`${name}.csv`, `sku\n${name}\n`);
    const { log, lines } = recorder();
    const parser = await parserWith("if (name.includes('crash')) process.abort();");
    const { rows, rejects, output, manifests } = await shop.collect(
      { path: '*.csv' },
      { parser, context: { log } },
    );
    expect(rows.map(({ sku }) => sku)).toEqual(['a', 'c', 'd']);
    expect(codesOf(output.problems)).toEqual(['b-crash.csv STK-COLLECT-POISON']);
    expect(output.problems[0]?.message).toContain('limits.childMemoryMb 4096');
    expect(rejects).toMatchObject([
      { file: 'b-crash.csv', line: '0', reason: 'STK-COLLECT-POISON', rows: '0' },
    ]);
    expect(lines).toMatchObject([
      { job: 'b-crash.csv', attempt: 1, signal: 'SIGABRT' },
      { job: 'b-crash.csv', attempt: 2, signal: 'SIGABRT' },
    ]);
    expect(manifests[0]?.ledger[0]).toMatchObject({ rowsIn: 3, rowsOut: 3 });
    expect(await shop.staged()).toEqual([]);
  });

  it('is taken when it passes on the second try', async () => {
    await shop.file('a.csv', 'sku\nA1\n');
    const marker = JSON.stringify(join(shop.dir, 'crashed'));
    const parser = await parserWith(
      `if (!existsSync(${marker})) { writeFileSync(${marker}, ''); process.kill(process.pid, 'SIGKILL'); }`,
    );
    const { rows, output } = await shop.collect({ path: 'a.csv' }, { parser });
    expect(rows).toHaveLength(1);
    expect(output.problems).toEqual([]);
  });

  it('is refused when it takes longer than its seconds', async () => {
    await shop.file('a-hang.csv', 'sku\nA1\n');
    await shop.file('b.csv', 'sku\nB1\n');
    const { log, lines } = recorder();
    const parser = await parserWith("if (name.includes('hang')) for (;;);");
    const { rows, output } = await shop.collect(
      { path: '*.csv' },
      { parser, limits: { childSeconds: 4 }, context: { log } },
    );
    expect(rows.map(({ sku }) => sku)).toEqual(['B1']);
    expect(codesOf(output.problems)).toEqual(['a-hang.csv STK-COLLECT-POISON']);
    expect(lines).toMatchObject([{ failure: 'took too long' }, { failure: 'took too long' }]);
  });

  it.runIf(process.platform === 'linux')(
    'is refused when it asks for more memory than the child may have',
    async () => {
      await shop.file('a-hungry.csv', 'sku\nA1\n');
      const parser = await parserWith(
        "if (name.includes('hungry')) { const all = []; for (;;) all.push(Buffer.alloc(1 << 28, 1)); }",
      );
      const { output } = await shop.collect({ path: '*.csv' }, { parser });
      expect(codesOf(output.problems)).toEqual(['a-hungry.csv STK-COLLECT-POISON']);
    },
  );
});

describe('a parser that cannot start', () => {
  it('is a fault of the machine and refuses no file', async () => {
    await shop.file('a.csv', 'sku\nA1\n');
    const missing = pathToFileURL(join(shop.dir, 'no-such-child.ts'));
    await expect(shop.collect({ path: 'a.csv' }, { parser: missing })).rejects.toMatchObject({
      code: 'STK-COLLECT-CHILD',
      retryable: true,
    });
    const { output } = await shop.collect({ path: 'a.csv' });
    expect(output).toMatchObject({ reused: 0, problems: [] });
  });
});
