import { describe, expect, it } from 'vitest';
import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { RunRecord, StepRecord } from '../../schemas/run.ts';
import { check } from '../../tests/inventory-fixture.ts';
import { openLineageFinder } from '../../tests/published-schemas.ts';
import type { LineageWork } from './lineage.ts';
import { openLineage, type RunEvent } from './open-lineage.ts';

const hash = (letter: string): string => letter.repeat(64);
const at = (second: number): string => `2026-10-03T01:00:0${second}.000Z`;
const ref = { uri: 'objects/aa/a.json', sha256: hash('a'), bytes: 1, rows: 0, schemaHash: '' };

const slice = (rows: number): DatasetSlice => ({
  slice: '2026-10-02',
  manifest: { stage: 'x', key: hash('b'), sha256: hash('c') },
  files: [ref],
  rows,
  bytes: 10 * rows,
});

function page(step: string, from: number, to: number): StepRecord {
  return {
    result: {
      step,
      stage: step.split('/')[0] ?? '',
      decision: 'ran',
      why: 'new inputs',
      output: ref,
      rowsIn: 5,
      rowsOut: 4,
      rejected: 1,
      reusedParts: 0,
      parts: 1,
      cost: { milliseconds: 1, peakMemoryBytes: 1, bytesWritten: 1 },
    },
    attempt: 1,
    startedAt: at(from),
    endedAt: at(to),
  };
}

const run: RunRecord = {
  opening: {
    format: 1,
    record: '01a21417-53bf-73b9-a0a2-32f4ca982550',
    workflow: 'nightlyInventory',
    workflowId: 'inventory/2026-10-02',
    dataDate: '2026-10-02',
    from: '2026-10-02',
    trigger: 'manual',
    plan: ref,
    configHash: hash('d'),
    codeVersion: '0.1.0',
    engines: { duckdb: 'v1.5.6' },
    threads: 2,
    seed: 1,
    baseSnapshot: 0,
    startedAt: at(0),
  },
  steps: [
    page('collect/orders/1', 1, 2),
    page('normalize/orders/1', 3, 5),
    page('normalize/orders/2', 4, 6),
    page('inventory', 7, 8),
  ],
  closing: { status: 'completed', published: 'published', snapshot: 1, endedAt: at(9) },
};

const work: LineageWork = {
  project: 'fixture-shop',
  run,
  made: [
    { step: 'collect/orders/1', datasets: { 'raw.orders': [slice(5)] } },
    { step: 'normalize/orders/1', datasets: { 'clean.orders.events': [slice(3)] } },
    { step: 'normalize/orders/2', datasets: { 'clean.orders.events': [slice(1)] } },
    { step: 'inventory', datasets: { 'inventory.checks': [slice(2)] } },
  ],
  received: [{ source: 'orders', path: '/shop/orders/2026-10-02.csv', bytes: 9, sha256: hash('e') }],
  fields: { 'raw.orders': [{ name: 'sku', type: 'VARCHAR' }] },
  origins: [
    {
      dataset: 'clean.orders.events',
      column: 'item_id',
      how: 'upper(sku)',
      identity: false,
      from: [{ dataset: 'raw.orders', column: 'sku' }],
    },
  ],
  filters: [
    {
      dataset: 'clean.orders.events',
      expression: "status = 'paid'",
      from: [{ dataset: 'raw.orders', column: 'status' }],
    },
  ],
  checks: [
    check({ source: 'orders', type: 'not_null', entity: 'events', column: 'item_id', status: 'error' }),
    check({ source: 'orders', type: 'volume', status: 'info' }),
  ],
  nominal: { start: '2026-10-01T22:00:00.000Z', end: '2026-10-02T22:00:00.000Z' },
};

const named = (events: readonly RunEvent[], stage: string, type: string): RunEvent => {
  const found = events.find(({ job, eventType }) => job.name.endsWith(stage) && eventType === type);
  if (!found) throw new Error(`no ${type} of ${stage}`);
  return found;
};

