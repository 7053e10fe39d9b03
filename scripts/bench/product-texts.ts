import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { itemStateAt } from '../../domain/demo/item-state.ts';
import { demoShop } from '../../domain/demo/options.ts';
import { createWorld } from '../../domain/demo/world.ts';

/** Texts of products and where they are from. */
export interface ProductTexts {
  readonly from: string;
  readonly texts: readonly string[];
}

/**
 * Product texts in the order they come, spread evenly over what there is: name, title and short description of the products
 * of chorus-icecat where they lie in `dataDir`, of the demo shop's otherwise.
 */
export async function productTexts(dataDir: string, count: number): Promise<ProductTexts> {
  const folder = join(dataDir, 'chorus-icecat/data-encoder/ecommerce/vectors/data/x');
  const from = existsSync(folder) ? 'chorus-icecat' : 'demo shop';
  const all = existsSync(folder) ? await icecat(folder) : demo(count);
  const step = all.length / Math.min(count, all.length);
  const texts = Array.from(
    { length: Math.min(count, all.length) },
    (_, at) => all[Math.floor(at * step)] ?? '',
  );
  return { from, texts };
}

async function icecat(folder: string): Promise<string[]> {
  const files = await Promise.all([1, 2, 3, 4].map((part) => readFile(join(folder, `${part}.json`), 'utf8')));
  return files
    .flatMap((text) => JSON.parse(text) as Record<string, unknown>[])
    .map(({ name, title, short_description }) => joined([name, title, short_description]));
}

function demo(items: number): string[] {
  const world = createWorld({ ...demoShop, items });
  return world.items.map((item) => {
    const { title, description } = itemStateAt(world.options.seed, item, 0);
    return joined([title, description]);
  });
}

function joined(parts: readonly unknown[]): string {
  return parts.filter((part) => typeof part === 'string' && part !== '').join('. ');
}
