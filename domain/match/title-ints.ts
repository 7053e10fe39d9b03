/** A growing list of whole numbers. */
export interface GrowingInts {
  push(value: number): void;
  length(): number;
  /** A copy of what was pushed. */
  done(): Int32Array;
}

/** Makes an empty list; it doubles when it is full. */
export function createInts(): GrowingInts {
  let values = new Int32Array(1024);
  let end = 0;
  return {
    push(value) {
      if (end === values.length) {
        const wider = new Int32Array(2 * end);
        wider.set(values);
        values = wider;
      }
      values[end++] = value;
    },
    length: () => end,
    done: () => values.slice(0, end),
  };
}
