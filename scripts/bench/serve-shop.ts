import { openStream } from '../../domain/math/random.ts';
import type { Shop } from '../../workers/serve-fixture.ts';

/** A made-up shop: histories of 5 to 35 items; what follows what is local, so that neighbours exist, and popularity has a long tail. */
export function makeShop(items: number, users: number, seed: number): Shop {
  const random = openStream(seed, 'bench', 'serve');
  const itemIds = Array.from({ length: items }, (_, index) => `item-${String(index).padStart(7, '0')}`);
  const histories: Record<string, string[]> = {};
  for (let user = 0; user < users; user++) {
    const length = 5 + Math.floor(random.float() * 31);
    let at = Math.floor(random.float() ** 2 * items);
    histories[`user-${user}`] = Array.from({ length }, () => {
      at =
        random.float() < 0.8
          ? (at + Math.floor(random.float() * 40)) % items
          : Math.floor(random.float() ** 2 * items);
      return itemIds[at] ?? '';
    });
  }
  return { itemIds, histories };
}
