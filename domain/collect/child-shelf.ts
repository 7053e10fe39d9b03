import type { ParsingChild } from './parsing-child.ts';

/**
 * Where idle, healthy parsing children wait for the next work of this process: starting one costs a fraction of a second
 * and tens of megabytes.
 *
 * A parked child does not keep this process alive, and ends with it.
 */
export interface ChildShelf {
  /** The child parked last under this key, if one lives. */
  take(key: string): ParsingChild | undefined;
  /** Parks a child that works nothing. `key` names all that a taker must be able to rely on. */
  put(key: string, child: ParsingChild): void;
  /** Ends the parked children and waits until they are gone; whoever is put later is ended at once. */
  close(): Promise<void>;
}

/** How long things may last. */
export interface ShelfOptions {
  /** Milliseconds a child waits before it is ended. Default 3000: the pause between two steps of a night. */
  readonly idleMs?: number;
  /** Milliseconds a child gets to end by itself once its input is closed, before it is killed. Default 2000. */
  readonly graceMs?: number;
}

interface Parked {
  readonly key: string;
  readonly child: ParsingChild;
  readonly timer: NodeJS.Timeout;
}

/** Makes an empty shelf. */
export function createChildShelf({ idleMs = 3000, graceMs = 2000 }: ShelfOptions = {}): ChildShelf {
  const parked: Parked[] = [];
  let closed = false;
  const remove = (entry: Parked | undefined): ParsingChild | undefined => {
    if (!entry || !parked.includes(entry)) return undefined;
    parked.splice(parked.indexOf(entry), 1);
    clearTimeout(entry.timer);
    return entry.child;
  };
  return {
    take(key) {
      const child = remove(parked.findLast((entry) => entry.key === key));
      child?.ref();
      return child;
    },
    put(key, child) {
      child.listener = () => undefined;
      child.unref();
      if (closed) return end(child, graceMs);
      const timer = setTimeout(() => {
        remove(entry);
        end(child, graceMs);
      }, idleMs).unref();
      const entry: Parked = { key, child, timer };
      parked.push(entry);
      void child.ended.then(() => remove(entry));
    },
    async close() {
      closed = true;
      const children = [...parked].map((entry) => remove(entry));
      await Promise.all(
        children.map((child) => {
          if (!child) return undefined;
          child.ref();
          end(child, graceMs);
          return child.ended;
        }),
      );
    },
  };
}

/** Closes the input of a child, and kills it when it has not gone within the grace time. */
function end(child: ParsingChild, graceMs: number): void {
  child.finish();
  const timer = setTimeout(() => child.kill(), graceMs).unref();
  void child.ended.then(() => clearTimeout(timer));
}
