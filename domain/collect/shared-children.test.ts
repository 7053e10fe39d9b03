import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChildShelf, createChildShelf } from './child-shelf.ts';
import { type Collected, openSourceFixture, type SourceFixture } from './source-fixture.ts';

let shop: SourceFixture;
let shelf: ChildShelf;
let parent: ChildProcess | undefined;
beforeEach(async () => {
  shop = await openSourceFixture();
  shelf = createChildShelf({ idleMs: 600_000 });
});
afterEach(async () => {
  parent?.kill('SIGKILL');
  await shelf.close();
  await shop.close();
});

/** The real parser; each child first writes down its process id, and then meets a fault for some file names. */
async function parserWith(fault = ''): Promise<URL> {
  const parser = new URL('./parse-child.ts', import.meta.url).href;
  const path = join(shop.dir, 'noted-child.ts');
  await writeFile(
    path,
    `import { appendFileSync } from 'node:fs';
     import { serveJobs } from ${JSON.stringify(parser)};
     appendFileSync(${JSON.stringify(join(shop.dir, 'pids'))}, process.pid + '\\n');
     await serveJobs(JSON.parse(process.argv[2]), (job) => {
       const name = job.kind === 'parse' ? job.name : '';
       ${fault}
     });
     process.exit(0);`,
  );
  return pathToFileURL(path);
}

async function startedPids(): Promise<number[]> {
  return (await readFile(join(shop.dir, 'pids'), 'utf8')).trim().split('\n').map(Number);
}

const one = { threads: 1 };
const hashesOf = ({ output }: Collected): string[] =>
  (output.datasets['raw.shop'] ?? []).map(({ manifest }) => manifest.sha256);

describe('calls that share a shelf', () => {
  it('are worked by one child, whose scratch is the only thing in staging until it ends', async () => {
    const parser = await parserWith();
    for (const name of ['a', 'b', 'c']) {
      await shop.file(`${name}.csv`, `sku\n${name}\n`);
      const { rows } = await shop.collect({ path: `${name}.csv` }, { parser, shelf, context: one });
      expect(rows.map(({ sku }) => sku)).toEqual([name]);
      expect(await shop.staged()).toEqual([expect.stringMatching(`^${process.pid}-`)]);
    }
    const pids = await startedPids();
    expect(pids).toHaveLength(1);
    await shelf.close();
    expect([await shop.staged(), pids.filter(isAlive)]).toEqual([[], []]);
  });

  it('start children of their own under another limit', async () => {
    const parser = await parserWith();
    await shop.file('a.csv', 'sku\nA1\n');
    await shop.collect({ path: 'a.csv' }, { parser, shelf, context: one });
    await shop.collect({ path: 'a.csv' }, { parser, shelf, context: one, limits: { childMemoryMb: 4097 } });
    expect(await startedPids()).toHaveLength(2);
  });

  it('give the same bytes as calls that start their own', async () => {
    await shop.file('1.csv', 'sku,qty\nA,1\nbad\n"B\n",2\n');
    await shop.file('2.jsonl', '{"sku":"D","qty":1}\n{"sku":"E","more":[1]}\n');
    await shop.file('3.csv.gz', gzipSync('sku,qty\nC,3\n'));
    const sources = ['1.csv', '2.jsonl', '3.csv.gz'].map((path) => ({ path }));
    const own: string[][] = [];
    for (const source of sources) own.push(hashesOf(await shop.collect(source)));
    for (const [index, source] of sources.entries()) {
      const shared = await shop.collect(source, { shelf, context: { force: true } });
      expect([shared.output.reused, hashesOf(shared)]).toEqual([0, own[index]]);
    }
  });

  it('lose only the child that a file kills', async () => {
    const parser = await parserWith("if (name.includes('crash')) process.abort();");
    await shop.file('1.csv', 'sku\n1\n');
    await shop.file('2-crash.csv', 'sku\n2\n');
    await shop.file('3.csv', 'sku\n3\n');
    const options = { parser, shelf, context: one };
    await shop.collect({ path: '1.csv' }, options);
    const poisoned = await shop.collect({ path: '2-crash.csv' }, options);
    expect(poisoned.output.problems.map(({ code }) => code)).toEqual(['STK-COLLECT-POISON']);
    const after = await shop.collect({ path: '3.csv' }, options);
    expect(after.rows.map(({ sku }) => sku)).toEqual(['3']);
    const pids = await startedPids();
    // The parked one and one more die; the third notes the refusal and works on.
    expect([pids.length, pids.filter(isAlive)]).toEqual([3, pids.slice(2)]);
    expect(await shop.staged()).toHaveLength(1);
  });

  it('park no child when they are cancelled', async () => {
    const cancel = new AbortController();
    const begun = join(shop.dir, 'begun');
    const parser = await parserWith(
      `if (name.includes('hang')) { appendFileSync(${JSON.stringify(begun)}, ''); for (;;); }`,
    );
    await shop.file('a.csv', 'sku\nA1\n');
    await shop.file('b-hang.csv', 'sku\nB1\n');
    await shop.collect({ path: 'a.csv' }, { parser, shelf, context: one });
    const context = { ...one, signal: cancel.signal };
    const cancelled = shop.collect({ path: 'b-hang.csv' }, { parser, shelf, context });
    const refused = expect(cancelled).rejects.toMatchObject({ code: 'STK-COLLECT-CANCELLED' });
    await expect.poll(() => existsSync(begun), { timeout: 10_000 }).toBe(true);
    cancel.abort(new Error('enough'));
    await refused;
    expect([await shop.staged(), (await startedPids()).filter(isAlive)]).toEqual([[], []]);
  });
});

