import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readCheckpoint } from '../domain/embed/checkpoint.ts';
import { knownVector } from '../domain/embed/known-vector.ts';
import { plainVector } from '../domain/embed/plain-bert-fixture.ts';
import { openTokenizer } from '../domain/embed/tokenizer.ts';

/** Typed by hand: what a shop's texts look like, and what they should not. */
const texts = [
  knownVector.text,
  'Bluetooth speaker, waterproof (IPX7), 12 h battery',
  'Sehr schöne Tasche, aber der Reißverschluss klemmt.',
  '手机壳质量很好，颜色也漂亮',
  'arrived late, box crushed 😡 never again!!',
  'SKU-7781/B  240x180 mm',
  '',
  ' \t\n ',
  'bell\u0007and\u0000nul',
  'again and '.repeat(300),
];

/**
 * Writes vectors of a few texts by all-MiniLM-L6-v2, computed in 64-bit floats, to `domain/embed/minilm-vectors.json`,
 * and prints the numbers of `domain/embed/known-vector.ts`.
 *
 * Usage: node scripts/encoder-fixture.ts <checkpoint folder>
 */
async function main(): Promise<void> {
  const checkpoint = await readCheckpoint(process.argv[2] ?? '');
  const tokenizer = openTokenizer(checkpoint.tokenizer, checkpoint.maxTokens);
  const vectors = texts.map((text) =>
    Array.from(plainVector(checkpoint, tokenizer.encode(text)), (value) => Number(value.toFixed(8))),
  );
  const path = fileURLToPath(new URL('../domain/embed/minilm-vectors.json', import.meta.url));
  const rows = vectors.map((vector, row) => JSON.stringify({ text: texts[row], vector }));
  writeFileSync(path, `[\n${rows.join(',\n')}\n]\n`);
  process.stdout.write(`${JSON.stringify(vectors[0]?.slice(0, 8))}\n`);
}

await main();
