import { describe, expect, it } from 'vitest';
import { nearest, parseConfig } from './config-parse.ts';

const minimal = {
  project: 'shop',
  sources: {
    orders: {
      path: 'orders/{date}.csv',
      entities: { events: { columns: { item_id: 'sku', kind: "'purchase'", time: 'ts' } } },
    },
  },
};

function issuesOf(value: unknown): string[] {
  const parsed = parseConfig(value);
  return parsed.ok ? [] : parsed.issues.map((issue) => `${issue.path}: ${issue.message}`);
}

describe('configuration', () => {
  it('fills in every default', () => {
    const parsed = parseConfig(minimal);
    expect(parsed.ok && parsed.config.timezone).toBe('UTC');
    expect(parsed.ok && parsed.config.temporal.retries.bulk.attempts).toBe(3);
    expect(parsed.ok && parsed.config.sources.orders?.duplicates).toBe('row');
  });

  it('names an unknown key and the nearest known one, also deep inside', () => {
    expect(issuesOf({ ...minimal, tmezone: 'UTC' })).toEqual([
      'tmezone: unknown key; did you mean timezone?',
    ]);
    const deep = structuredClone(minimal) as { sources: { orders: Record<string, unknown> } };
    deep.sources.orders.contrct = {};
    expect(issuesOf(deep)).toEqual(['sources.orders.contrct: unknown key; did you mean contract?']);
  });

  it('reports all problems together, each with what was received', () => {
    const issues = issuesOf({ ...minimal, project: 'My Shop', timezone: 'Mars/Olympus' });
    expect(issues).toHaveLength(2);
    expect(issues[0]).toContain('received "My Shop"');
    expect(issues[1]).toContain('expected an IANA time zone');
  });

  it('refuses a mapping onto a column the entity does not have and one that lacks a required column', () => {
    const broken = structuredClone(minimal) as typeof minimal & {
      sources: { orders: { entities: unknown } };
    };
    broken.sources.orders.entities = {
      events: { columns: { item_id: 'sku', kind: 'k', colour: 'c' } },
    } as never;
    const issues = issuesOf(broken).join('\n');
    expect(issues).toContain('colour: unknown column');
    expect(issues).toContain('missing required column time');
  });

  it('finds the nearest name only when it is near enough to be meant', () => {
    expect(nearest('Quantitiy', ['Quantity', 'UnitPrice'])).toBe('Quantity');
    expect(nearest('zzz', ['Quantity', 'UnitPrice'])).toBeUndefined();
  });
});
