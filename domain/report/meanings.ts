import { type EntityName, entities, entityNames } from '../../schemas/entities.ts';
import { countText } from './format.ts';
import {
  addedColumnMeanings,
  columnMeanings,
  datasetGrains,
  entityMeanings,
  kindMeanings,
  rowNouns,
} from './meanings-zh.ts';
import type { ReportAsset, ReportColumn, ReportDataset } from './model.ts';
import type { Language } from './texts.ts';

/** A meaning, what a row is, or why something is thought, in the report's language. */
export interface Told {
  readonly meaning: string;
  readonly why: string;
}

/**
 * What an asset is and how that is known. Texts of the configuration stay as written; Chinese is made from evidence,
 * entities and sources.
 */
export function assetTold(asset: ReportAsset, language: Language): Told {
  if (language === 'en') return asset;
  const { evidence, kind, sources } = asset;
  if (evidence === 'declared') return { meaning: asset.meaning, why: declared };
  const known = asset.entities.filter(isEntity);
  const why =
    kind === 'unified'
      ? `由 ${sources.join('、') || '（没有来源）'} 合并而成`
      : `映射到 ${known.join('、') || '（没有实体）'}`;
  return { meaning: known.map((entity) => entityMeanings[entity]).join(''), why };
}

/** What one row of an asset is. */
export function assetGrain(asset: ReportAsset, language: Language): string {
  if (language === 'en') return asset.grain;
  if (asset.kind === 'source') return '一行是来源文件中的一条记录。';
  const entity = asset.entities.find(isEntity);
  if (!entity) return asset.grain;
  const { kind, key } = entities[entity];
  return kind === 'record'
    ? `每个 ${key.join('、')} 一行。`
    : `一行是某个来源报告的一个${rowNouns[entity]}。`;
}

/** What one row of a published dataset is. */
export function datasetGrain({ dataset, grain }: ReportDataset, language: Language): string {
  if (language === 'en') return grain;
  const name = Object.keys(datasetGrains).find((pattern) => matches(pattern, dataset));
  return name ? (datasetGrains[name] ?? grain) : grain;
}

/**
 * What a column is and how that is known. Texts of the configuration stay as written; Chinese is made from kind, evidence
 * and links.
 */
export function columnTold(asset: ReportAsset, column: ReportColumn, language: Language): Told {
  if (language === 'en') return column;
  if (column.evidence === 'decided') return decidedTold(column);
  if (column.evidence === 'declared') return { meaning: column.meaning, why: declared };
  if (column.evidence === 'mapping') {
    return (asset.kind === 'source' ? fedTold(column) : unifiedTold(asset, column)) ?? guessedTold(column);
  }
  return guessedTold(column);
}

const declared = '在 temporal.config.ts 中有说明';

/** A person's label: English reads `decided by ann on 2026-10-02: reason`; the reason stays as written. */
function decidedTold({ kind, meaning, why }: ReportColumn): Told {
  const [, by = '', day = '', reason = ''] = /^decided by (.*?) on ([\d-]+)(?:: (.*))?$/s.exec(why) ?? [];
  return {
    meaning: kindMeanings[kind] ?? meaning,
    why: `由 ${by} 于 ${day} 决定${reason === '' ? '' : `：${reason}`}`,
  };
}

/** A source column by the first entity column it feeds: links read `events.time = ts`. */
function fedTold({ links }: ReportColumn): Told | undefined {
  for (const link of links) {
    const [, entity = '', target = '', expression = ''] = /^(\w+)\.(\w+) = (.*)$/s.exec(link) ?? [];
    const meaning = isEntity(entity) ? columnMeanings[entity][target] : undefined;
    if (meaning) return { meaning, why: `用于 ${entity}.${target}，表达式为 ${expression}` };
  }
  return undefined;
}

/** A unified column by the sources that fill it: links read `orders: ts`. */
function unifiedTold({ entities: own }: ReportAsset, column: ReportColumn): Told | undefined {
  const entity = own.find(isEntity);
  const meaning = entity ? columnMeanings[entity][column.column] : undefined;
  if (meaning === undefined) {
    const added = addedColumnMeanings[column.column];
    return added ? { meaning: added, why: '由 Stocktake 写入' } : undefined;
  }
  const sources = [...new Set(column.links.map((link) => link.slice(0, link.indexOf(':'))))];
  if (sources.length > 0) return { meaning, why: `由 ${sources.join('、')} 映射而来` };
  return { meaning, why: column.looksLike === 'empty' ? '没有来源映射它' : '由项目配置填入' };
}

function guessedTold(column: ReportColumn): Told {
  const { evidence, kind, looksLike } = column;
  if (looksLike === 'not profiled') return { meaning: '', why: '来源的列太多，只分析最满的列' };
  const meaning = kindMeanings[kind] ?? column.meaning;
  if (evidence === 'name') return { meaning, why: `列名含有“${quotedWord(column.why)}”一词` };
  return { meaning, why: evidence === 'values' ? valuesWhy(column) : '从列名和取值都看不出' };
}

function valuesWhy({ kind, why, distinct, averageLength }: ReportColumn): string {
  const share = /^([\d.]+ %)/.exec(why)?.[1];
  if (share) return `${share} 的取值符合这种写法`;
  switch (kind) {
    case 'empty':
      return '所查看的行都没有取值';
    case 'time':
      return '取值写作日期或时间';
    case 'flag':
      return '只有表示是和否的两个值';
    case 'json':
      return '取值是有结构的';
    case 'number':
      return '取值都是数字';
    case 'text':
      return `取值平均 ${averageLength} 个字符`;
    case 'category':
      return `有 ${countText(distinct)} 个反复出现的值`;
    default:
      return '每个值只出现一次，且写法相同';
  }
}

function quotedWord(why: string): string {
  return /“(.*)”/.exec(why)?.[1] ?? '';
}

function isEntity(name: string): name is EntityName {
  return entityNames.some((entity) => entity === name);
}

function matches(pattern: string, name: string): boolean {
  const [wanted, given] = [pattern.split('.'), name.split('.')];
  return (
    wanted.length === given.length && wanted.every((part, place) => part === '*' || part === given[place])
  );
}
