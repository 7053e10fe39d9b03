/** Rows of indexes, one behind the other: row r is `columns[offsets[r] .. offsets[r + 1])`. */
export interface SparseRows {
  /** [rows + 1], rising from 0. */
  readonly offsets: Int32Array;
  /** Whole numbers; as floats where they lie in a file that way, so that nothing is copied (exact below 2^24). */
  readonly columns: Int32Array | Float32Array;
}

/** Rows of weighted indexes. */
export interface SparseMatrix extends SparseRows {
  /** [non-zeros], one per entry of `columns`. */
  readonly values: Float32Array;
}

/**
 * Turns rows round by counting sort: row c of the result lists the rows that hold column c, in rising order.
 *
 * A row that holds a column twice is listed twice. Cost: one pass to count, one to write.
 */
export function transpose(rows: SparseRows, columns: number): SparseRows {
  const offsets = new Int32Array(columns + 1);
  for (const column of rows.columns) offsets[column + 1] = (offsets[column + 1] as number) + 1;
  for (let column = 0; column < columns; column++) {
    offsets[column + 1] = (offsets[column + 1] as number) + (offsets[column] as number);
  }
  const next = offsets.slice(0, columns);
  const lists = new Int32Array(rows.columns.length);
  for (let row = 0; row + 1 < rows.offsets.length; row++) {
    const end = rows.offsets[row + 1] as number;
    for (let at = rows.offsets[row] as number; at < end; at++) {
      const column = rows.columns[at] as number;
      const place = next[column] as number;
      lists[place] = row;
      next[column] = place + 1;
    }
  }
  return { offsets, columns: lists };
}

/** Where a row's sums are gathered: a dense array and the list of the columns touched. */
export interface Accumulator {
  /** [columns], 0 where nothing was added. */
  readonly sums: Float64Array;
  /** Adds to a column; values of one column have one sign, so that a sum never returns to 0. */
  add(column: number, value: number): void;
}

/**
 * Builds a square matrix row by row and keeps the best entries of each row.
 *
 * `fill` adds a row's sums; `weigh` turns a sum into the value kept. Values not above 0 and the diagonal are left out.
 * Entries of a row are ordered best first, ties (as 32-bit floats) by the lower column. Sums run in the order of `fill`'s
 * additions.
 *
 * @throws RangeError for more than 4,194,304 columns
 */
export function buildTopRows(
  size: number,
  keep: number,
  fill: (row: number, into: Accumulator) => void,
  weigh: (row: number, column: number, sum: number) => number,
): SparseMatrix {
  const sums = new Float64Array(size);
  const touched = new Int32Array(size);
  let count = 0;
  const into: Accumulator = {
    sums,
    add(column, value) {
      const old = sums[column] as number;
      if (old === 0) touched[count++] = column;
      sums[column] = old + value;
    },
  };
  const order = createRowOrder(size);
  const out = createRowWriter(size);
  for (let row = 0; row < size; row++) {
    fill(row, into);
    for (let at = 0; at < count; at++) {
      const column = touched[at] as number;
      const value = column === row ? 0 : weigh(row, column, sums[column] as number);
      if (value > 0) order.add(column, value);
      sums[column] = 0;
    }
    out.write(row, order.best(keep), order);
    count = 0;
  }
  return out.done();
}

/** Most columns: a column's number and a float's 31 bits share the 53 bits a number holds exactly. */
const mostColumns = 2 ** 22;

/** One row's entries, ordered by sorting single numbers. */
interface RowOrder {
  add(column: number, value: number): void;
  /** Orders the best `keep` entries and returns their number; the rest is dropped and the next `add` begins anew. */
  best(keep: number): number;
  column(place: number): number;
  value(place: number): number;
}

/**
 * Packs value and column of an entry into one number: the bits of a positive 32-bit float rise with its value, and lower
 * columns get the higher remainder. So a native sort orders them, several times faster than a heap of pairs.
 */
function createRowOrder(columns: number): RowOrder {
  if (columns > mostColumns)
    throw new RangeError(`${columns} columns; at most ${mostColumns} can be ordered`);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  const keys = new Float64Array(columns);
  let end = 0;
  let kept = 0;
  return {
    add(column, value) {
      float[0] = value;
      keys[end++] = (bits[0] as number) * mostColumns + (mostColumns - 1 - column);
    },
    best(keep) {
      kept = Math.min(keep, end);
      if (kept < end) selectLargest(keys, end, kept);
      keys.subarray(0, kept).sort();
      end = 0;
      return kept;
    },
    column: (place) => mostColumns - 1 - ((keys[kept - 1 - place] as number) % mostColumns),
    value(place) {
      bits[0] = Math.floor((keys[kept - 1 - place] as number) / mostColumns);
      return float[0] as number;
    },
  };
}

/** Moves the `count` largest of distinct keys to the front (Hoare's selection, middle pivot). */
function selectLargest(keys: Float64Array, end: number, count: number): void {
  let [low, high] = [0, end - 1];
  while (low < high) {
    const pivot = keys[(low + high) >> 1] as number;
    let [left, right] = [low, high];
    while (left <= right) {
      while ((keys[left] as number) > pivot) left++;
      while ((keys[right] as number) < pivot) right--;
      if (left > right) break;
      const key = keys[left] as number;
      keys[left++] = keys[right] as number;
      keys[right--] = key;
    }
    if (count - 1 <= right) high = right;
    else if (count - 1 >= left) low = left;
    else return;
  }
}

interface RowWriter {
  write(row: number, count: number, from: RowOrder): void;
  done(): SparseMatrix;
}

/** Arrays that double when they are full. */
function createRowWriter(rows: number): RowWriter {
  const offsets = new Int32Array(rows + 1);
  let columns = new Int32Array(1024);
  let values = new Float32Array(1024);
  let end = 0;
  return {
    write(row, count, from) {
      if (end + count > columns.length) {
        const capacity = Math.max(2 * columns.length, end + count);
        const [wider, widerValues] = [new Int32Array(capacity), new Float32Array(capacity)];
        wider.set(columns);
        widerValues.set(values);
        [columns, values] = [wider, widerValues];
      }
      for (let place = 0; place < count; place++) {
        columns[end] = from.column(place);
        values[end++] = from.value(place);
      }
      offsets[row + 1] = end;
    },
    done: () => ({ offsets, columns: columns.slice(0, end), values: values.slice(0, end) }),
  };
}
