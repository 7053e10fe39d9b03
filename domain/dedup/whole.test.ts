import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FailpointPlace } from '../runtime/failpoint.ts';
import { createPace } from '../runtime/pace.ts';
import { withProgress } from '../runtime/progress.ts';
import { findOrMake, type WholeParts, type WholeSpec } from '../warehouse/whole.ts';
import { type CleanFixture, openCleanFixture, stageContext } from './clean-fixture.ts';

let fixture: CleanFixture;
beforeEach(async () => {
  fixture = await openCleanFixture();
});
afterEach(() => fixture.close());

const spec: WholeSpec = {
  stage: 'test',
  step: 'test',
  version: 1,
  dataset: 'match.test',
  config: {},
  inputs: ['b', 'a'],
};
let made = 0;
const make = async (): Promise<WholeParts> => {
  made++;
  return { files: {}, ledger: [], facts: { made: 'yes' } };
};
const staged = () => readdir(join(fixture.store.dir, 'staging'));

describe('an output made as a whole', () => {
  it('is found again for the same inputs in any order, and made again when forced', async () => {
    made = 0;
    const first = await findOrMake(fixture.store, fixture.context, spec, make);
    const again = await findOrMake(fixture.store, fixture.context, { ...spec, inputs: ['a', 'b'] }, make);
    const forced = await findOrMake(fixture.store, stageContext({ force: true }), spec, make);
    expect([first.reused, again.reused, forced.reused, made]).toEqual([false, true, false, 2]);
    expect(again.stored).toEqual(first.stored);
    expect(forced.stored).toEqual(first.stored);
    expect(first.stored.manifest.parents).toEqual(['a', 'b']);
  });

  it.each([
    ['before', 1],
    ['mid', 2],
    ['after-effect', 1],
  ] as const)('goes on after a fault %s, with nothing left behind', async (place: FailpointPlace, times) => {
    made = 0;
    let isArmed = true;
    const failpoint = async (at: FailpointPlace): Promise<void> => {
      if (!isArmed || at !== place) return;
      isArmed = false;
      throw new Error(`fault ${at}`);
    };
    const context = stageContext({ failpoint });
    await expect(findOrMake(fixture.store, context, spec, make)).rejects.toThrow(`fault ${place}`);
    expect(await staged().catch(() => [])).toEqual([]);
    await findOrMake(fixture.store, context, spec, make);
    expect(await staged()).toEqual([]);
    expect(made).toBe(times);
  });
});

describe('progress', () => {
  it('is reported as it goes on, and falls silent with it', async () => {
    const beats: unknown[] = [];
    const context = stageContext({ heartbeat: (progress) => beats.push(progress) });
    await withProgress(context, 'test', async (progress) => {
      progress({ done: 1 });
      progress();
      await setTimeout(1200);
    });
    expect(beats).toEqual([{ step: 'test' }, { step: 'test', done: 1 }, { step: 'test', done: 1 }]);
  });

  it('lets timers run during computing, which ends when the run is cancelled', async () => {
    const controller = new AbortController();
    const breathe = createPace(controller.signal, () => turns++);
    let turns = 0;
    const timer = setTimeout(120).then(() => controller.abort(new Error('cancelled by test')));
    const endless = async (): Promise<void> => {
      for (;;) await breathe();
    };
    await expect(endless()).rejects.toThrow('cancelled by test');
    await timer;
    expect(turns).toBeGreaterThan(0);
  });
});
