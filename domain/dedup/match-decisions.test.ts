import { describe, expect, it } from 'vitest';
import type { MatchDecision, NamedMatchDecision } from '../../schemas/match-decision.ts';
import { verdictsKey, verdictsOf } from './match-decisions.ts';

const ref = (name: string) => ({ namespace: name < 'n' ? 'main' : 'other', itemId: name });

/** Decisions written `a=b`, `a#b` (rejected) or `!2` (the second is undone), one after the other. */
function decided(...texts: string[]): NamedMatchDecision[] {
  return texts.map((text, index) => {
    const about = { format: 1 as const, by: 'kim', why: '', at: `2026-10-01T00:00:0${index}.000Z` };
    const [a = '', b = ''] = text.split(/[=#]/);
    const decision: MatchDecision = text.startsWith('!')
      ? { ...about, action: 'undo', decision: text.slice(1) }
      : { ...about, action: text.includes('=') ? 'accept' : 'reject', a: ref(a), b: ref(b) };
    return { id: String(index + 1), decision };
  });
}

const read = (...texts: string[]) => {
  const { valid, overruled } = verdictsOf(decided(...texts));
  const sign = { accept: '=', reject: '#' } as const;
  return {
    valid: valid.map(({ a, b, action }) => `${a.itemId}${sign[action]}${b.itemId}`),
    overruled: overruled.map(({ decision, how }) => `${decision} ${how}`),
  };
};

describe('decisions about items', () => {
  it('count in the order of the items, the newest about a pair', () => {
    expect(read('y=a', 'b#z')).toEqual({ valid: ['a=y', 'b#z'], overruled: [] });
    expect(read('a=y', 'y#a')).toEqual({ valid: ['a#y'], overruled: ['1 repeated'] });
  });

  it('are taken back by an undo, and come back when that is undone', () => {
    expect(read('a=y', '!1')).toEqual({ valid: [], overruled: ['1 taken-back'] });
    expect(read('a=y', '!1', '!2')).toEqual({ valid: ['a=y'], overruled: [] });
    expect(read('a#y', 'a=y', '!2')).toEqual({ valid: ['a#y'], overruled: ['2 taken-back'] });
  });

  it('that contradict newer ones through other items do not count', () => {
    expect(read('a#z', 'a=y', 'y=z')).toEqual({ valid: ['a=y', 'y=z'], overruled: ['1 contradicted'] });
    expect(read('a=y', 'y=z', 'a#z').overruled).toEqual(['1 contradicted']);
    expect(read('a=y', 'b=z', 'a#b', 'y=z').overruled).toEqual(['1 contradicted']);
  });

  it('leave keys as they are where none counts', () => {
    expect(verdictsKey(verdictsOf(decided('a=y', '!1')).valid)).toEqual({});
  });
});
