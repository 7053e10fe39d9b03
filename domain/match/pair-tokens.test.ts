import { describe, expect, it } from 'vitest';
import { tokenizePairText } from './pair-tokens.ts';

describe('tokenizePairText', () => {
  it('finds model numbers however they are hyphened, and the words they are made of', () => {
    const { codes, words, squashed } = tokenizePairText('Acme KX-TG43B phone dsc/w150');
    expect(codes).toEqual(['kxtg43b', 'tg43b', 'dscw150', 'w150']);
    expect(words).toEqual(['acme', 'kx', 'tg43b', 'phone', 'dsc', 'w150']);
    expect(squashed).toBe('acmekxtg43bphonedscw150');
  });

  it('writes numbers shortest and tells what they measure', () => {
    const { numbers, measures, words } = tokenizePairText('2.0 cu ft, 1,000 watt 46 " 25ft');
    expect(numbers).toEqual(['2', '1000', '46', '25']);
    expect(measures).toEqual([
      { unit: 'cu', number: '2' },
      { unit: 'watt', number: '1000' },
      { unit: '′', number: '46' },
      { unit: 'ft', number: '25' },
    ]);
    expect(words).toContain('ft');
  });

  it('folds accents and full-width forms, and pairs Chinese signs', () => {
    expect(tokenizePairText('Ｃａｆé 手机壳').words).toEqual(['cafe', '手机', '机壳']);
  });

  it('finds nothing in nothing', () => {
    expect(tokenizePairText(' - , ').words).toEqual([]);
  });
});
