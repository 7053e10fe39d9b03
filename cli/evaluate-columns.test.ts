import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { stocktake } from '../tests/harness.ts';

describe('stocktake evaluate columns', () => {
  it('measures the demo shop alone where no public data is, one JSON document beside baselines', async () => {
    const args = ['evaluate', 'columns', '--data', 'nowhere', '--json'];
    const { code, stdout, stderr } = await stocktake(args, { cwd: tmpdir() });
    expect(code).toBe(0);
    expect(stderr).toContain('labelled tables are not in nowhere');
    const { task, data, models } = JSON.parse(stdout);
    expect(task).toBe('columns');
    expect(new Set(data.map(({ folder }: { folder: string }) => folder))).toEqual(new Set(['demo']));
    const [ours, values, names] = models;
    expect(ours.accuracy).toBeGreaterThanOrEqual(0.95);
    expect(ours.accuracy).toBeGreaterThan(values.accuracy);
    expect(ours.accuracy).toBeGreaterThan(names.accuracy);
  });
});