describe('openLineage', () => {
  it('gives the night and each stage one START and one end, in order of time', () => {
    const told = openLineage(work).map(({ eventType, job, eventTime }) => [eventType, job.name, eventTime]);
    expect(told).toEqual([
      ['START', 'nightlyInventory', at(0)],
      ['START', 'nightlyInventory.collect', at(1)],
      ['COMPLETE', 'nightlyInventory.collect', at(2)],
      ['START', 'nightlyInventory.normalize', at(3)],
      ['COMPLETE', 'nightlyInventory.normalize', at(6)],
      ['START', 'nightlyInventory.inventory', at(7)],
      ['COMPLETE', 'nightlyInventory.inventory', at(8)],
      ['COMPLETE', 'nightlyInventory', at(9)],
    ]);
  });

  it('keeps one run id for both events of a stage, another for each stage, all UUIDs and the same every time', () => {
    const ids = (events: readonly RunEvent[]) => events.map(({ run: { runId } }) => runId);
    const first = ids(openLineage(work));
    expect(first).toEqual(ids(openLineage(work)));
    expect(new Set(first).size).toBe(4);
    for (const id of first)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[57][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('names the night as parent, with nominal time and what was done', () => {
    const {
      run: { facets },
    } = named(openLineage(work), '.normalize', 'COMPLETE');
    expect(facets).toMatchObject({
      parent: {
        run: { runId: run.opening.record },
        job: { namespace: 'fixture-shop', name: 'nightlyInventory' },
      },
      nominalTime: { nominalStartTime: '2026-10-01T22:00:00.000Z' },
      stocktake_stage: { rowsIn: 10, rowsOut: 8, rejected: 2 },
    });
  });

  it('reads received files first, then the datasets the catalogue names, and makes the stage’s own', () => {
    const events = openLineage(work);
    expect(named(events, '.collect', 'START').inputs).toMatchObject([
      {
        namespace: 'file',
        name: '/shop/orders/2026-10-02.csv',
        facets: { version: { datasetVersion: hash('e') } },
      },
    ]);
    const { inputs, outputs } = named(events, '.normalize', 'COMPLETE');
    expect(inputs).toMatchObject([
      {
        namespace: 'stocktake://fixture-shop',
        name: 'raw.orders',
        facets: { schema: { fields: [{ name: 'sku', type: 'VARCHAR' }] } },
      },
    ]);
    expect(outputs).toMatchObject([
      {
        name: 'clean.orders.events',
        facets: {
          columnLineage: {
            fields: {
              item_id: {
                inputFields: [
                  {
                    name: 'raw.orders',
                    field: 'sku',
                    transformations: [
                      { type: 'DIRECT', subtype: 'TRANSFORMATION', description: 'upper(sku)' },
                    ],
                  },
                ],
              },
            },
            dataset: [{ field: 'status', transformations: [{ type: 'INDIRECT', subtype: 'FILTER' }] }],
          },
        },
        outputFacets: { outputStatistics: { rowCount: 4, size: 40, fileCount: 2 } },
      },
    ]);
  });

  it('tells the judged checks where the inventory reads the source', () => {
    const { inputs } = named(openLineage(work), '.inventory', 'COMPLETE');
    expect(inputs.find(({ name }) => name === 'raw.orders')?.inputFacets).toMatchObject({
      dataQualityAssertions: {
        assertions: [{ assertion: 'not_null events', success: false, severity: 'error', column: 'item_id' }],
      },
    });
  });

  it('ends a stage that never finished with FAIL and the error, and the night too', () => {
    const failed: RunRecord = {
      ...run,
      steps: run.steps.slice(0, 1),
      closing: {
        status: 'failed',
        failedStep: 'normalize/orders/1',
        errorCode: 'STK-SQL-FAILED',
        message: 'it failed',
        published: 'not published',
        endedAt: at(4),
      },
    };
    const events = openLineage({ ...work, run: failed });
    expect(events.map(({ eventType, job }) => `${eventType} ${job.name}`)).toEqual([
      'START nightlyInventory',
      'START nightlyInventory.collect',
      'COMPLETE nightlyInventory.collect',
      'START nightlyInventory.normalize',
      'FAIL nightlyInventory.normalize',
      'FAIL nightlyInventory',
    ]);
    expect(named(events, '.normalize', 'FAIL').run.facets).toMatchObject({
      errorMessage: { message: 'STK-SQL-FAILED: it failed' },
    });
  });

  it('tells a cancelled run as ABORT and of an open one only what happened', () => {
    const cancelled = {
      ...run,
      closing: { status: 'cancelled' as const, published: 'not published' as const, endedAt: at(9) },
    };
    expect(openLineage({ ...work, run: cancelled }).at(-1)?.eventType).toBe('ABORT');
    const { closing: _, ...open } = run;
    expect(openLineage({ ...work, run: open }).at(-1)?.job.name).toBe('nightlyInventory.inventory');
  });

  it('holds to the published schemas, the event and every facet that is carried here', async () => {
    const find = await openLineageFinder();
    const failed = {
      status: 'failed',
      message: 'it failed',
      published: 'not published',
      endedAt: at(9),
    } as const;
    const told = [...openLineage(work), ...openLineage({ ...work, run: { ...run, closing: failed } })].map(
      find,
    );
    expect(told.flatMap(({ errors }) => errors)).toEqual([]);
    const unknown = told.flatMap(({ unknownFacets }) => unknownFacets.map((url) => url.split('/').at(-1)));
    expect([...new Set(unknown)].sort()).toEqual([
      'DataQualityAssertionsDatasetFacet',
      'DatasetVersionDatasetFacet',
      'NominalTimeRunFacet',
    ]);
  });

  it('is refused by them without a run id, and with a facet of another shape', async () => {
    const find = await openLineageFinder();
    const [first] = openLineage(work);
    if (!first) throw new Error('no event');
    expect(find({ ...first, run: { runId: 'no uuid', facets: {} } }).errors).not.toEqual([]);
    const jobType = { ...Object(first.job.facets.jobType), integration: 7 };
    const job = { ...first.job, facets: { jobType } };
    expect(find({ ...first, job }).errors).toEqual(['jobType: /integration must be string']);
  });

  it('gives every facet a producer and the address of its schema', () => {
    for (const event of openLineage(work)) {
      const groups = [
        event.run.facets,
        event.job.facets,
        ...[...event.inputs, ...event.outputs].map(({ facets }) => facets),
      ];
      for (const facet of groups.flatMap((group) => Object.values(group))) {
        expect(facet).toMatchObject({
          _producer: 'urn:stocktake:0.1.0',
          _schemaURL: expect.stringMatching(/^https:\/\/openlineage\.io\/spec\/.*#\/\$defs\/\w+$/),
        });
      }
    }
  });
});
