import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fullLoop, learnedOf, noLoop, samplesOf } from '../domain/report/loop-fixture.ts';
import { loopLines, readLoop } from './demo-loop.ts';

describe('what was understood and learned', () => {
  it('is a line each for texts, tasks, model, verdict and two users', () => {
    const samples = samplesOf('Tent', ['u-1', 'u-2', 'u-3']);
    expect(loopLines({ ...fullLoop('Shoes'), samples })).toEqual([
      'texts      12 encoded, 1,120 kept from before',
      'category   right in 98.8 % of 80 held-out things, most frequent label 20.0 % (tf-idf + logistic regression)',
      'sentiment  12 things carry a label that 5 or more share; at least 30 are needed to learn',
      'model      hybrid 0.210 NDCG@10 [0.180, 0.240] against cosine-knn 0.180, popularity 0.080',
      'verdict    promoted: v2: ndcg@10 0.2100 against 0.1800 of v1, difference +0.0300 [+0.0100, +0.0500]; it is better',
      'u-1        Tent, because of Tent',
      'u-2        Tent, because of Tent',
    ]);
  });

  it('says of every part that is not there why', () => {
    expect(loopLines(noLoop)).toEqual([
      'texts      no part of this run',
      'labels     no part of this run',
      'model      no part of this run',
      'verdict    no part of this run',
    ]);
    const why = 'switched off in the configuration';
    const text = { ...noLoop.text, step: { decision: 'skipped', why } };
    expect(loopLines({ ...noLoop, text })[0]).toBe(`texts      nothing: ${why}`);
  });

  it('tells a verdict of an earlier night as such', () => {
    const gate = { decision: 'reused', why: 'The training gave v2 again' };
    const learned = learnedOf({ isNew: false, gate });
    expect(loopLines({ ...noLoop, learned })[3]).toBe(
      'verdict    none new (The training gave v2 again); the newest is of 2026-10-02: v2 promoted',
    );
  });

  it('comes from the report of the run, and a run without one has none', async () => {
    const store = await mkdtemp(join(tmpdir(), 'stocktake-loop-'));
    try {
      expect(loopLines(await readLoop(store, 'run-1'))).toEqual([
        'nothing is written down: the run has no report',
      ]);
      await mkdir(join(store, 'reports', 'run-1'), { recursive: true });
      await writeFile(join(store, 'reports', 'run-1', 'report.json'), JSON.stringify({ loop: noLoop }));
      expect(await readLoop(store, 'run-1')).toEqual(noLoop);
    } finally {
      await rm(store, { recursive: true });
    }
  });
});
