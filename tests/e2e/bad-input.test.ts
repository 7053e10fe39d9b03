import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../domain/store/store.ts';
import type { RunRecord } from '../../schemas/run.ts';
import { type Problem, stageOutputSchema } from '../../schemas/stage.ts';
import { fastRetries, makeProject, stocktake, type TestProject, whyNoServer } from '../harness.ts';

const skip = await whyNoServer();
const date = '2026-05-01';
const good = 'id,item,at,amount\n1,a,2026-05-01 10:00:00,1.50\n2,b,2026-05-01 11:00:00,2.00\n';

/** One source per kind of damage: its file, and the code under which it must be reported. */
const damaged: Record<string, { file: string; bytes: Buffer | string; code: string; options?: string }> = {
  empty: { file: 'csv', bytes: '', code: 'STK-COLLECT-EMPTY' },
  truncated: {
    file: 'csv.gz',
    bytes: gzipSync(good.repeat(200)).subarray(0, 60),
    code: 'STK-COLLECT-TRUNCATED',
  },
  delimiter: { file: 'csv', bytes: good.replaceAll(',', ';'), code: 'STK-COLLECT-DELIMITER' },
  longline: {
    file: 'csv',
    bytes: `${good}3,${'x'.repeat(5_000_000)},2026-05-01 12:00:00,1\n`,
    code: 'STK-COLLECT-LONG',
  },
  deep: {
    file: 'jsonl',
    bytes: `{"id":"1","item":"a","at":"2026-05-01 10:00:00","amount":1}\n{"id":"2","item":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`,
    code: 'STK-COLLECT-DEPTH',
  },
  renamed: { file: 'csv', bytes: good.replace('amount', 'total'), code: 'STK-CONTRACT-COLUMNS' },
  headers: { file: 'csv', bytes: good.replace('item', 'id'), code: 'STK-COLLECT-HEADER' },
  encoding: {
    file: 'csv',
    bytes: Buffer.concat([
      Buffer.from(good),
      Buffer.from('3,caf'),
      Buffer.from([0xe9]),
      Buffer.from(',2026-05-01 12:00:00,1\n'),
    ]),
    code: 'STK-COLLECT-ENCODING',
  },
  quote: {
    file: 'csv',
    bytes: `${good}3,"open,2026-05-01 12:00:00,1\n4,d,2026-05-01 13:00:00,4\n`,
    code: 'STK-COLLECT-QUOTE',
  },
};

/** 商品,数量 in GB18030. */
const gb18030 = Buffer.concat([
  Buffer.from('id,item,at,amount\n1,'),
  Buffer.from([0xc9, 0xcc, 0xc6, 0xb7]),
  Buffer.from(',2026-05-01 10:00:00,1\n'),
]);

function sourceText(name: string, file: string, options = ''): string {
  return `${name}: { path: '${name}/{date}.${file}', ${options}
    entities: { events: { key: ['event_id'], columns: { event_id: 'id', item_id: 'item', kind: "'purchase'", time: 'at', value: 'amount' } } },
    contract: { requiredColumns: ['id', 'item', 'at', 'amount'] } }`;
}

function configText(): string {
  const sources = [
    sourceText('good', 'csv', 'required: true,'),
    sourceText('missing', 'csv'),
    sourceText('chinese', 'csv', "encoding: 'gb18030',"),
    sourceText('changing', 'csv').replace('contract: {', "contract: { drift: { added: 'stop' },"),
    ...Object.entries(damaged).map(([name, { file }]) => sourceText(name, file)),
  ];
  return `export default { project: 'bad-input', input: 'shop', store: 'store', temporal: { retries: ${JSON.stringify(fastRetries)} },
  sources: { ${sources.join(',\n')} } };\n`;
}

async function put(project: TestProject, path: string, bytes: Buffer | string): Promise<void> {
  const target = join(project.input, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, bytes);
}

async function problemsOf(project: TestProject, run: RunRecord): Promise<Problem[]> {
  const store = await openStore(project.storeDir);
  const outputs = await Promise.all(run.steps.map(({ result }) => store.objects.readJson(result.output)));
  return outputs.flatMap((output) => stageOutputSchema.parse(output).problems);
}