describe('a process that has parked a child', () => {
  /** Collects in a process of its own with the real parser, parks the child for ten minutes, and then does `last`. */
  async function startCollecting(last: string): Promise<ChildProcess> {
    const parser = await parserWith();
    const room = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);
    const path = join(shop.dir, 'collecting.ts');
    await writeFile(
      path,
      `import { openStore } from ${room('../store/store.ts')};
       import { createChildShelf } from ${room('./child-shelf.ts')};
       import { collectSlices } from ${room('./collect.ts')};
       import { defaultLimits, sourceOf, stageContext } from ${room('./source-fixture.ts')};
       import { listSource } from ${room('./files.ts')};
       const input = ${JSON.stringify(shop.input)};
       const source = sourceOf({ path: '*.csv' });
       const { slices } = await listSource({ input, name: 'shop', source, to: '9999-12-31' });
       const work = { name: 'shop', source, limits: defaultLimits(), input, slices };
       const shelf = createChildShelf({ idleMs: 600_000 });
       const parser = new URL(${JSON.stringify(parser.href)});
       const store = await openStore(${JSON.stringify(shop.store.dir)});
       await collectSlices(store, stageContext(), { ...work, parser, shelf });
       process.stdout.write('collected\\n');
       ${last}`,
    );
    await shop.file('a.csv', 'sku\nA1\n');
    return spawn(process.execPath, ['--no-warnings', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  async function expectNothingLeft(): Promise<void> {
    const pids = await startedPids();
    expect(pids).toHaveLength(1);
    await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    expect(await shop.staged()).toEqual([]);
  }

  it('ends by itself at once, and the child with it', async () => {
    parent = await startCollecting('');
    expect(await once(parent, 'exit')).toEqual([0, null]);
    await expectNothingLeft();
  });

  it('takes the child with it when it is killed', async () => {
    parent = await startCollecting('setInterval(() => undefined, 1000);');
    if (parent.stdout) await once(parent.stdout, 'data');
    expect((await startedPids()).filter(isAlive)).toHaveLength(1);
    parent.kill('SIGKILL');
    await expectNothingLeft();
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
