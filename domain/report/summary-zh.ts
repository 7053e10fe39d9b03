import type { FindingKind } from './findings.ts';
import { countText } from './format.ts';
import { askAbout, dates, type FindingWords, listed, type SummaryWords } from './summary-words.ts';

/** The summary in Chinese. */
export const chinese: SummaryWords = {
  worked(model) {
    const { headline: h } = model;
    const run = model.from === model.dataDate ? `${model.dataDate} 的运行` : `${dates(model, '至')} 的运行`;
    if (h.status === 'nothing') return `${run}已结束，但没有任何新数据到达：所有数据与之前相同。`;
    const brought = `${countText(h.sources)} 个来源中有 ${countText(h.sourcesArrived)} 个送来 ${countText(h.slicesArrived)} 个新分片，共 ${countText(h.rowsIn)} 行`;
    const aside = h.rejected > 0 ? `，其中 ${countText(h.rejected)} 行被隔离` : '，没有一行被隔离';
    return `${run}成功：${brought}${h.rowsIn > 0 ? aside : ''}。`;
  },
  standsOut({ headline: { checks, status } }, findings) {
    if (findings.length > 0)
      return `${listed(findings, chineseFindings, '；', joined, (more) => `另有 ${more} 项见下`)}。`;
    if (status === 'nothing') return '没有其他值得注意的地方。';
    if (checks.pass === 0) return '没有值得注意的地方，但也没有做任何检查。';
    return `没有值得注意的地方：${countText(checks.pass)} 项检查全部通过。`;
  },
  toDo: (model, gravest) =>
    gravest
      ? askAbout(model, gravest, chineseFindings, joined)
      : model.headline.status === 'nothing'
        ? '如果本应有文件，请向来源的负责人索取后重新运行；否则无需处理。'
        : '无需处理。',
};

const chineseFindings: Readonly<Record<FindingKind, FindingWords>> = {
  missing: {
    what: (names) => `没有找到 ${names} 的文件`,
    toDo: (owners, names) => `请向${owner(owners)}索取 ${names} 缺少的文件，然后重新运行。`,
  },
  failedStep: {
    what: (names) => `收集 ${names} 失败，沿用其之前的数据`,
    toDo: (_, __, ___, record) => `请查看失败的步骤：stocktake runs show ${record}`,
  },
  refused: {
    what: (names) => `${names} 有整批数据未被接受`,
    toDo: (owners, names) => `请${owner(owners)}重新提供 ${names} 更正后的数据；下次运行会接收。`,
  },
  keptOut: {
    what: (names) => `${names} 有文件或行无法读取`,
    toDo: (owners, names) =>
      `请${owner(owners)}重新提供 ${names} 中损坏的文件（见下方“问题”）；下次运行会接收。`,
  },
  columnsGone: {
    what: (names) => `${names} 缺少映射所需的列`,
    toDo: (owners, names) =>
      `请与${owner(owners)}确认是否有意为之；若是，请在 temporal.config.ts 中调整 ${names} 的映射。`,
  },
  vanished: {
    what: (names) => `配置中已没有 ${names}`,
    toDo: (_, names) => `若非有意，请在 temporal.config.ts 中恢复 ${names}。`,
  },
  badRows: {
    what: (names) => `${names} 有行不符合映射或约定`,
    toDo: (owners, _, first) =>
      `请用 stocktake quarantine show ${first} 查看这些行，并请${owner(owners)}在源头更正。`,
  },
  late: {
    what: (names) => `${names} 的最新数据太旧`,
    toDo: (owners, names) => `请向${owner(owners)}询问 ${names} 的数据何时送达。`,
  },
  lost: {
    what: (names) => `${names} 有行去向不明`,
    toDo: (_, __, ___, record) => `请用 --force 重新运行；若仍如此，请将运行 ${record} 作为故障上报。`,
  },
  columnsChanged: {
    what: (names) => `${names} 的列有变化`,
    toDo: (_, names) => `如果需要新的列，请在 temporal.config.ts 中加入 ${names} 的映射。`,
  },
  volume: {
    what: (names) => `${names} 的行数异常`,
    toDo: (owners, names) => `请向${owner(owners)}确认 ${names} 的数据是否完整。`,
  },
  warned: {
    what: (names) => `${names} 的检查有警告`,
    toDo: () => '请查看下方“质量”中的警告；没有数据因此被排除。',
  },
};

function joined(names: readonly string[]): string {
  return names.join('、');
}

/** Owners between Chinese characters; without any, whoever is responsible. */
function owner(owners: string): string {
  return owners === '' ? '负责人' : ` ${owners} `;
}
