import type { Random } from '../math/random.ts';
import { changedFields, changingFields, type OrderedChange } from './item-state.ts';
import type { NightChanges } from './truth.ts';
import type { OrderedChanges, World } from './world.ts';

/** A night written by itself and what it was asked to bring. */
export interface Night {
  readonly day: number;
  readonly changes: NightChanges;
}

const orderedFields = changingFields.filter((field) => field !== 'stock');

/**
 * Draws the items that single nights change. Each night's share counts the changes it would have brought anyway; what a
 * night changed stays changed on later nights.
 */
export function orderChanges(world: World, nights: readonly Night[]): OrderedChanges {
  const ordered = new Map<number, OrderedChange[]>();
  for (const { day, changes } of nights) {
    const offered = world.items.filter((item) => item.launchDay < day);
    const isChanging = offered.map((item) => changedFields(item, day).some((field) => field !== 'stock'));
    const quiet = offered.filter((_, index) => !isChanging[index]);
    const wanted = Math.round(changes.changedShare * offered.length) - (offered.length - quiet.length);
    const random = world.stream(day, 'night');
    for (const item of take(random, quiet, wanted)) {
      const change = { day, field: random.pick(orderedFields) };
      ordered.set(item.index, [...(ordered.get(item.index) ?? []), change]);
    }
  }
  return ordered;
}

/** Draws `wanted` different values from a list, or all of a shorter one. */
function take<Value>(random: Random, list: readonly Value[], wanted: number): Value[] {
  const rest = [...list];
  const taken: Value[] = [];
  while (taken.length < wanted && rest.length > 0) {
    taken.push(...rest.splice(random.between(0, rest.length - 1), 1));
  }
  return taken;
}
