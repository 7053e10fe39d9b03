import { type ItemCatalogue, type ItemText, profileItems } from './item-profiles.ts';

/** Computing without pauses, for tests. */
export const unpaced = async (): Promise<void> => undefined;

/** An item as a test types it: `namespace/id` and what matters. */
export function item(name: string, title: string, given: Partial<ItemText> = {}): ItemText {
  const [namespace = '', itemId = ''] = name.split('/');
  return { namespace, itemId, title, description: null, brand: null, price: null, ...given };
}

/** A catalogue of items, ordered as matching wants them. */
export function catalogueOf(items: readonly ItemText[]): Promise<ItemCatalogue> {
  return profileItems(ordered(items), unpaced);
}

/** Items ordered by (namespace, item id). */
export function ordered(items: readonly ItemText[]): ItemText[] {
  const key = ({ namespace, itemId }: ItemText): string => `${namespace}\u0000${itemId}`;
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
