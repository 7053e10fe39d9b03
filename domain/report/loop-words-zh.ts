import type { GateGround, Verdict } from '../../schemas/deploy.ts';

/** A sentence of a stage and what it is in Chinese; the groups of the pattern are handed over. */
export type ReasonZh = readonly [pattern: RegExp, say: (...parts: readonly string[]) => string];

/** What the stages of the loop say of themselves, in Chinese. */
export const reasonsZh: readonly ReasonZh[] = [
  [/^switched off in the configuration$/, () => '配置中已关闭'],
  [/^(\d+) of (\d+) texts are new/, (fresh, all) => `${all} 条文本中有 ${fresh} 条是新的`],
  [/^there are no items and no reviews yet$/, () => '还没有商品，也没有评论'],
  [/^there are no texts yet$/, () => '还没有文本'],
  [/^there is nothing to label yet$/, () => '还没有可标注的内容'],
  [/^there are no events yet$/, () => '还没有事件'],
  [
    /^(\d+) events of the kinds (.+), (\d+) are needed to train$/,
    (events, kinds, needed) => `${kinds} 类事件共 ${events} 个，训练至少需要 ${needed} 个`,
  ],
  [/^the events lie on fewer than three days/, () => '事件不足三天，无法按时间留出样本'],
  [/^no user came back for something new/, () => '没有用户回来看新的商品，无法测量'],
  [/^no model was trained/, () => '没有训练出模型，无可裁决'],
  [/^the events cannot be split by time/, () => '事件无法按时间划分，无从裁决'],
  [/^The training gave (v\d+) again/, (version) => `训练得到的仍是 ${version}，逐字节相同，一切不变`],
  [/^same inputs as before$/, () => '输入与之前相同'],
  [/^Everything has a label already$/, () => '所有内容都已有标签'],
  [
    /^(\d+) things carry a label that (\d+) or more share; at least (\d+) are needed to learn$/,
    (things, shared, needed) =>
      `${things} 个样本的标签至少有 ${shared} 个样本共有；学习至少需要 ${needed} 个`,
  ],
  [/^Only one label has (\d+) or more things/, (least) => `只有一个标签有 ${least} 个以上样本，无从区分`],
  [
    /^The best model is right in (.+) of held-out things, the most frequent label in (.+): nothing is predicted$/,
    (model, majority) => `最好的模型在留出样本上答对 ${model}，最常见标签为 ${majority}：不做预测`,
  ],
];

/** The gate's verdict by its ground, in Chinese. */
export const verdictsZh: Readonly<Record<GateGround, (verdict: Verdict) => string>> = {
  first: (verdict) =>
    `${verdict.version} 是第一个模型，且不比热门榜差：${ownFigure(verdict)}，${lead(verdict)}。`,
  better: (verdict) => `${compared(verdict)}；更好。`,
  'as-good': (verdict) =>
    `${compared(verdict)}；在 ${verdict.rules?.tolerance ?? 0} 以内一样好，且学到了更新的数据。`,
  worse: (verdict) => `${compared(verdict)}；更差，现役模型继续服务。`,
  unclear: (verdict) => `${compared(verdict)}；这个窗口分不出高下，现役模型继续服务。`,
  'worse-than-popularity': (verdict) =>
    `${verdict.version} 的排序不如热门榜：${ownFigure(verdict)}，${lead(verdict)}。`,
  leak: ({ version, window }) =>
    `${version} 训练时已见过窗口（自 ${window?.from ?? ''} 起）内的事件：其数值没有意义。`,
  'late-answers': ({ version, window, lateAnswers }) =>
    `窗口 ${window?.from ?? ''} 至 ${window?.to ?? ''} 的 ${lateAnswers?.answers ?? 0} 个答案中有 ${percentOf(lateAnswers?.share)} 由窗口内才到达的文件记在窗口之前，上一个窗口为 ${percentOf(lateAnswers?.usual)}：${version} 的数值来自已被告知的答案。请查找带旧时间戳的重复事件；如需推翻：stocktake models promote ${version} --reason …`,
  'newest-day': ({ version, window, newestDay }) =>
    `${window?.to ?? ''} 与之前各天不同：对热门榜的领先当天为 ${span(newestDay?.newest)}，之前为 ${span(newestDay?.usual)}。请检查当天收集的数据；如需推翻：stocktake models promote ${version} --reason …`,
  implausible: (verdict) =>
    `${compared(verdict)}；好得不可信，请查找数据泄漏。如需推翻：stocktake models promote ${verdict.version} --reason …`,
  'too-few-users': ({ window, rules, champion }) =>
    `窗口 ${window?.from ?? ''} 至 ${window?.to ?? ''} 有 ${window?.users ?? 0} 名用户，至少需要 ${rules?.minUsers ?? 0} 名才能裁决；${champion === '' ? '还没有模型服务' : `${champion} 继续服务`}。`,
  'same-model': ({ version }) => `训练得到的仍是 ${version}，逐字节相同，一切不变。`,
  override: ({ version }) => `${version} 由人工投入服务。`,
  rollback: ({ version }) => `已由人工回滚到 ${version}。`,
};

function percentOf(share = 0): string {
  return `${(100 * share).toFixed(1)} %`;
}

function compared(verdict: Verdict): string {
  const { champion, metrics, againstChampion } = verdict;
  return `${verdict.version}：${ownFigure(verdict)}，${champion} 为 ${figure(verdict, metrics.champion)}，差值 ${span(againstChampion)}`;
}

function ownFigure(verdict: Verdict): string {
  return `${metricOf(verdict).toUpperCase()} 为 ${figure(verdict, verdict.metrics.candidate)}`;
}

function lead({ againstPopularity }: Verdict): string {
  return `与热门榜的差值 ${span(againstPopularity)}`;
}

function figure(verdict: Verdict, metrics: Verdict['metrics']['candidate']): string {
  return metrics[metricOf(verdict)]?.toFixed(4) ?? '未知';
}

function metricOf({ rules }: Verdict): string {
  return rules?.metric ?? 'ndcg@10';
}

function span(interval: { mean: number; low: number; high: number } | null | undefined): string {
  if (!interval) return '未知';
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
  return `${signed(interval.mean)} [${signed(interval.low)}, ${signed(interval.high)}]`;
}
