import { openStream, type Random } from '../math/random.ts';
import { type Article, createArticles } from './articles.ts';
import { type Behaviour, createBehaviour, type Deeds } from './behaviour.ts';
import { dateOf } from './calendar.ts';
import type { OrderedChange } from './item-state.ts';
import { createAssortment, type Item } from './items.ts';
import type { ShopOptions } from './options.ts';
import { createUsers, type Users } from './users.ts';

/** A shop with all that does not depend on the day. Memory: some hundred bytes per item, some per user. */
export interface World {
  readonly options: ShopOptions;
  readonly items: readonly Item[];
  readonly articles: readonly Article[];
  readonly users: Users;
  readonly behaviour: Behaviour;
  /** Deeds of a day; those of the last few days asked for are kept, because reviews look back. */
  deedsOf(day: number): Deeds;
  dateOf(day: number): string;
  /** The stream of one day and purpose. */
  stream(day: number, purpose: string): Random;
}

/** Changes that single nights ordered, by item index. */
export type OrderedChanges = ReadonlyMap<number, readonly OrderedChange[]>;

const daysKept = 4;

/** Sets a shop up; everything follows from the options. */
export function createWorld(options: ShopOptions): World {
  const assortment = createAssortment(options);
  const users = createUsers(options);
  const behaviour = createBehaviour(options, assortment.items, users);
  const recent = new Map<number, Deeds>();
  return {
    options,
    items: assortment.items,
    articles: createArticles(options, assortment),
    users,
    behaviour,
    deedsOf(day) {
      const deeds = recent.get(day) ?? behaviour.deedsOf(day);
      recent.set(day, deeds);
      if (recent.size > daysKept) recent.delete(Math.min(...recent.keys()));
      return deeds;
    },
    dateOf: (day) => dateOf(options.firstDate, day),
    stream: (day, purpose) => openStream(options.seed, 'day', day, purpose),
  };
}
