import type { DatasetSlice } from '../../schemas/artifact.ts';
import type { DenseMatrix } from '../math/sparse.ts';

/** What is labelled, and from what. A dataset the project does not have is an empty list. */
export interface LabelWork {
  /** Last day that counts, YYYY-MM-DD. */
  readonly dataDate: string;
  readonly seed: number;
  readonly items: readonly DatasetSlice[];
  readonly reviews: readonly DatasetSlice[];
  readonly events: readonly DatasetSlice[];
  readonly clusters: readonly DatasetSlice[];
  /** `match.clusters.users`. Default: none, users are of one system. */
  readonly userClusters?: readonly DatasetSlice[];
  /** Source → namespace of its items. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** Slices that vectors come from: with other ones labels are made again. */
  readonly vectorSlices: readonly DatasetSlice[];
  /** A row for each thing, zeros where it has no text; undefined without an encoder. */
  readonly vectorsOf: (kind: 'item' | 'review', ids: readonly string[]) => Promise<DenseMatrix | undefined>;
}
