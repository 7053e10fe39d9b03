import type { SparseMatrix } from '../math/csr.ts';
import { contributionsOf, type Model, type Parameters, type SavedModel } from './recommender.ts';

/** History items of a smaller weight are not looked at. */
const leastWeight = 1e-6;

/**
 * Model of item neighbours: `score(y) = Σ_k decay^k · sim(h_k → y)`, h_0 the newest item of the history.
 *
 * @param neighbours row x lists the items y with `sim(x → y)`, best first
 * @param parameters holds `decay` (above 0, at most 1; default 1)
 */
export function neighbourModel(neighbours: SparseMatrix, parameters: Parameters): Model {
  const { offsets, columns, values } = neighbours;
  const items = offsets.length - 1;
  const decay = Number(parameters.decay ?? 1);
  const isKnown = (item: number): boolean => item >= 0 && item < items;
  return {
    kind: 'neighbours',
    items,
    score(history, into) {
      into.fill(0);
      let weight = 1;
      for (let at = history.length - 1; at >= 0 && weight > leastWeight; at--, weight *= decay) {
        const from = history[at] as number;
        if (!isKnown(from)) continue;
        const end = offsets[from + 1] as number;
        for (let entry = offsets[from] as number; entry < end; entry++) {
          const item = columns[entry] as number;
          into[item] = (into[item] as number) + weight * (values[entry] as number);
        }
      }
    },
    similarItems(item, n) {
      if (!isKnown(item)) return [];
      const start = offsets[item] as number;
      const count = Math.max(0, Math.min(n, (offsets[item + 1] as number) - start));
      return Array.from({ length: count }, (_, at) => ({
        item: columns[start + at] as number,
        score: values[start + at] as number,
      }));
    },
    explain(history, item) {
      const parts: [number, number][] = [];
      let weight = 1;
      for (let at = history.length - 1; at >= 0 && weight > leastWeight; at--, weight *= decay) {
        const from = history[at] as number;
        if (isKnown(from)) parts.push([from, weight * similarity(neighbours, from, item)]);
      }
      return contributionsOf(parts);
    },
    toTensors: () => ({ kind: 'neighbours', parameters, tensors: neighbourTensors(neighbours) }),
  };
}

/** Makes a neighbour model again. */
export function neighbourModelFrom({ parameters, tensors }: SavedModel): Model {
  return neighbourModel(neighboursOf(tensors), parameters);
}

/** Reads neighbours from the tensors `neighbourTensors` wrote. */
export function neighboursOf(tensors: SavedModel['tensors']): SparseMatrix {
  const lengths = tensors.lengths?.data ?? new Float32Array(0);
  const offsets = new Int32Array(lengths.length + 1);
  for (let row = 0; row < lengths.length; row++) {
    offsets[row + 1] = (offsets[row] as number) + (lengths[row] as number);
  }
  const columns = tensors.columns?.data ?? new Float32Array(0);
  return { offsets, columns, values: tensors.values?.data ?? new Float32Array(0) };
}

/** Neighbours as tensors; row lengths and columns are whole numbers below 2^24, which 32-bit floats hold exactly. */
export function neighbourTensors({ offsets, columns, values }: SparseMatrix): SavedModel['tensors'] {
  const lengths = Float32Array.from(
    { length: offsets.length - 1 },
    (_, row) => (offsets[row + 1] as number) - (offsets[row] as number),
  );
  return {
    lengths: { shape: [lengths.length], data: lengths },
    columns: { shape: [columns.length], data: Float32Array.from(columns) },
    values: { shape: [values.length], data: values },
  };
}

function similarity({ offsets, columns, values }: SparseMatrix, from: number, to: number): number {
  for (let entry = offsets[from] as number; entry < (offsets[from + 1] as number); entry++) {
    if (columns[entry] === to) return values[entry] as number;
  }
  return 0;
}
