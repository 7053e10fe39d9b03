import type { Language } from './texts.ts';

/** Kinds of words the inventory and the run record use, each a small closed set. */
export type WordKind =
  | 'health'
  | 'status'
  | 'check'
  | 'alert'
  | 'looksLike'
  | 'stage'
  | 'decision'
  | 'trigger'
  | 'severity'
  | 'entity'
  | 'labelKind'
  | 'gate'
  | 'recipe'
  | 'repair';

/**
 * A word of the inventory or the run record in the report's language. English keeps the words themselves (they are what
 * the SQL tables and dbt say); a word nobody translated stays as it is.
 */
export function word(kind: WordKind, value: string, language: Language): string {
  return language === 'en' ? value : (chinese[kind][value] ?? value);
}

/** The Chinese words by kind; a test holds them against what the inventory can say. */
export const chinese: Readonly<Record<WordKind, Readonly<Record<string, string>>>> = {
  health: { Healthy: '健康', Warning: '警告', Degraded: '受损', Unknown: '未知' },
  status: { pass: '通过', warn: '警告', error: '失败', info: '说明' },
  check: {
    not_null: '非空',
    unique: '唯一',
    accepted_values: '允许的取值',
    not_accepted_values: '不允许的取值',
    length: '文本长度',
    range: '范围',
    pattern: '格式',
    relationships: '引用',
    freshness: '新鲜度',
    volume: '数据量',
    schema: '表结构',
    gaps: '缺失日期',
    ledger: '账目平衡',
    intake: '接收',
    mapping: '映射',
    row_count: '行数',
    distribution: '分布',
    contains_set: '包含的取值',
    equal_set: '取值一致',
    equal_rowcount: '行数相等',
    row_count_ratio: '行数之比',
    expression_is_true: '列间比较',
  },
  alert: {
    empty: '全空',
    constant: '只有一个值',
    missing: '有缺失',
    unique: '各不相同',
    'high cardinality': '取值过多',
    imbalance: '分布失衡',
    zeros: '零值多',
    skewed: '分布偏斜',
  },
  looksLike: {
    empty: '空',
    integer: '整数',
    decimal: '小数',
    date: '日期',
    time: '时间',
    flag: '是/否',
    json: 'JSON',
    text: '文本',
    'not profiled': '未分析',
  },
  stage: {
    plan: '计划',
    collect: '收集',
    normalize: '规范化',
    dedup: '去重',
    inventory: '盘点',
    embed: '编码',
    classify: '标注',
    profile: '画像',
    recommend: '训练',
    deploy: '部署',
    report: '报告',
    publish: '发布',
  },
  decision: { ran: '已执行', reused: '已复用', skipped: '已跳过', refused: '已拒绝', failed: '失败' },
  trigger: { schedule: '定时运行', manual: '手动运行', backfill: '补跑', replay: '重放' },
  severity: { error: '错误', warn: '警告' },
  entity: { users: '用户', items: '商品', events: '事件', reviews: '评论', market: '行情' },
  labelKind: {
    category: '类目',
    sentiment: '情感',
    interest: '兴趣',
    week: '周末或工作日',
    'time of day': '时段',
    frequency: '来访频率',
    'price band': '价位',
    reviewer: '评论习惯',
  },
  gate: {
    promoted: '投入服务',
    rejected: '未通过',
    undecided: '未决',
    unchanged: '不变',
    restored: '人工恢复',
  },
  recipe: {
    'tf-idf + logistic regression': 'TF-IDF + 逻辑回归',
    'embedding + logistic regression': '向量 + 逻辑回归',
    'embedding and tf-idf + logistic regression': '向量与 TF-IDF + 逻辑回归',
    'embedding + random forest': '向量 + 随机森林',
  },
  repair: {
    'missing-spelling': '表示缺失的写法',
    'mixed-unit': '单位混用',
    'lost-precision': '精度丢失',
    'number-format': '数字写法',
    'time-format': '时间写法',
    'shifted-value': '值错位',
    dependency: '与相关列矛盾',
    'missing-value': '可由相关列补上的缺失',
    'scale-slip': '数量级错误',
    typo: '拼写错误',
    pattern: '与该列其他值写法不同',
    learned: '由标注学得',
  },
};
