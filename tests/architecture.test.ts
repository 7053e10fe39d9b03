import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, it } from 'vitest';
import { stageNames, stepTable } from '../domain/plan/steps.ts';
import { catalog, catalogEntry } from '../schemas/catalog.ts';
import { entityNames } from '../schemas/entities.ts';
import { workflowBundle } from '../workers/bundle.ts';

describe('workflow bundle', () => {
  it('builds, holds no Node or native module, and stays under 2.0 MB', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'stocktake-bundle-'));
    try {
      const path = await workflowBundle(cache);
      const { length } = await readFile(path);
      expect(length).toBeLessThan(2_000_000);
      expect(await workflowBundle(cache)).toBe(path);
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  });
});

describe('dependencies', () => {
  it('load JSON histories: one protobufjs 8 serves every Temporal package', () => {
    expect(() => historyFromJSON({ events: [] })).not.toThrow();
  });

  it('keep every Temporal package at one version', async () => {
    const { dependencies, devDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
    const versions = Object.entries({ ...dependencies, ...devDependencies })
      .filter(([name]) => name.startsWith('@temporalio/'))
      .map(([, version]) => version);
    expect(new Set(versions).size).toBe(1);
  });
});

describe('catalogue', () => {
  it('has one producer per dataset and no circle', () => {
    const known: string[] = [];
    for (const entry of catalog) {
      expect(known).not.toContain(entry.dataset);
      for (const read of entry.reads) expect(known).toContain(read);
      known.push(entry.dataset);
    }
  });

  it('names only stages of the road and says what a row is', () => {
    for (const entry of catalog) {
      expect(stageNames).toContain(entry.stage);
      expect(entry.grain.length).toBeGreaterThan(10);
    }
  });

  it('finds the entry of a dataset by its pattern', () => {
    expect(catalogEntry('clean.orders.events')?.stage).toBe('normalize');
    expect(catalogEntry('nobody.knows')).toBeUndefined();
  });
});

describe('step table', () => {
  it('works every stage of the road between plan and publish', () => {
    const table = stepTable([{ source: 'a', slices: 1, batches: 1, required: true }], entityNames);
    expect([...new Set(table.map(({ stage }) => stage))]).toEqual(
      stageNames.filter((stage) => stage !== 'plan'),
    );
  });
});
