import { describe, expect, it } from 'vitest';
import { gateGrounds } from '../../schemas/deploy.ts';
import { verdictOf } from './loop-fixture.ts';
import { emptyLoop, intervalText, labelNote, verdictSentence } from './loop-sentences.ts';

const skipped = (why: string) => ({ decision: 'skipped', why });

describe('an empty part of the loop', () => {
  it.each([
    [
      'embed',
      'switched off in the configuration',
      /^Switched off.*Switch it on.*embed\.enabled$/,
      /embed\.enabled/,
    ],
    [
      'embed',
      'there are no items and no reviews yet',
      /Add a mapping onto items or reviews/,
      /^还没有商品，也没有评论。请/,
    ],
    ['classify', 'there is nothing to label yet', /Add a mapping/, /^还没有可标注/],
    ['recommend', 'there are no events yet', /mapping onto events/, /^还没有事件。/],
    [
      'recommend',
      '120 events of the kinds view, cart, 500 are needed to train',
      /^120 events.*recommend\.minEvents/,
      /view, cart 类事件共 120 个，训练至少需要 500 个/,
    ],
    [
      'recommend',
      'the events lie on fewer than three days, nothing can be held out by time',
      /more nights/,
      /不足三天/,
    ],
    [
      'deploy',
      'The training gave v2 again, byte for byte: it serves, nothing changes',
      /nothing changes\. There is nothing to do/,
      /^训练得到的仍是 v2.*无需处理/,
    ],
    ['deploy', 'no model was trained: nothing to judge', /See above/, /见上/],
  ] as const)('of %s says why (%s) and what to do, in both languages', (section, why, en, zh) => {
    expect(emptyLoop(skipped(why), section, 'en')).toMatch(en);
    expect(emptyLoop(skipped(why), section, 'zh')).toMatch(zh);
  });

  it('says where the step is to be had when the run had none', () => {
    const absent = { decision: 'absent', why: '' };
    expect(emptyLoop(absent, 'embed', 'en')).toBe(
      'This run had no such step. The night has it, see: stocktake run',
    );
    expect(emptyLoop(absent, 'embed', 'zh')).toMatch(/^本次运行没有这一步/);
  });

  it('never shows an English reason on the Chinese page', () => {
    expect(emptyLoop(skipped('something nobody translated'), 'embed', 'zh')).not.toMatch(/[a-z]{4}/);
  });
});

describe('a task of labelling that learned nothing', () => {
  it.each([
    ['12 things carry a label that 5 or more share; at least 30 are needed to learn', '12 个样本'],
    ['Only one label has 5 or more things; there is nothing to tell apart', '只有一个标签有 5 个'],
    [
      'The best model is right in 40.0 % of held-out things, the most frequent label in 50.0 %: nothing is predicted',
      '答对 40.0 %，最常见标签为 50.0 %',
    ],
  ])('says why: %s', (note, zh) => {
    expect(labelNote(note, 'en')).toContain(note);
    expect(labelNote(note, 'zh')).toContain(zh);
  });
});

describe('a verdict', () => {
  it('is the gate’s own sentence in English', () => {
    expect(verdictSentence(verdictOf(), 'en')).toBe(verdictOf().why);
  });

  it.each(gateGrounds)('on the ground “%s” is Chinese and names the version or the window', (ground) => {
    const sentence = verdictSentence(verdictOf({ ground }), 'zh');
    expect(sentence).toMatch(/\p{Script=Han}/u);
    expect(sentence).toMatch(/v2|2026-/);
    expect(sentence).not.toMatch(/undefined|未知/);
  });

  it('has its figures in Chinese too', () => {
    expect(verdictSentence(verdictOf(), 'zh')).toBe(
      'v2：NDCG@10 为 0.2100，v1 为 0.1800，差值 +0.0300 [+0.0100, +0.0500]；更好。',
    );
    expect(intervalText({ mean: -0.01, low: -0.02, high: 0 })).toBe('−0.0100 [−0.0200, +0.0000]');
  });
});
