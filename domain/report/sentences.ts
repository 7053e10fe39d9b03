import type { ReportChange } from './model.ts';
import type { Language } from './texts.ts';

/** A change in a sentence of the report's language; English comes from the inventory itself. */
export function changeSentence(change: ReportChange, language: Language): string {
  if (language === 'en') return change.sentence;
  const { kind, column, slice, before, after, rows } = change;
  const chinese: Readonly<Record<string, string>> = {
    source_added: `新来源，${rows} 行`,
    source_vanished: '来源消失了',
    slices_arrived: `新到 ${rows} 行（${slice || after}）`,
    slice_refused: `分片 ${slice} 违反约定，未被接受（${rows} 行）`,
    column_added: `新增列 ${column}`,
    column_dropped: `列 ${column} 不见了`,
    column_retyped: `列 ${column} 的类型由 ${before} 变为 ${after}`,
    nulls: `列 ${column} 的缺失比例由 ${before} 变为 ${after}`,
    volume: `行数由 ${before} 变为 ${after}`,
    records_new: `新增 ${rows} 条`,
    records_changed: `修改 ${rows} 条`,
    records_vanished: `消失 ${rows} 条`,
    field_changed: `字段 ${column} 有 ${rows} 条被修改`,
  };
  return chinese[kind] ?? change.sentence;
}

const reasons: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  'STK-COLLECT-QUOTE': ['broken quotes', '引号不配对'],
  'STK-COLLECT-COLUMNS': ['wrong number of fields', '字段数不对'],
  'STK-COLLECT-ENCODING': ['not valid in the declared encoding', '编码无效'],
  'STK-COLLECT-LONG': ['record too long', '记录过长'],
  'STK-COLLECT-JSON': ['not valid JSON', 'JSON 无效'],
  'STK-COLLECT-DEPTH': ['JSON nested too deep', 'JSON 嵌套过深'],
  'STK-COLLECT-NUL': ['holds a NUL byte', '含 NUL 字节'],
  'STK-COLLECT-HEADER': ['header names a column twice', '表头列名重复'],
  'STK-COLLECT-DELIMITER': ['other delimiter than declared', '分隔符与声明不符'],
  'STK-COLLECT-TRUNCATED': ['file is cut off', '文件不完整'],
  'STK-COLLECT-BOMB': ['expands beyond the limit', '解压超出上限'],
  'STK-COLLECT-POISON': ['file killed its parser', '文件使解析进程崩溃'],
  'STK-NORMALIZE-TYPE': ['value does not fit its type', '取值与类型不符'],
  'STK-NORMALIZE-MISSING': ['required value is missing', '缺少必需的值'],
  'STK-CONTRACT-COLUMNS': ['required columns are missing', '缺少必需的列'],
  'STK-CONTRACT-REJECTED-SHARE': ['too many rejected rows', '拒收比例过高'],
  'STK-CONTRACT-RANGE': ['outside the allowed range', '超出允许范围'],
  'STK-CONTRACT-NOT_NULL': ['value must not be missing', '值不得缺失'],
  'STK-CONTRACT-UNIQUE': ['value must be unique', '值必须唯一'],
  'STK-CONTRACT-ACCEPTED_VALUES': ['not one of the accepted values', '不在允许的取值中'],
  'STK-CONTRACT-PATTERN': ['does not match the pattern', '不符合格式'],
};

/** A reason code in words; the code itself where nobody has put it into words. */
export function reasonText(code: string, language: Language): string {
  const words = reasons[code] ?? reasons[code.replaceAll('-', '_').replace('STK_CONTRACT_', 'STK-CONTRACT-')];
  return words ? words[language === 'en' ? 0 : 1] : code;
}
