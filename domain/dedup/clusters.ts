/** An accepted match of two items (their numbers) and its score. */
export interface Edge {
  readonly left: number;
  readonly right: number;
  readonly score: number;
}

/**
 * Connected components of a graph: for each node the smallest node of its component.
 *
 * Source: union-find with path halving (Tarjan & van Leeuwen 1984).
 */
export function connectedComponents(
  nodes: number,
  edges: Iterable<Pick<Edge, 'left' | 'right'>>,
): Int32Array {
  const parents = Int32Array.from({ length: nodes }, (_, node) => node);
  for (const { left, right } of edges) unite(parents, left, right);
  return parents.map((_, node) => rootOf(parents, node));
}

/**
 * Clusters in which no two items are of one group (namespace): for each node the smallest node of its cluster.
 *
 * Components that would hold two items of a group are built again from their strongest edges; an edge that would bring
 * two of a group together is the bridge that is left out. Order of edges: score descending, then left, then right.
 *
 * @param groups group of each node
 */
export function clustersWithoutConflict(groups: ArrayLike<number>, edges: readonly Edge[]): Int32Array {
  const components = connectedComponents(groups.length, edges);
  const isConflicting = conflictingComponents(groups, components);
  if (isConflicting.size === 0) return components;
  const parents = Int32Array.from({ length: groups.length }, (_, node) => node);
  const members = Array.from({ length: groups.length }, (_, node) => new Set([groups[node] as number]));
  const ordered = [...edges].sort((a, b) => b.score - a.score || a.left - b.left || a.right - b.right);
  for (const { left, right } of ordered) {
    const [a, b] = [rootOf(parents, left), rootOf(parents, right)];
    if (a === b) continue;
    const [ofA, ofB] = [members[a] as Set<number>, members[b] as Set<number>];
    if ([...ofB].some((group) => ofA.has(group))) continue;
    const root = unite(parents, a, b);
    members[root] = new Set([...ofA, ...ofB]);
  }
  return parents.map((_, node) => rootOf(parents, node));
}

function conflictingComponents(groups: ArrayLike<number>, components: Int32Array): Set<number> {
  const seen = new Set<string>();
  const conflicting = new Set<number>();
  components.forEach((component, node) => {
    const key = `${component} ${groups[node]}`;
    if (seen.has(key)) conflicting.add(component);
    seen.add(key);
  });
  return conflicting;
}

/** The smaller root becomes the root of both. */
function unite(parents: Int32Array, left: number, right: number): number {
  const [a, b] = [rootOf(parents, left), rootOf(parents, right)];
  const root = Math.min(a, b);
  parents[Math.max(a, b)] = root;
  return root;
}

function rootOf(parents: Int32Array, node: number): number {
  let at = node;
  for (;;) {
    const parent = parents[at] as number;
    if (parent === at) return at;
    const grandparent = parents[parent] as number;
    parents[at] = grandparent;
    at = grandparent;
  }
}
