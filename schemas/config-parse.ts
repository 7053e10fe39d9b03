import { z } from 'zod';
import { type Config, configSchema } from './config.ts';

/** One thing wrong with a configuration: where, what was received, what is allowed. */
export interface ConfigIssue {
  /** Property path, `sources.orders.entities.events.columns`. */
  readonly path: string;
  readonly message: string;
}

/** A valid configuration with every default filled in, or everything that is wrong with it. */
export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] };

/** Checks a configuration as a user wrote it; all problems come together, unknown keys with the nearest known one. */
export function parseConfig(value: unknown): ParsedConfig {
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, issues: parsed.error.issues.flatMap((issue) => describe(issue, value)) };
}

/** The nearest of some names by edit distance, where it is near enough to be meant (at most a third of its length). */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.ceil(best.candidate.length / 3))
    ? best.candidate
    : undefined;
}

function describe(issue: z.core.$ZodIssue, root: unknown): ConfigIssue[] {
  const path = issue.path.map(String).join('.');
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: path || '(the whole file)', message: `${issue.message}${received(root, issue.path)}` }];
  }
  const known = keysAt(issue.path);
  return issue.keys.map((key) => {
    const near = nearest(key, known);
    const hint = near ? `did you mean ${near}?` : known.length > 0 ? `known are ${known.join(', ')}` : '';
    return { path: path ? `${path}.${key}` : key, message: `unknown key; ${hint}`.replace(/; $/, '') };
  });
}

/** Keys of a source below which a credential may stand by mistake. */
const secretKeys: ReadonlySet<PropertyKey> = new Set([
  'auth',
  'connection',
  'headers',
  'parameters',
  'query',
  'url',
  'credentials',
  'endpoint',
]);

function received(root: unknown, path: readonly PropertyKey[]): string {
  let value = root;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  if (value === undefined || typeof value === 'object' || typeof value === 'function') return '';
  // Somebody who put a credential where its reference belongs finds it in no message.
  if (path.some((key) => secretKeys.has(key))) return '';
  return ` (received ${JSON.stringify(value)})`;
}

/** The legal keys of the object at a path, read from the JSON Schema of the configuration. */
function keysAt(path: readonly PropertyKey[]): string[] {
  type Node = {
    properties?: Record<string, Node>;
    additionalProperties?: Node | boolean;
    items?: Node;
    anyOf?: Node[];
    oneOf?: Node[];
  };
  let nodes: Node[] = [z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Node];
  const widen = (node: Node): Node[] => [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  for (const key of path) {
    nodes = nodes.flatMap(widen).flatMap((node) => {
      const next = typeof key === 'number' ? node.items : node.properties?.[String(key)];
      if (next) return [next];
      return typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
    });
  }
  return [...new Set(nodes.flatMap(widen).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** Edits (insert, delete, replace, swap of neighbours) between two short texts. Source: optimal string alignment. */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let j = 0; j <= b.length; j++) (rows[0] as number[])[j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(i - 2, j - 2) + 1);
      (rows[i] as number[])[j] = best;
    }
  }
  return at(a.length, b.length);
}
