import { counted, countText } from './format.ts';
import type {
  ReportChange,
  ReportCheck,
  ReportModel,
  ReportProblem,
  ReportSource,
  ReportStep,
} from './model.ts';
import { reasonText, reasonTexts } from './reasons.ts';
import type { Language } from './texts.ts';
import { word } from './words.ts';

/** A change in a sentence of the report's language; English comes from the inventory itself. */
export function changeSentence(change: ReportChange, language: Language): string {
  if (language === 'en') return change.sentence;
  return chineseChanges[change.kind]?.(change) ?? change.sentence;
}

/** A problem in words. English is the stage's own message; Chinese is made from code, rows and file. */
export function problemSentence(problem: ReportProblem, language: Language): string {
  if (language === 'en') return problem.message;
  const { code, rows, file, severity } = problem;
  const taken = severity === 'error' ? '被拒收' : '已接收，但不符合检查';
  return [
    reasonText(code, 'zh'),
    ...(rows > 0 ? [`${countText(rows)} 行${taken}`] : []),
    ...(file ? [file] : []),
  ].join('，');
}

/** What a check expects, in the report's language. */
export function checkExpected({ type, expected }: ReportCheck, language: Language): string {
  if (language === 'en') return expected;
  if (type === 'freshness') {
    return expected.replaceAll('warn >', '警告 >').replaceAll('error >', '失败 >').replaceAll(' h', ' 小时');
  }
  return type === 'relationships' ? word('entity', expected, language) : expected;
}

/** What a check found, in the report's language: reason codes become words. */
export function checkObserved({ type, observed }: ReportCheck, language: Language): string {
  if (type === 'intake' || type === 'mapping') return reasonTexts(observed, language);
  if (language === 'en') return observed;
  if (type === 'freshness') return observed.replace(' h', ' 小时');
  return type === 'schema' ? observed.replaceAll(/(?<=: )(\w+) → (\w+)/g, retyped) : observed;
}

/**
 * Why a source is as healthy as it is: its failing checks, or else its warnings, each with its place; how many passed
 * where none fails.
 */
export function healthReason(source: string, rows: number, model: ReportModel, language: Language): string {
  const judged = model.checks.filter((check) => check.source === source && check.status !== 'info');
  const named = (status: string): string =>
    [
      ...new Set(
        judged.filter((check) => check.status === status).map((check) => checkName(check, language)),
      ),
    ].join(language === 'en' ? ', ' : '、');
  const failing = named('error');
  if (failing) return failing;
  if (rows === 0) return language === 'en' ? 'no rows' : '没有数据';
  if (judged.length === 0) return language === 'en' ? 'no check' : '没有检查';
  const passed =
    language === 'en'
      ? `${counted(judged.length, 'check')} passed`
      : `${countText(judged.length)} 项检查通过`;
  return named('warn') || passed;
}

/** Why nothing was found of a source; empty where something was. */
export function sourceMissing({ missing }: ReportSource, language: Language): string {
  return missing === '' || language === 'en' ? missing : '没有找到文件；请检查该来源的 path 与输入文件夹。';
}

/** Why a step did what it did. English is the step's own evidence; Chinese is made from decision and parts. */
export function stepReason(step: ReportStep, language: Language): string {
  if (language === 'en') return step.why;
  const { decision, parts, reusedParts } = step;
  if (decision === 'skipped') return '无事可做';
  if (decision === 'reused') return '输入与之前相同';
  if (decision !== 'ran') return word('decision', decision, language);
  return reusedParts > 0 ? `${countText(parts)} 份中复用 ${countText(reusedParts)} 份` : '有新的输入';
}

function checkName({ type, entity, column }: ReportCheck, language: Language): string {
  const place = [entity, column].filter((part) => part !== '').join('.');
  const name = word('check', type, language);
  return place ? `${name} ${place}` : name;
}

function retyped(_: string, before: string, after: string): string {
  return `${word('looksLike', before, 'zh')} → ${word('looksLike', after, 'zh')}`;
}

const chineseChanges: Readonly<Record<string, (change: ReportChange) => string>> = {
  source_added: ({ rows }) => `新来源，${countText(rows)} 行。`,
  source_vanished: ({ before }) => `配置中已没有这个来源；最后的 ${countText(Number(before))} 行仍保留。`,
  slices_arrived: ({ before, after, rows }) => {
    const replaced = Number(before) > 0 ? `，其中 ${countText(Number(before))} 个替换了先前的分片` : '';
    return `新到 ${countText(Number(after))} 个分片，共 ${countText(rows)} 行${replaced}。`;
  },
  slice_refused: ({ slice, after, rows }) =>
    `分片 ${slice} 未被接受（${countText(rows)} 行）：${reasonText(after, 'zh')}。`,
  column_added: ({ column, after }) => `新增列 ${column}（${word('looksLike', after, 'zh')}）。`,
  column_dropped: ({ column, after }) =>
    after ? `列 ${column} 不见了，可能已改名为 ${after}。` : `列 ${column} 不见了。`,
  column_retyped: ({ column, before, after }) =>
    `列 ${column} 的写法由${word('looksLike', before, 'zh')}变为${word('looksLike', after, 'zh')}。`,
  nulls: ({ column, before, after }) => `列 ${column} 的缺失比例由 ${before} % 变为 ${after} %。`,
  volume: ({ before, after }) =>
    `现有 ${countText(Number(after))} 行，之前 ${countText(Number(before))} 行。`,
  records_new: ({ asset, rows }) => `新增 ${countText(rows)} ${recordNoun(asset)}。`,
  records_changed: ({ asset, rows }) => `有 ${countText(rows)} ${recordNoun(asset)}发生变化。`,
  records_vanished: ({ asset, rows }) => `${countText(rows)} ${recordNoun(asset)}已消失。`,
  field_changed: ({ asset, column, rows }) => `${countText(rows)} ${recordNoun(asset)}的 ${column} 有改动。`,
};

function recordNoun(asset: string): string {
  return asset === 'unified.users' ? '名用户' : '件商品';
}
