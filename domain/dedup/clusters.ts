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

/** Something that items have of which some exclude each other, whatever their groups: birth dates. */
export interface Traits {
  /** [items] Number of the trait; -1 for none. */
  readonly of: ArrayLike<number>;
  /** Whether two different traits exclude each other. */
  clash(a: number, b: number): boolean;
}

/**
 * Clusters in which no two items are of one group (namespace): for each node the smallest node of its cluster.
 *
 * Components that would hold two items of a group are built again from their strongest edges; an edge that would bring
 * two of a group together, or two traits that clash, is the bridge that is left out. Order of edges: score descending, then
 * left, then right. Accepted items are united first, whatever their groups and traits; an edge that would bring rejected items
 * together is left out too.
 *
 * @param groups group of each node
 * @param decided without contradictions
 */
export function clustersWithoutConflict(
  groups: ArrayLike<number>,
  edges: readonly Edge[],
  decided: readonly DecidedEdge[] = [],
  traits?: Traits,
): Int32Array {
  const components = connectedComponents(groups.length, edges);
  if (decided.length === 0 && !traits && conflictingComponents(groups, components).size === 0)
    return components;
  const parents = Int32Array.from({ length: groups.length }, (_, node) => node);
  const members = createMembers(groups, (group, other) => group === other);
  const traitsOf = traits && createMembers(traits.of, traits.clash);
  const foes = createFoes(parents, decided);
  const join = (a: number, b: number): void => {
    const root = foes.unite(a, b);
    members.join(a, b, root);
    traitsOf?.join(a, b, root);
  };
  for (const { left, right, action } of decided) {
    const [a, b] = [rootOf(parents, left), rootOf(parents, right)];
    if (action === 'accept' && a !== b) join(a, b);
  }
  const ordered = [...edges].sort((a, b) => b.score - a.score || a.left - b.left || a.right - b.right);
  for (const { left, right } of ordered) {
    const [a, b] = [rootOf(parents, left), rootOf(parents, right)];
    if (a === b || foes.has(a, b) || members.clash(a, b) || traitsOf?.clash(a, b)) continue;
    join(a, b);
  }
  return parents.map((_, node) => rootOf(parents, node));
}

/** What the nodes of each cluster have, by its root; -1 for nothing. Nodes alone cost nothing. */
function createMembers(of: ArrayLike<number>, clash: (a: number, b: number) => boolean) {
  const joined = new Map<number, Set<number>>();
  const has = (root: number): Iterable<number> => joined.get(root) ?? [of[root] as number];
  return {
    clash(a: number, b: number): boolean {
      for (const x of has(a)) for (const y of has(b)) if (x >= 0 && y >= 0 && clash(x, y)) return true;
      return false;
    },
    join(a: number, b: number, root: number): void {
      joined.set(root, new Set([...has(a), ...has(b)]));
    },
  };
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
