import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newestSliceDate } from './files.ts';
import { openSourceFixture, type SourceFixture, sourceOf } from './source-fixture.ts';

let shop: SourceFixture;
beforeEach(async () => {
  shop = await openSourceFixture();
});
afterEach(() => shop.close());

const pathsOf = (plan: {
  slices: { slice: string; files: { path: string }[] }[];
}): Record<string, string[]> =>
  Object.fromEntries(plan.slices.map(({ slice, files }) => [slice, files.map(({ path }) => path)]));

describe('files of a source', () => {
  it('slices by the date in a file name or a folder name, and keeps the dates asked for', async () => {
    await shop.file('orders/2026-01-01.csv', 'a\n1\n');
    await shop.file('orders/2026-01-02.csv', 'a\n2\n');
    await shop.file('orders/2026-01-03.csv', 'a\n3\n');
    await shop.file('by/2026-01-02/part-1.csv', 'a\n4\n');
    await shop.file('by/2026-01-02/part-2.csv', 'a\n5\n');
    const plan = await shop.list(
      { path: ['orders/{date}.csv', 'by/{date}/*.csv'] },
      '2026-01-02',
      '2026-01-02',
    );
    expect(pathsOf(plan)).toEqual({
      '2026-01-02': ['by/2026-01-02/part-1.csv', 'by/2026-01-02/part-2.csv', 'orders/2026-01-02.csv'],
    });
    expect(plan.slices[0]?.files[0]).toMatchObject({
      bytes: 4,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('takes no name for a date that the calendar does not have, and none with two different dates', async () => {
    await shop.file('2026-02-30.csv', 'a\n1\n');
    await shop.file('2026-02-27/2026-02-28.csv', 'a\n2\n');
    await shop.file('2026-02-28/2026-02-28.csv', 'a\n3\n');
    expect(pathsOf(await shop.list({ path: ['{date}.csv', '{date}/{date}.csv'] }))).toEqual({
      '2026-02-28': ['2026-02-28/2026-02-28.csv'],
    });
  });

  it('calls the slice of an undated source all, and matches * within one name but no hidden file', async () => {
    for (const name of ['b.csv', 'a.csv', '.hidden.csv', 'a.csv.part', 'deep/c.csv'])
      await shop.file(name, name);
    expect(pathsOf(await shop.list({ path: '*.csv' }, '2000-01-01'))).toEqual({ all: ['a.csv', 'b.csv'] });
  });

  it('takes the same bytes under two names once, and other bytes under the same name in two folders twice', async () => {
    await shop.file('a/x.csv', 'same');
    await shop.file('b/x.csv', 'other');
    await shop.file('c/copy.csv', 'same');
    const plan = await shop.list({ path: ['c/*.csv', '*/x.csv'] });
    expect(pathsOf(plan)).toEqual({ all: ['a/x.csv', 'b/x.csv'] });
    expect(plan.repeats).toEqual([{ path: 'c/copy.csv', sameAs: 'a/x.csv' }]);
  });

  it('finds the same repeats for a range as for a night', async () => {
    await shop.file('2026-01-01.csv', 'same');
    await shop.file('2026-01-02.csv', 'same');
    const plan = await shop.list({ path: '{date}.csv' }, '2026-01-02', '2026-01-02');
    expect(plan.slices).toEqual([]);
    expect(plan.repeats).toEqual([{ path: '2026-01-02.csv', sameAs: '2026-01-01.csv' }]);
  });

  it('lists only the newest slice of a full source, also when it repeats an older one', async () => {
    for (const date of ['2026-01-01', '2026-01-02', '2026-01-03']) await shop.file(`${date}.csv`, 'same');
    expect(pathsOf(await shop.list({ path: '{date}.csv', mode: 'full' }, '2026-01-02'))).toEqual({
      '2026-01-02': ['2026-01-02.csv'],
    });
  });

  it('tells the newest date without reading a file', async () => {
    await shop.file('2026-01-02.csv', 'a');
    await shop.file('2025-12-31.csv', 'b');
    const { input } = shop;
    expect(await newestSliceDate({ input, name: 'shop', source: sourceOf({ path: '{date}.csv' }) })).toBe(
      '2026-01-02',
    );
    expect(
      await newestSliceDate({ input, name: 'shop', source: sourceOf({ path: '*.csv' }) }),
    ).toBeUndefined();
  });
});

describe('what is missing', () => {
  it('names the pattern, the folder and the nearest names there', async () => {
    await shop.file('orders/order-2026-01-01.csv', 'a\n');
    const { missing, slices } = await shop.list({ path: 'orders/orders-{date}.csv' });
    expect(slices).toEqual([]);
    expect(missing).toContain('no file matches orders/orders-{date}.csv');
    expect(missing).toContain(`in ${join(shop.input, 'orders')}, where there is order-2026-01-01.csv`);
  });

  it('says so for a path that does not exist at all', async () => {
    const { missing } = await shop.list({ path: 'nowhere/deep/x.csv' });
    expect(missing).toContain(`looked for nowhere in ${shop.input}, which is empty or not there`);
  });

  it('says which dates there are when none is up to the date asked for', async () => {
    await shop.file('2026-01-05.csv', 'a');
    const { missing } = await shop.list({ path: '{date}.csv' }, '2026-01-04');
    expect(missing).toBe(
      '{date}.csv has no file dated up to 2026-01-04; there are 1 from 2026-01-05 to 2026-01-05',
    );
  });

  it.skipIf(process.getuid?.() === 0)(
    'is what may not be read, so that an optional source does not stop the night',
    async () => {
      await shop.file('closed/a.csv', 'a');
      await chmod(join(shop.input, 'closed'), 0);
      expect((await shop.list({ path: 'closed/*.csv' })).missing).toContain('cannot read');
    },
  );

  it('is a symlink that leads nowhere', async () => {
    await symlink(join(shop.input, 'gone.csv'), join(shop.input, 'link.csv'));
    const { missing, slices } = await shop.list({ path: '*.csv' });
    expect(slices).toEqual([]);
    expect(missing).toContain('Source shop cannot read link.csv (ELOOP)');
  });

  it('is empty when something was found', async () => {
    await shop.file('a.csv', 'a');
    expect((await shop.list({ path: ['a.csv', 'b.csv'] })).missing).toBe('');
  });
});

describe('F29 paths that lead out of the input folder', () => {
  it.each(['../x.csv', 'a/../../x.csv', '/etc/passwd', 'C:/x.csv', 'a\\x.csv', 'a\0b.csv', ''])(
    'F29 refuses %j',
    async (path) => {
      await expect(shop.list({ path })).rejects.toMatchObject({ code: 'STK-COLLECT-PATH' });
    },
  );

  it('F29 refuses a symlink that leads outside, as a file and as a folder, and follows one that stays inside', async () => {
    const outside = join(shop.dir, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'x.csv'), 'secret');
    await shop.file('real.csv', 'a\n1\n');
    await symlink(join(outside, 'x.csv'), join(shop.input, 'link.csv'));
    await symlink(outside, join(shop.input, 'folder'));
    await symlink(join(shop.input, 'real.csv'), join(shop.input, 'inside.csv'));
    await expect(shop.list({ path: 'link.csv' })).rejects.toMatchObject({ code: 'STK-COLLECT-PATH' });
    await expect(shop.list({ path: 'folder/x.csv' })).rejects.toMatchObject({ code: 'STK-COLLECT-PATH' });
    expect(pathsOf(await shop.list({ path: 'inside.csv' }))).toEqual({ all: ['inside.csv'] });
  });
});
