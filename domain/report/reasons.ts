import type { Language } from './texts.ts';

type Words = readonly [en: string, zh: string];

const reasons: Readonly<Record<string, Words>> = {
  'STK-COLLECT-BOMB': ['expands beyond the limit', '解压后超出上限'],
  'STK-COLLECT-COLUMNS': ['wrong number of fields', '字段数不对'],
  'STK-COLLECT-DAMAGED': ['file is damaged', '文件已损坏'],
  'STK-COLLECT-DELIMITER': ['other delimiter than declared', '分隔符与声明不符'],
  'STK-COLLECT-DEPTH': ['JSON nested too deep', 'JSON 嵌套过深'],
  'STK-COLLECT-EMPTY': ['file holds no row', '文件没有任何行'],
  'STK-COLLECT-ENCODING': ['not valid in the declared encoding', '不符合所声明的编码'],
  'STK-COLLECT-FORMAT': ['file format not known', '文件格式未知'],
  'STK-COLLECT-GONE': ['file vanished while the run went on', '文件在运行中消失'],
  'STK-COLLECT-CHANGED': ['file changed while it was read', '文件在读取时被改动'],
  'STK-COLLECT-HEADER': ['header cannot be used', '表头不可用'],
  'STK-COLLECT-JSON': ['not valid JSON', 'JSON 无效'],
  'STK-COLLECT-LONG': ['record too long', '记录过长'],
  'STK-COLLECT-MAGIC': ['file is of another kind than its name says', '文件内容与扩展名不符'],
  'STK-COLLECT-NUL': ['holds a NUL byte', '含有 NUL 字节'],
  'STK-COLLECT-PATH': ['unsafe path in an archive', '压缩包内路径不安全'],
  'STK-COLLECT-POISON': ['file killed its parser', '文件使解析进程崩溃'],
  'STK-COLLECT-QUOTE': ['broken quotes', '引号不配对'],
  'STK-COLLECT-READ': ['file cannot be read', '文件无法读取'],
  'STK-COLLECT-TRUNCATED': ['file is cut off', '文件不完整'],
  'STK-CONTRACT-ACCEPTED-VALUES': ['not one of the accepted values', '不在允许的取值中'],
  'STK-CONTRACT-COLUMNS': ['required columns are missing', '缺少必需的列'],
  'STK-CONTRACT-DRIFT': ['columns or rows differ from the last accepted ones', '列或行数与上次接受的不同'],
  'STK-CONTRACT-LENGTH': ['text of another length', '文本长度不符'],
  'STK-CONTRACT-NOT-ACCEPTED-VALUES': ['one of the values not accepted', '属于不允许的取值'],
  'STK-CONTRACT-NOT-NULL': ['value must not be missing', '值不得缺失'],
  'STK-CONTRACT-PATTERN': ['does not match the pattern', '不符合格式'],
  'STK-CONTRACT-RANGE': ['outside the allowed range', '超出允许的范围'],
  'STK-CONTRACT-REJECTED-SHARE': ['too many rejected rows', '拒收比例过高'],
  'STK-CONTRACT-UNIQUE': ['value must be unique', '值必须唯一'],
  'STK-EMBED-TEXT': ['text cannot be encoded', '文本无法编码'],
  'STK-INVENTORY-CONTAINS-SET': ['a value of the set is missing', '缺少集合中的取值'],
  'STK-INVENTORY-DISTRIBUTION': ['distributed otherwise than expected', '分布与预期不符'],
  'STK-INVENTORY-EQUAL-ROWCOUNT': ['other number of rows than the other source', '行数与另一来源不同'],
  'STK-INVENTORY-EQUAL-SET': ['other values than the set', '取值与集合不一致'],
  'STK-INVENTORY-EXPRESSION-IS-TRUE': ['two columns do not compare as expected', '两列的比较不成立'],
  'STK-INVENTORY-FRESHNESS': ['newest row is too old', '最新记录太旧'],
  'STK-INVENTORY-RELATIONSHIPS': ['names what no source delivered', '引用了没有来源提供的记录'],
  'STK-INVENTORY-ROW-COUNT': ['other number of rows than expected', '行数与预期不符'],
  'STK-INVENTORY-ROW-COUNT-RATIO': ['other ratio of rows than expected', '行数之比与预期不符'],
  'STK-INVENTORY-SCHEMA': ['other columns than before', '列与之前不同'],
  'STK-INVENTORY-VOLUME': ['unusual number of rows', '行数异常'],
  'STK-NORMALIZE-EXPRESSION': ['the mapping cannot be computed', '映射无法计算'],
  'STK-NORMALIZE-FIX': ['correction does not fit the source column', '更正的值与来源列的类型不符'],
  'STK-NORMALIZE-MISSING': ['required value is missing', '缺少必需的值'],
  'STK-NORMALIZE-RATE': ['no rate of exchange for the amount', '金额没有可用的汇率'],
  'STK-NORMALIZE-TYPE': ['value does not fit its type', '取值与类型不符'],
  'STK-SOURCE-MISSING': ['no file was found', '没有找到文件'],
};

/** A reason code in words; the code itself where nobody has put it into words. */
export function reasonText(code: string, language: Language): string {
  return reasons[code]?.[language === 'en' ? 0 : 1] ?? code;
}

/** Several reason codes as the inventory joins them (`A, B`), each in words. */
export function reasonTexts(codes: string, language: Language): string {
  return codes
    .split(', ')
    .map((code) => reasonText(code, language))
    .join(language === 'en' ? ', ' : '、');
}
