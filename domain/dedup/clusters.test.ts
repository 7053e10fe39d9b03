import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clustersWithoutConflict, connectedComponents, type Edge } from './clusters.ts';

/** Smallest node reachable from each node, by breadth-first search. */
function reachable(nodes: number, edges: readonly Pick<Edge, 'left' | 'right'>[]): number[] {
  return Array.from({ length: nodes }, (_, start) => {
    const seen = new Set([start]);
    const queue = [start];
    for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
      for (const { left, right } of edges) {
        for (const next of left === node ? [right] : right === node ? [left] : []) {
          if (!seen.has(next)) queue.push(next);
          seen.add(next);
        }
      }
    }
    return Math.min(...seen);
  });
}

const graphs = fc.integer({ min: 1, max: 30 }).chain((nodes) => {
  const node = fc.integer({ min: 0, max: nodes - 1 });
  const edge = fc.record({ left: node, right: node, score: fc.integer({ min: 1, max: 5 }) });
  return fc.record({
    edges: fc.array(edge, { maxLength: 40 }),
    groups: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: nodes, maxLength: nodes }),
  });
});

describe('clusters', () => {
  it('finds the components a breadth-first search finds, on random graphs', () => {
    fc.assert(
      fc.property(graphs, ({ groups, edges }) => {
        expect([...connectedComponents(groups.length, edges)]).toEqual(reachable(groups.length, edges));
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('never holds two items of a namespace, is part of a component, and leaves peaceful components alone', () => {
    fc.assert(
      fc.property(graphs, ({ groups, edges }) => {
        const components = reachable(groups.length, edges);
        const clusters = [...clustersWithoutConflict(groups, edges)];
        const isPeaceful = (component: number): boolean => {
          const inside = groups.filter((_, node) => components[node] === component);
          return new Set(inside).size === inside.length;
        };
        const members = clusters.map((cluster, node) => `${cluster} ${groups[node]}`);
        expect(new Set(members).size).toBe(members.length);
        clusters.forEach((cluster, node) => {
          expect(components[cluster]).toBe(components[node]);
          if (isPeaceful(components[node] as number)) expect(cluster).toBe(components[node]);
        });
      }),
      { numRuns: 300, seed: 6 },
    );
  });

  it('gives the same clusters for edges in any order', () => {
    fc.assert(
      fc.property(graphs, fc.infiniteStream(fc.nat()), ({ groups, edges }, ranks) => {
        const shuffled = edges
          .map((edge) => ({ edge, rank: ranks.next().value }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ edge }) => edge);
        expect(clustersWithoutConflict(groups, shuffled)).toEqual(clustersWithoutConflict(groups, edges));
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it('breaks a conflict at its weakest bridge', () => {
    const groups = [0, 1, 2, 0];
    const chain = [
      { left: 0, right: 1, score: 0.95 },
      { left: 1, right: 2, score: 0.8 },
      { left: 2, right: 3, score: 0.9 },
    ];
    expect([...clustersWithoutConflict(groups, chain)]).toEqual([0, 0, 2, 2]);
  });

  it('unite accepted items and part rejected ones, however strong the edges, on random graphs', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 0, max: 29 }), ({ groups, edges }, shift) => {
        const [accepted, rejected] = [shift % groups.length, (3 * shift + 1) % groups.length];
        fc.pre(accepted !== rejected && accepted !== 0);
        const decided = [
          { left: 0, right: accepted, action: 'accept' as const },
          ...(rejected === 0 ? [] : [{ left: 0, right: rejected, action: 'reject' as const }]),
        ];
        const found = clustersWithoutConflict(groups, edges, decided);
        expect(found[accepted]).toBe(found[0]);
        if (rejected !== 0) expect(found[rejected]).not.toBe(found[0]);
        const twice = groups.flatMap((group, node) => {
          const others = groups.flatMap((other, one) => (one !== node && other === group ? [one] : []));
          return others.filter((one) => found[one] === found[node]).map((one) => [node, one].sort().join());
        });
        expect(twice.filter((one) => one !== [0, accepted].sort().join())).toEqual([]);
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});
