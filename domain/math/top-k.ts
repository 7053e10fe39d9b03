/** A bounded heap that keeps the largest values of what it is shown; reused from row to row. */
export interface TopK {
  /** Shows one entry; kept when it is among the largest so far. Equal values: the lower index wins. */
  offer(index: number, value: number): void;
  /**
   * Writes what was kept, best first, and empties the heap.
   *
   * @returns how many entries were written from `at` on; at most the heap's size
   */
  drain(indexes: Int32Array, values: Float32Array | Float64Array, at: number): number;
}

/** Makes a heap of at most `size` entries (at least 1). The result does not depend on the order of offers. */
export function createTopK(size: number): TopK {
  const indexes = new Int32Array(size);
  const values = new Float64Array(size);
  let held = 0;

  /** True where entry `a` is worse than entry `b`. */
  const worse = (a: number, b: number): boolean => {
    const [left, right] = [values[a] as number, values[b] as number];
    return left < right || (left === right && (indexes[a] as number) > (indexes[b] as number));
  };
  const swap = (a: number, b: number): void => {
    const [index, value] = [indexes[a] as number, values[a] as number];
    indexes[a] = indexes[b] as number;
    values[a] = values[b] as number;
    indexes[b] = index;
    values[b] = value;
  };
  const up = (from: number): void => {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!worse(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  };
  const down = (): void => {
    for (let at = 0; ; ) {
      let child = 2 * at + 1;
      if (child >= held) return;
      if (child + 1 < held && worse(child + 1, child)) child++;
      if (!worse(child, at)) return;
      swap(at, child);
      at = child;
    }
  };

  return {
    offer(index, value) {
      if (held < size) {
        indexes[held] = index;
        values[held] = value;
        up(held++);
        return;
      }
      const least = values[0] as number;
      if (value < least || (value === least && index > (indexes[0] as number))) return;
      indexes[0] = index;
      values[0] = value;
      down();
    },
    drain(intoIndexes, intoValues, at) {
      const count = held;
      while (held > 0) {
        intoIndexes[at + held - 1] = indexes[0] as number;
        intoValues[at + held - 1] = values[0] as number;
        held--;
        swap(0, held);
        down();
      }
      return count;
    },
  };
}

/**
 * The `count` best entries of a score array, best first; equal scores: the lower index first.
 *
 * @param skip entries that are left out (a value other than 0)
 */
export function largest(
  scores: Float32Array | Float64Array,
  count: number,
  skip?: Uint8Array,
): { readonly index: number; readonly value: number }[] {
  if (count < 1) return [];
  const heap = createTopK(count);
  for (let index = 0; index < scores.length; index++) {
    if (skip && skip[index] !== 0) continue;
    heap.offer(index, scores[index] as number);
  }
  const indexes = new Int32Array(count);
  const values = new Float64Array(count);
  const found = heap.drain(indexes, values, 0);
  return Array.from({ length: found }, (_, at) => ({
    index: indexes[at] as number,
    value: values[at] as number,
  }));
}
