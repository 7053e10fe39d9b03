import { z } from 'zod';
import type { StageOutput } from '../../schemas/stage.ts';

const aliasesSchema = z.record(z.string(), z.string());

/** The aliases the steps of a run want moved (`facts.aliases` of their outputs); a later step's word counts. */
export function aliasesOf(outputs: readonly StageOutput[]): Record<string, string> {
  return Object.assign(
    {},
    ...outputs.map(({ facts }) => (facts?.aliases === undefined ? {} : aliasesSchema.parse(facts.aliases))),
  );
}
