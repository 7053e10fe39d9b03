import { describe, expect, it } from 'vitest';
import type { StepResult } from '../../schemas/run.ts';
import { createBoard } from './board.ts';
import { addDays, dataDateOf, dateIn, datesBetween, isIsoDate } from './dates.ts';
import { batchesFor, batchOf, inputsOf, slicesPerBatch, stepTable } from './steps.ts';

const sources = [
  { source: 'orders', slices: 200, batches: batchesFor(200), required: true },
  { source: 'catalog', slices: 1, batches: 1, required: false },
];

describe('dates', () => {
  it('knows real calendar dates from impossible ones', () => {
    expect(isIsoDate('2028-02-29')).toBe(true);
    expect(isIsoDate('2027-02-29')).toBe(false);
    expect(isIsoDate('2026-1-1')).toBe(false);
    expect(isIsoDate('2026-13-01')).toBe(false);
  });

  it('counts days over month ends and leap days', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
    expect(datesBetween('2026-12-30', '2027-01-02')).toHaveLength(4);
    expect(datesBetween('2026-01-02', '2026-01-01')).toEqual([]);
  });

  it('takes the data date from the nominal time in the business zone, also across a change of clocks', () => {
    expect(dateIn('Asia/Shanghai', '2026-11-23T18:30:00Z')).toBe('2026-11-24');
    expect(dataDateOf('2026-11-24T02:30:00Z', 'Europe/Berlin', 1)).toBe('2026-11-23');
    expect(dataDateOf('2026-03-29T00:30:00Z', 'Europe/Berlin', 1)).toBe('2026-03-28');
    expect(dataDateOf('2026-11-24T02:30:00Z', 'America/New_York', 1)).toBe('2026-11-22');
  });
});

describe('step table', () => {
  const table = stepTable(sources, ['users', 'items', 'events']);

  it('gives every step its own name, which is its activity id', () => {
    const names = table.map(({ step }) => step);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('collect/orders/3');
    expect(names.at(-1)).toBe('publish');
  });

  it('cuts slices into batches that cover them once', () => {
    const slices = Array.from({ length: 200 }, (_, index) => index);
    const covered = [1, 2, 3].flatMap((batch) => batchOf(slices, batch));
    expect(covered).toEqual(slices);
    expect(batchesFor(slicesPerBatch)).toBe(1);
    expect(batchesFor(0)).toBe(1);
  });

  it('leaves out stages of entities nobody maps', () => {
    const steps = stepTable(sources, ['events']).map(({ step }) => step);
    expect(steps).not.toContain('dedup/items');
    expect(steps).not.toContain('dedup/match');
    expect(steps).toContain('dedup/events');
  });

  it('hands a step only the outputs it reads', () => {
    const done = table.map(({ step, stage }) => ({ step, stage, output: {} as never }));
    const reads = (step: string): string[] => {
      const spec = table.find((entry) => entry.step === step);
      return spec ? inputsOf(spec, done).map((output) => output.step) : [];
    };
    expect(reads('normalize/orders/2')).toEqual(['collect/orders/2']);
    expect(reads('dedup/match').some((step) => step.startsWith('collect/'))).toBe(false);
    expect(reads('publish')).toHaveLength(table.length);
  });
});

describe('stage table', () => {
  const result: StepResult = {
    step: 'inventory',
    stage: 'inventory',
    decision: 'ran',
    why: 'new | inputs',
    output: {} as never,
    rowsIn: 5,
    rowsOut: 4,
    rejected: 1,
    reusedParts: 0,
    parts: 1,
    cost: { milliseconds: 1, peakMemoryBytes: 1, bytesWritten: 1 },
  };

  it('shows state, rows, rejected rows and time of each step, and the advice below', () => {
    const board = createBoard();
    board.start('plan', 0);
    board.expect([{ step: 'inventory', stage: 'inventory' } as never]);
    board.start('inventory', 1000);
    board.finish('inventory', result, 3500);
    const text = board.markdown('Inventory 2026-01-01', 'Go on with …');
    expect(text).toContain('| inventory | done | 4 | 1 | 2.5 s | new / inputs |');
    expect(text).toContain('| plan | running |');
    expect(text.endsWith('Go on with …')).toBe(true);
  });

  it('marks a failed step with its reason', () => {
    const board = createBoard();
    board.start('plan', 0);
    board.fail('plan', 'no server', 10);
    expect(board.rows()[0]).toMatchObject({ state: 'failed', note: 'no server' });
  });
});
