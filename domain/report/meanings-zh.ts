import type { EntityName } from '../../schemas/entities.ts';

/** What each entity is, in Chinese. */
export const entityMeanings: Readonly<Record<EntityName, string>> = {
  users: '商店所知道的人，每个用户编号一条记录。',
  items: '商店提供的商品，每个编号空间中的每个商品编号一条记录。',
  events: '用户对商品做了什么：浏览、加购、购买、退货。',
  reviews: '用户对商品写下的评论。',
  market: '外部序列：按时间排列的价格和指数。',
};

/** What one row of an event-like entity is called. */
export const rowNouns: Readonly<Record<EntityName, string>> = {
  users: '用户',
  items: '商品',
  events: '事件',
  reviews: '评论',
  market: '序列值',
};

const attributes = '来源的其他列，写成键有序的 JSON 对象。';

/** What each entity column is, in Chinese; a test holds them against `entities`. */
export const columnMeanings: Readonly<Record<EntityName, Readonly<Record<string, string>>>> = {
  users: {
    user_id: '商店给用户的编号。',
    signed_up_at: '用户注册的时间。',
    country: '国家，按来源的写法。',
    attributes,
  },
  items: {
    item_id: '商品在其编号空间中的编号。',
    title: '给人看的名称。',
    description: '较长的文字。',
    category: '类别路径，按来源的写法。',
    brand: '制造商或品牌。',
    price: '一件的现价，不小于 0。',
    currency: '价格的 ISO 4217 币种。',
    image_refs: '图片地址，从不下载。',
    attributes,
  },
  events: {
    event_id: '来源自己的事件编号。',
    user_id: '谁做的；匿名访问为空。',
    item_id: '对哪个商品做的。',
    kind: 'view、cart、purchase、return，或来源自己的词。',
    time: '发生的时间。',
    quantity: '涉及的件数。',
    value: '事件涉及的金额，所有件数合计。',
    currency: '金额的 ISO 4217 币种。',
    session_id: '事件所属的访问或购物篮。',
    attributes,
  },
  reviews: {
    review_id: '来源自己的评论编号。',
    user_id: '谁写的。',
    item_id: '写的是哪个商品。',
    text: '评论的文字。',
    rating: '给出的评分。',
    time: '写下的时间。',
    attributes,
  },
  market: {
    series: '序列的名称。',
    time: '该值对应的时间。',
    value: '以序列自己的单位表示的值。',
    attributes,
  },
};

/** Columns unification adds, in Chinese. */
export const addedColumnMeanings: Readonly<Record<string, string>> = {
  namespaces: '记录所在的编号空间。',
  namespace: '记录编号所属的编号空间。',
  event_date: '事件在业务时区中的日期。',
  source_rows: '合并进这条记录的来源行数。',
  sources: '合并成这条记录的来源。',
  records: '合并进来的来源记录数。',
  members: '合并进来的来源记录数。',
  first_seen: '最早含有这条记录的分片。',
  last_seen: '最近含有这条记录的分片。',
  gone_since: '从这个分片起，完整清单中不再有这条记录。',
};

/** What each kind of column means, in Chinese. */
export const kindMeanings: Readonly<Record<string, string>> = {
  id: '标识某个事物：代码或键，不是数量。',
  money: '金额。',
  quantity: '某物的数量。',
  time: '日期或时刻。',
  country: '国家。',
  email: '电子邮件地址。',
  phone: '电话号码。',
  person: '能说明某人是谁的信息。',
  url: '网址。',
  text: '给人看的文字。',
  category: '少数几个反复出现的值之一。',
  flag: '是或否。',
  number: '数字。',
  json: '写成一个 JSON 对象的其他信息。',
  empty: '所查看的行中没有取值。',
  unknown: '未知；请在 temporal.config.ts 中该来源的 columns 下说明。',
};

/** What one row of each dataset is, in Chinese, by the catalog's patterns; a test holds them against `catalog`. */
export const datasetGrains: Readonly<Record<string, string>> = {
  'raw.*': '来源文件中的一条记录，原样保存，每列为文本，附文件与行号。',
  'clean.*.*': '映射到实体的一条记录：有类型、去空白、同一时区，附文件与行号。',
  'quarantine.*': '一条被拒的记录（或文件、分片），附原因与原文。',
  'repairs.*': '一个被判为有误的单元格，附原值、修复与原因。',
  'unified.events': '一个事件，只出现一次。',
  'unified.reviews': '一条评论，只出现一次。',
  'unified.market': '某个序列在某一时间的一个值。',
  'match.records.*': '某个来源所知的一名用户或一件商品，由其所有分片合并。',
  'match.pairs': '不同来源的两件被比较的商品，附得分与依据。',
  'match.clusters': '某个来源的一件商品及其所属的黄金商品。',
  'match.pairs.users': '不同系统的两名被比较的用户，附概率与各字段的依据（不含取值）。',
  'match.clusters.users': '某个系统的一名用户及其所属的黄金用户。',
  'unified.users': '一名用户：黄金记录，附每个值的出处。',
  'unified.items': '一件商品：黄金记录，附每个值的出处。',
  'inventory.*': '有什么（资产、列）、有多好（检查）、变了什么（变化）。',
  'feature.texts': '一件有文字的商品或一条评论：其文本的哈希。',
  'feature.contents': '一条不同的文本，以其哈希为键。',
  'feature.embeddings': '一条文本的单位向量，以其哈希为键；每片至多 2,048 条。',
  'label.*': '商品、评论或用户的一个标签，附置信度与出处。',
  'evaluation.labels': '一个标签在留出样本上的数值；标签为空时指整个任务。',
  'profile.*': '截至数据日期的一名用户或一件商品：行为、消费、喜好。',
  'recommend.model': '模型所知的一件商品；旁边是模型的张量与每名用户最近的兴趣。',
  'evaluation.models': '一种方法在测试窗口上的数值。',
  'registry.versions': '推荐模型的一个版本，JSON 文档。',
  'registry.verdicts': '关卡或人的一次裁决，JSON 文档。',
};
