import { describe, expect, it } from 'vitest';
import type { StageOutput } from '../../schemas/stage.ts';
import { aliasesOf } from './aliases.ts';

const output = (facts?: Record<string, unknown>): StageOutput => ({
  format: 1,
  stage: 'deploy',
  parts: 1,
  reused: 0,
  datasets: {},
  ledger: [],
  problems: [],
  ...(facts ? { facts } : {}),
});

describe('the aliases a run moves', () => {
  it('are those its steps name, none where none does', () => {
    expect(aliasesOf([output(), output({ decision: 'rejected', aliases: {} })])).toEqual({});
    expect(aliasesOf([output({ aliases: { champion: 'v2' } }), output({ rows: 3 })])).toEqual({
      champion: 'v2',
    });
  });

  it('that are no names are refused', () => {
    expect(() => aliasesOf([output({ aliases: { champion: 2 } })])).toThrow();
  });
});
