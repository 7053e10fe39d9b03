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

/** What people say about two items (their numbers). */
export interface DecidedEdge {
  readonly left: number;
  readonly right: number;
  readonly action: 'accept' | 'reject';
}

/**
 * Clusters in which no two items are of one group (namespace): for each node the smallest node of its cluster.
 *
 * Components that would hold two items of a group are built again from their strongest edges; an edge that would bring
 * two of a group together is the bridge that is left out. Order of edges: score descending, then left, then right.
 * Accepted items are united first, whatever their groups; an edge that would bring rejected items together is left out too.
 *
 * @param groups group of each node
 * @param decided without contradictions
 */
export function clustersWithoutConflict(
  groups: ArrayLike<number>,
  edges: readonly Edge[],
  decided: readonly DecidedEdge[] = [],
): Int32Array {
  const components = connectedComponents(groups.length, edges);
  if (decided.length === 0 && conflictingComponents(groups, components).size === 0) return components;
  const parents = Int32Array.from({ length: groups.length }, (_, node) => node);
  const members = Array.from({ length: groups.length }, (_, node) => new Set([groups[node] as number]));
  const foes = createFoes(parents, decided);
  const join = (a: number, b: number): void => {
    const [ofA, ofB] = [members[a] as Set<number>, members[b] as Set<number>];
    members[foes.unite(a, b)] = new Set([...ofA, ...ofB]);
  };
  for (const { left, right, action } of decided) {
    const [a, b] = [rootOf(parents, left), rootOf(parents, right)];
    if (action === 'accept' && a !== b) join(a, b);
  }
  const ordered = [...edges].sort((a, b) => b.score - a.score || a.left - b.left || a.right - b.right);
  for (const { left, right } of ordered) {
    const [a, b] = [rootOf(parents, left), rootOf(parents, right)];
    if (a === b) continue;
    const [ofA, ofB] = [members[a] as Set<number>, members[b] as Set<number>];
    if (foes.has(a, b) || [...ofB].some((group) => ofA.has(group))) continue;
    join(a, b);
  }
  return parents.map((_, node) => rootOf(parents, node));
}

/** Which clusters hold rejected items of each other, kept up while they are united. */
function createFoes(parents: Int32Array, decided: readonly DecidedEdge[]) {
  const foes = new Map<number, number[]>();
  const add = (node: number, foe: number): void => void foes.set(node, [...(foes.get(node) ?? []), foe]);
  for (const { left, right, action } of decided) {
    if (action === 'accept') continue;
    add(left, right);
    add(right, left);
  }
  return {
    has: (a: number, b: number): boolean => foes.get(a)?.some((foe) => rootOf(parents, foe) === b) ?? false,
    /** Unites two roots and returns the one that stays. */
    unite(a: number, b: number): number {
      const root = unite(parents, a, b);
      const all = [...(foes.get(a) ?? []), ...(foes.get(b) ?? [])];
      if (all.length > 0) foes.set(root, all);
      return root;
    },
  };
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
