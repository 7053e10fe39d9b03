import { openStream, type Random } from '../math/random.ts';
import type { DenseMatrix } from '../math/sparse.ts';
import { InputError } from '../runtime/errors.ts';
import {
  type Classifier,
  type ClassifierFamily,
  type Features,
  type FitContext,
  type LabelledFeatures,
  type ModelTensors,
  requireClasses,
  tensorOf,
} from './classifier.ts';
import { type BinnedColumns, binColumns } from './forest-bins.ts';
import { type Forest, growTree, type TreeRules } from './forest-tree.ts';

/** Settings of a random forest. */
export interface ForestSettings {
  readonly trees: number;
  /** Fewest rows of a leaf. */
  readonly minLeaf: number;
  /** Levels below the root. Default 24. */
  readonly maxDepth?: number;
}

/**
 * Random forest on dense features: bootstrap rows, √width columns tried at each split, Gini impurity over 64 quantile bins;
 * a row's probabilities are the mean of its leaves' class shares.
 *
 * Seeded tree by tree, so the same data and seed give the same bytes.
 * Source: Breiman 2001, Random Forests; histogram splits as in LightGBM (Ke et al. 2017).
 * @throws InputError STK-CLASSIFY-ONE-CLASS with fewer than two classes, STK-CLASSIFY-SHAPE without dense features
 */
export const randomForest: ClassifierFamily<ForestSettings> = {
  name: 'random forest',
  grid: [
    { trees: 100, minLeaf: 5 },
    { trees: 100, minLeaf: 1 },
  ],
  fit: fitForest,
  fromTensors: forestFromTensors,
};

async function fitForest(
  { features, targets, classes }: LabelledFeatures,
  { trees, minLeaf, maxDepth = 24 }: ForestSettings,
  { seed, onStep }: FitContext,
): Promise<Classifier> {
  requireClasses(classes);
  const dense = requireDense(features);
  const binned = binColumns(dense);
  const rules: TreeRules = {
    classes: classes.length,
    minLeaf,
    maxDepth,
    columns: Math.max(1, Math.round(Math.sqrt(dense.width))),
  };
  const forest = emptyForest();
  for (let tree = 0; tree < trees; tree++) {
    const random = openStream(seed, 'forest', tree);
    growTree(forest, binned, targets, bootstrap(dense.rows, random), rules, random);
    onStep?.();
  }
  return createForest(packed(forest, binned), classes, dense.width);
}

/** Trees as arrays; a node with `column` -1 is a leaf whose shares lie at `entries[left .. right)`. */
interface PackedForest {
  readonly roots: Float32Array;
  /** [nodes, 4]: column or -1, threshold (go left when the value is not above), left or first entry, right or last entry + 1. */
  readonly nodes: Float32Array;
  /** [entries, 2]: class, share. */
  readonly entries: Float32Array;
}

function createForest(forest: PackedForest, classes: readonly string[], width: number): Classifier {
  return {
    family: 'random forest',
    classes,
    async predict(features) {
      const dense = requireDense(features);
      if (dense.width !== width) throw wrongWidth(width, dense.width);
      return predict(forest, dense, classes.length);
    },
    explain: () => [],
    toTensors: () => ({
      metadata: { kind: 'forest', version: '1', classes: JSON.stringify(classes), width: String(width) },
      tensors: {
        roots: { shape: [forest.roots.length], data: forest.roots },
        nodes: { shape: [forest.nodes.length / 4, 4], data: forest.nodes },
        entries: { shape: [forest.entries.length / 2, 2], data: forest.entries },
      },
    }),
  };
}

function forestFromTensors(model: ModelTensors): Classifier {
  const [roots, nodes, entries] = ['roots', 'nodes', 'entries'].map((name) => tensorOf(model, name).data) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const classes = JSON.parse(model.metadata.classes ?? '[]') as string[];
  return createForest({ roots, nodes, entries }, classes, Number(model.metadata.width));
}

function predict({ roots, nodes, entries }: PackedForest, dense: DenseMatrix, classes: number): Float32Array {
  const out = new Float32Array(dense.rows * classes);
  for (let row = 0; row < dense.rows; row++) {
    for (const root of roots) {
      let node = root * 4;
      for (let column = nodes[node] as number; column >= 0; column = nodes[node] as number) {
        const value = dense.values[row * dense.width + column] as number;
        node = (nodes[node + (value <= (nodes[node + 1] as number) ? 2 : 3)] as number) * 4;
      }
      const last = nodes[node + 3] as number;
      for (let entry = nodes[node + 2] as number; entry < last; entry++) {
        const at = row * classes + (entries[entry * 2] as number);
        out[at] = (out[at] as number) + (entries[entry * 2 + 1] as number) / roots.length;
      }
    }
  }
  return out;
}

function emptyForest(): Forest {
  return { roots: [], columns: [], bins: [], lefts: [], rights: [], entryClasses: [], entryShares: [] };
}

function packed(forest: Forest, binned: BinnedColumns): PackedForest {
  const nodes = new Float32Array(forest.columns.length * 4);
  for (const [node, column] of forest.columns.entries()) {
    const threshold = column < 0 ? 0 : (binned.edges[column]?.[forest.bins[node] ?? 0] ?? 0);
    nodes.set([column, threshold, forest.lefts[node] ?? 0, forest.rights[node] ?? 0], node * 4);
  }
  const entries = new Float32Array(forest.entryClasses.length * 2);
  for (const [entry, share] of forest.entryShares.entries()) {
    entries.set([forest.entryClasses[entry] ?? 0, share], entry * 2);
  }
  return { roots: Float32Array.from(forest.roots), nodes, entries };
}

function bootstrap(rows: number, random: Random): Int32Array {
  return Int32Array.from({ length: rows }, () => random.between(0, rows - 1));
}

function requireDense({ dense, sparse }: Features): DenseMatrix {
  if (dense && !sparse) return dense;
  throw new InputError(
    `A random forest takes dense features only, got ${sparse ? 'sparse ones' : 'none'}; give it embeddings`,
    { code: 'STK-CLASSIFY-SHAPE' },
  );
}

function wrongWidth(expected: number, received: number): InputError {
  return new InputError(
    `The forest was trained on ${expected} dense features, got ${received}; use the features it was trained with`,
    { code: 'STK-CLASSIFY-SHAPE' },
  );
}
