import { z } from 'zod';
import { ArtifactError } from '../runtime/errors.ts';
import type { BlockKnowledge } from './judge.ts';
import type { Completeness, Judgement, MatchMemory, RememberedItem } from './match-memory.ts';
import type { Evidence } from './similarity.ts';

/** One row of a stored memory: kind, number within the kind, and JSON that keeps every double as it is. */
export interface MemoryRow {
  readonly kind: string;
  readonly ordinal: number;
  readonly data: string;
}

/** A memory as rows, in no order. */
export function* memoryRows(memory: MatchMemory): Generator<MemoryRow> {
  const { words, variantShare, blocks, items, judgements, lowest, learnedItems, completeness } = memory;
  const about = { lowest, learnedItems, completeness, highestRarity: words.highestRarity };
  yield row('about', 0, about);
  for (const [id, word] of words.vocabulary.entries()) {
    yield row('word', id, [word, words.rarity[id], variantShare[id] ?? 0]);
  }
  for (const [id, word] of words.textVocabulary.entries())
    yield row('text', id, [word, words.textRarity[id]]);
  let [block, learned, item] = [0, 0, 0];
  for (const [key, { learned: found, ...rest }] of blocks) {
    yield row('block', block, { key, ...rest, slips: found.slips });
    for (const pair of found.pairs) yield row('learned', learned++, [block, ...pair]);
    block++;
  }
  for (const [key, { hash, learned: first }] of items) yield row('item', item++, [key, hash, first]);
  for (const [key, judgement] of judgements) yield row('pair', key, judgement);
}

const aboutSchema = z.object({
  lowest: z.number(),
  learnedItems: z.number(),
  highestRarity: z.number(),
  completeness: z.object({ sampled: z.number(), sampledMatches: z.number(), pairCompleteness: z.number() }),
});

/**
 * The memory that rows hold.
 *
 * @param rows ordered by (kind, ordinal)
 * @throws ArtifactError STK-MATCH-MEMORY for rows of another shape
 */
export function memoryOf(rows: Iterable<MemoryRow>): MatchMemory {
  const found = new Map<string, [ordinal: number, data: unknown][]>();
  for (const { kind, ordinal, data } of rows) {
    const list = found.get(kind) ?? [];
    found.set(kind, list);
    list.push([ordinal, JSON.parse(data)]);
  }
  const all = <Data>(kind: string): Data[] => (found.get(kind) ?? []).map(([, data]) => data as Data);
  const about = aboutSchema.safeParse(all('about')[0]);
  if (!about.success) {
    throw new ArtifactError(
      'What an earlier night of matching left has another shape than expected; run the night again with --force, it then learns anew',
      { code: 'STK-MATCH-MEMORY', cause: about.error },
    );
  }
  const { highestRarity, ...rest } = about.data;
  const words = all<[word: string, rarity: number, variant: number]>('word');
  const texts = all<[word: string, rarity: number]>('text');
  return {
    ...rest,
    completeness: rest.completeness satisfies Completeness,
    words: {
      vocabulary: words.map(([word]) => word),
      rarity: Float64Array.from(words, ([, rarity]) => rarity),
      textVocabulary: texts.map(([word]) => word),
      textRarity: Float64Array.from(texts, ([, rarity]) => rarity),
      highestRarity,
    },
    variantShare: Float64Array.from(words, ([, , variant]) => variant),
    blocks: blocksOf(all('block'), all('learned')),
    items: new Map(
      all<[key: string, hash: string, learned: string | null]>('item').map(
        ([key, hash, learned]): [string, RememberedItem] => [key, { hash, learned }],
      ),
    ),
    judgements: new Map(
      (found.get('pair') ?? []).map(([key, data]): [number, Judgement] => [
        key,
        data as { score: number; evidence: Evidence } | null,
      ]),
    ),
  };
}

type BlockRow = Omit<BlockKnowledge, 'learned'> & {
  readonly key: string;
  readonly slips: readonly (readonly [number, number])[];
};

function blocksOf(
  blocks: readonly BlockRow[],
  learned: readonly [block: number, left: number, right: number, likeness: number][],
): Map<string, BlockKnowledge> {
  const pairs = blocks.map((): [number, number, number][] => []);
  for (const [block, ...pair] of learned) pairs[block]?.push(pair);
  return new Map(
    blocks.map(({ key, slips, ...rest }, place) => [
      key,
      { ...rest, learned: { pairs: pairs[place] ?? [], slips } },
    ]),
  );
}

function row(kind: string, ordinal: number, data: unknown): MemoryRow {
  return { kind, ordinal, data: JSON.stringify(data) };
}