describe.skipIf(skip)(`a night full of bad input ${skip}`, () => {
  let project: TestProject;
  let ended: Awaited<ReturnType<typeof stocktake>>;
  let problems: Problem[];

  beforeAll(async () => {
    project = await makeProject(configText());
    await put(project, `good/${date}.csv`, good);
    await put(project, `chinese/${date}.csv`, gb18030);
    await put(project, `changing/${date}.csv`, good);
    for (const [name, { file, bytes }] of Object.entries(damaged))
      await put(project, `${name}/${date}.${file}`, bytes);
    ended = await stocktake(['run', '--date', date, '--json'], { cwd: project.dir });
    const store = await openStore(project.storeDir);
    problems = await problemsOf(project, await store.runs.resolve('last'));
  }, 120_000);
  afterAll(() => project?.remove());

  it('goes on to its end and publishes what is good', async () => {
    expect(ended.stderr).not.toContain('Error:');
    expect(ended.code).toBe(0);
    const store = await openStore(project.storeDir);
    const snapshot = await store.snapshots.current();
    expect(snapshot?.datasets['raw.good']?.rows).toBe(2);
    expect(snapshot?.datasets['unified.events']?.rows).toBeGreaterThanOrEqual(2 + 1 + 2 + 1 + 2 + 3);
  });

  it.each(Object.entries(damaged).map(([name, { code }]) => [name, code]))(
    'reports the source %s under %s',
    (name, code) => {
      expect(problems.filter(({ source }) => source === name).map((problem) => problem.code)).toContain(code);
    },
  );

  it('reads GB18030 text as it was meant', async () => {
    const shown = await stocktake(['quarantine', 'show', 'chinese', '--json'], { cwd: project.dir });
    expect(JSON.parse(shown.stdout)).toEqual([]);
  });

  it('names every rejected line in quarantine with file, line and reason', async () => {
    const shown = await stocktake(['quarantine', 'show', 'quote', '--json'], { cwd: project.dir });
    const rows = JSON.parse(shown.stdout) as Record<string, unknown>[];
    expect(rows).toMatchObject([{ file: `quote/${date}.csv`, reason: 'STK-COLLECT-QUOTE' }]);
    expect(Number(rows[0]?.line)).toBe(4);
  });

  it('F20 holds a changed slice out, publishes the rest, and says so by its exit code', async () => {
    await put(project, 'good/2026-05-02.csv', good.replaceAll('05-01', '05-02'));
    await put(project, 'changing/2026-05-02.csv', 'id,item,at,amount,more\n5,e,2026-05-02 10:00:00,1,x\n');
    const held = await stocktake(['run', '--date', '2026-05-02', '--json'], { cwd: project.dir });
    expect(held.code).toBe(1);
    expect(JSON.parse(held.stdout)).toMatchObject({
      outcome: 'published',
      heldOut: [{ source: 'changing', slice: '2026-05-02', message: expect.stringContaining('more added') }],
    });
    const { datasets } = (await (await openStore(project.storeDir)).snapshots.current()) ?? {};
    expect(datasets?.['clean.good.events']?.slices).toBe(2);
    expect(datasets?.['clean.changing.events']?.slices).toBe(1);
  }, 60_000);

  it('keeps what was published when the next night is worse', async () => {
    const before = await (await openStore(project.storeDir)).snapshots.current();
    await put(project, `good/2026-05-03.csv`, good.replace('item', 'thing'));
    const worse = await stocktake(['run', '--date', '2026-05-03'], { cwd: project.dir });
    expect(worse.code).toBe(1);
    expect(worse.stderr).toContain('STK-CONTRACT-COLUMNS');
    expect(worse.stderr).toContain('thing');
    expect((await (await openStore(project.storeDir)).snapshots.current())?.contentHash).toBe(
      before?.contentHash,
    );
  }, 60_000);

  it('ends a night whose required source has no file with a coded error that names the pattern', async () => {
    const missing = await stocktake(['run', '--date', '2026-04-01'], { cwd: project.dir });
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/STK-(SOURCE-MISSING|PLAN-OLDER)/);
  }, 60_000);
});

describe('commands given bad input', () => {
  it('names an unknown configuration key with the nearest known one and exits 2', async () => {
    const project = await makeProject(configText());
    try {
      await writeFile(
        project.configPath,
        (await readFile(project.configPath, 'utf8')).replace(
          "project: 'bad-input'",
          "project: 'bad-input', timezne: 'UTC'",
        ),
      );
      const ended = await stocktake(['run', '--dry-run'], { cwd: project.dir });
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain('did you mean timezone?');
    } finally {
      await project.remove();
    }
  });

  it('says which configuration file is missing and how to make one, exit 2', async () => {
    const ended = await stocktake(['run', '--config', 'nowhere.ts'], { cwd: '/' });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('stocktake init');
  });

  it('says that a path of the input leads nowhere', async () => {
    const project = await makeProject(configText());
    try {
      const ended = await stocktake(['run', '--dry-run', '--input', 'no/such/folder'], { cwd: project.dir });
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain('STK-SOURCE-MISSING');
    } finally {
      await project.remove();
    }
  });

  it('exits 3 when the server that was named cannot be reached', async () => {
    const project = await makeProject(configText());
    try {
      const ended = await stocktake(['schedule', 'show'], {
        cwd: project.dir,
        env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
      });
      expect(ended.code).toBe(3);
      expect(ended.stderr).toContain('STK-TEMPORAL-UNREACHABLE');
    } finally {
      await project.remove();
    }
  }, 60_000);

  it.skipIf(skip)(
    'names a busy port and exits 3',
    async () => {
      const project = await makeProject(configText());
      const holder = createServer().listen(0, '127.0.0.1');
      await once(holder, 'listening');
      try {
        const { port } = holder.address() as { port: number };
        const ended = await stocktake(['dev', '--port', String(port)], { cwd: project.dir });
        expect(ended.code).toBe(3);
        expect(ended.stderr).toContain('STK-SERVER-PORT-BUSY');
      } finally {
        holder.close();
        await project.remove();
      }
    },
    60_000,
  );

  it('suggests the command that was meant and exits 2', async () => {
    const ended = await stocktake(['invntory'], { cwd: '/' });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('inventory');
  });

  it('exits 2 on a date that does not exist', async () => {
    const ended = await stocktake(['run', '--date', '2026-02-30'], { cwd: '/' });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('2026-02-30');
  });
});
