import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChangingField,
  changedFields,
  changingFields,
  itemStateAt,
  priceCentsAt,
} from './item-state.ts';
import { createAssortment } from './items.ts';
import { demoShop } from './options.ts';

const { items } = createAssortment(demoShop);
const anItem = fc.constantFrom(...items.filter((item) => item.launchDay === 0));
const aDay = fc.integer({ min: 1, max: 3000 });

const fieldValue = (state: ReturnType<typeof itemStateAt>, field: ChangingField): unknown =>
  field === 'price' ? state.priceCents : state[field];

describe('itemStateAt', () => {
  it('differs from the day before in no other fields than those named changed', () => {
    fc.assert(
      fc.property(anItem, aDay, (item, day) => {
        const [before, after] = [itemStateAt(7, item, day - 1), itemStateAt(7, item, day)];
        const named = changedFields(item, day);
        const differing = changingFields.filter(
          (field) => fieldValue(before, field) !== fieldValue(after, field),
        );
        expect(named).toEqual(expect.arrayContaining(differing));
        expect(after.updatedDay === day).toBe(named.length > 0);
      }),
      { numRuns: 500 },
    );
  });

  it('differs in title, price and description whenever they are named changed', () => {
    for (const item of items) {
      for (let day = 1; day < 60; day++) {
        for (const field of changedFields(item, day).filter((name) => name !== 'stock')) {
          const [before, after] = [itemStateAt(7, item, day - 1), itemStateAt(7, item, day)];
          expect(fieldValue(after, field)).not.toEqual(fieldValue(before, field));
        }
      }
    }
  });

  it('keeps an ordered change on later days', () => {
    const item = items.find((candidate) => candidate.launchDay === 0 && candidate.sells);
    if (!item) throw new Error('no item');
    for (const field of ['title', 'price', 'description'] as const) {
      const ordered = [{ day: 5, field }];
      const quiet = fieldValue(itemStateAt(7, item, 6), field);
      expect(fieldValue(itemStateAt(7, item, 4, ordered), field)).toEqual(
        fieldValue(itemStateAt(7, item, 4), field),
      );
      expect(fieldValue(itemStateAt(7, item, 6, ordered), field)).not.toEqual(quiet);
      expect(changedFields(item, 5, ordered)).toContain(field);
    }
  });

  it('tells the price also by itself', () => {
    fc.assert(
      fc.property(anItem, aDay, (item, day) => {
        const { priceCents } = itemStateAt(7, item, day);
        return priceCents > 0 && priceCents === priceCentsAt(item, day);
      }),
    );
  });

  it('puts every attribute of an item into its title', () => {
    for (const item of items) {
      const { title } = itemStateAt(7, item, 0);
      for (const word of [item.brand, item.line, item.noun, item.audience, item.color, item.size]) {
        expect(title).toContain(word);
      }
    }
  });

  it('changes less than 2 % of the items a night', () => {
    const changed = items.filter((item) => changedFields(item, 9).some((field) => field !== 'stock'));
    expect(changed.length).toBeLessThan(items.length * 0.02);
  });
});
