import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger.ts';
import type { ChildShelf } from './child-shelf.ts';
import type { MergeJob } from './jobs.ts';
import { createParseWorker, type ParseWorker, type WorkerOptions } from './parse-worker.ts';
import { type ParsingChild, startParsingChild } from './parsing-child.ts';

const job: MergeJob = { kind: 'merge', rows: [], rejects: [], out: 'out' };

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-worker-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A worker whose child answers each job with `reply`, and a shelf that only notes what it gets. */
async function workerWith(
  reply: string,
  lent?: (options: WorkerOptions) => Promise<ParsingChild>,
): Promise<{ worker: ParseWorker; put: ParsingChild[] }> {
  const path = join(dir, 'child.mjs');
  await writeFile(
    path,
    `import { existsSync, writeFileSync } from 'node:fs';
     const say = (message) => console.log(JSON.stringify(message));
     process.stdin.on('data', () => { say({ type: 'begin' }); ${reply} });`,
  );
  const put: ParsingChild[] = [];
  const options: WorkerOptions = {
    script: pathToFileURL(path),
    memoryMb: 4096,
    seconds: 60,
    folders: [],
    scratch: dir,
    log: silentLogger,
  };
  const child = await lent?.(options);
  const shelf: ChildShelf = {
    take: () => child,
    put: (_, parked) => void put.push(parked),
    close: async () => undefined,
  };
  return { worker: createParseWorker({ ...options, shelf }), put };
}

const done = (residentMb: number): string => `say({ type: 'done', result: {}, residentMb: ${residentMb} });`;

async function endAll(children: readonly ParsingChild[]): Promise<void> {
  for (const child of children) child.kill();
  await Promise.all(children.map((child) => child.ended));
}

describe('a worker that is released', () => {
  it('parks a child that is idle and well', async () => {
    const { worker, put } = await workerWith(done(80));
    expect(await worker.run(job)).toEqual({ kind: 'done', result: {} });
    await worker.release();
    expect(put).toHaveLength(1);
    await endAll(put);
  });

  it('parks none that has grown, none that failed, and none when it never had one', async () => {
    const grown = await workerWith(done(513));
    await grown.worker.run(job);
    await grown.worker.release();
    const failed = await workerWith("say({ type: 'failed', fault: 'disk', message: 'full' });");
    expect(await failed.worker.run(job)).toMatchObject({ kind: 'failed', fault: 'disk' });
    await failed.worker.release();
    const unused = await workerWith(done(80));
    await unused.worker.release();
    expect([grown.put, failed.put, unused.put]).toEqual([[], [], []]);
  });

  it('kills a child that is at work, and parks none after it was stopped', async () => {
    const busy = await workerWith('');
    const outcome = busy.worker.run(job);
    await busy.worker.release();
    expect(await outcome).toEqual({ kind: 'died' });
    const stopped = await workerWith(done(80));
    await stopped.worker.run(job);
    await stopped.worker.stop();
    await stopped.worker.release();
    expect([busy.put, stopped.put]).toEqual([[], []]);
  });
});

describe('a worker that was lent a child', () => {
  const start = async (options: WorkerOptions): Promise<ParsingChild> => startParsingChild(options);

  it('works with it and gives it back', async () => {
    const lent: ParsingChild[] = [];
    const { worker, put } = await workerWith(done(80), async (options) => {
      lent.push(await start(options));
      return lent[0] as ParsingChild;
    });
    await worker.run(job);
    await worker.release();
    expect(put[0]).toBe(lent[0]);
    await endAll(put);
  });

  it('does not count one that had died already as a try of the job', async () => {
    const marker = JSON.stringify(join(dir, 'crashed'));
    const { worker, put } = await workerWith(
      `if (existsSync(${marker})) ${done(80)} else { writeFileSync(${marker}, ''); process.kill(process.pid, 'SIGKILL'); }`,
      async (options) => {
        const dead = await start(options);
        await endAll([dead]);
        return dead;
      },
    );
    expect(await worker.run(job)).toMatchObject({ kind: 'done' });
    await worker.release();
    await endAll(put);
  });
});
