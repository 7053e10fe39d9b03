import { describe, expect, it } from 'vitest';
import { catalog } from '../../schemas/catalog.ts';
import { entities, entityNames } from '../../schemas/entities.ts';
import { decisionSchema } from '../../schemas/run.ts';
import { tableCheckSchema } from '../../schemas/table-check.ts';
import { assetTold, columnTold } from './meanings.ts';
import { columnMeanings, datasetGrains, entityMeanings } from './meanings-zh.ts';
import type { ReportAsset, ReportColumn } from './model.ts';
import { reasonText, reasonTexts } from './reasons.ts';
import { emptyModel, problem } from './report-fixture.ts';
import { changeSentence, checkObserved, healthReason, problemSentence } from './sentences.ts';
import { texts } from './texts.ts';
import { chinese, word } from './words.ts';

const hanText = /\p{Script=Han}/u;

/** Every label, functions called with numbers, by its path. */
function labels(node: object, path = ''): [path: string, text: string][] {
  return Object.entries(node).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'object') return labels(value, `${path}${key}.`);
    return [[`${path}${key}`, typeof value === 'function' ? String(value(2, 3, 4)) : String(value)]];
  });
}

describe('the labels', () => {
  it('are there in both languages, under the same names', () => {
    const [en, zh] = [labels(texts.en), labels(texts.zh)];
    expect(zh.map(([path]) => path)).toEqual(en.map(([path]) => path));
    expect([...en, ...zh].filter(([, text]) => text === '')).toEqual([]);
  });

  it('are Chinese on the Chinese page', () => {
    const foreign = labels(texts.zh).filter(([, text]) => !hanText.test(text));
    expect(foreign.map(([path]) => path)).toEqual(['htmlLang', 'other', 'otherFile', 'facts.code']);
  });

  it('say one thing in the singular', () => {
    expect(texts.en.sourcesText(1, 1)).toBe('from 1 of 1 source');
    expect(texts.en.foundText(1, 1)).toBe('1 slice, 1 row');
    expect(texts.en.rejectedText(2, 1)).toBe('2 rows rejected, 1 duplicate dropped');
  });
});

describe('Chinese meanings', () => {
  it('cover every entity, every entity column and every dataset of the catalog', () => {
    for (const entity of entityNames) {
      expect(Object.keys(columnMeanings[entity])).toEqual(Object.keys(entities[entity].columns));
      expect(entityMeanings[entity]).toMatch(hanText);
    }
    expect(Object.keys(datasetGrains)).toEqual(catalog.map(({ dataset }) => dataset));
  });

  it('cover every stage and every decision', () => {
    const stages = new Set(catalog.map(({ stage }) => stage));
    expect([...stages].filter((stage) => !chinese.stage[stage])).toEqual([]);
    expect(decisionSchema.options.filter((decision) => !chinese.decision[decision])).toEqual([]);
  });

  it('cover every table check and the reason it gives', () => {
    const types = tableCheckSchema.options.map(({ shape }) => shape.type.value);
    expect(types.filter((type) => !chinese.check[type])).toEqual([]);
    const codes = types.map((type) => `STK-INVENTORY-${type.replaceAll('_', '-').toUpperCase()}`);
    expect(codes.filter((code) => !hanText.test(reasonText(code, 'zh')))).toEqual([]);
  });

  const asset = (given: Partial<ReportAsset>): ReportAsset => ({
    asset: 'raw.orders',
    kind: 'source',
    entities: ['events'],
    sources: ['orders'],
    meaning: 'English.',
    evidence: 'mapping',
    why: 'English.',
    owner: '',
    grain: '',
    health: '',
    rows: 0,
    bytes: 0,
    slices: 0,
    columns: [],
    ...given,
  });
  const column = (given: Partial<ReportColumn>): ReportColumn => ({
    column: 'c',
    type: 'VARCHAR',
    looksLike: 'text',
    kind: 'category',
    meaning: 'English.',
    evidence: 'mapping',
    why: 'English.',
    links: [],
    unit: '',
    personal: false,
    nullShare: 0,
    distinct: 1200,
    sampled: false,
    averageLength: 42,
    min: '',
    max: '',
    mean: '',
    median: '',
    top: [],
    alerts: [],
    ...given,
  });
  const unified = asset({ asset: 'unified.events', kind: 'unified', sources: ['carts', 'orders'] });

  it('keep what the configuration says as written', () => {
    expect(assetTold(asset({ evidence: 'declared', meaning: 'As written.' }), 'zh').meaning).toBe(
      'As written.',
    );
    expect(
      columnTold(asset({}), column({ evidence: 'declared', meaning: 'As written.' }), 'zh').meaning,
    ).toBe('As written.');
  });

  it.each([
    [
      'a mapped source column, past what only filters or is an attribute',
      asset({}),
      column({ links: ['events.where = ts > 0', 'events.attributes.x = ts', 'events.time = trim(ts)'] }),
      { meaning: '发生的时间。', why: '用于 events.time，表达式为 trim(ts)' },
    ],
    [
      'a unified column its sources map',
      unified,
      column({ column: 'time', links: ['carts: ts', 'orders: ts', 'orders: at'] }),
      { meaning: '发生的时间。', why: '由 carts、orders 映射而来' },
    ],
    [
      'a unified column nobody maps',
      unified,
      column({ column: 'quantity', looksLike: 'empty' }),
      { meaning: '涉及的件数。', why: '没有来源映射它' },
    ],
    [
      'a column unification adds',
      unified,
      column({ column: 'event_date' }),
      { meaning: '事件在业务时区中的日期。', why: '由 Stocktake 写入' },
    ],
    [
      'a guess by name',
      asset({}),
      column({ evidence: 'name', kind: 'quantity', why: 'the name has the word “stock”' }),
      { meaning: '某物的数量。', why: '列名含有“stock”一词' },
    ],
    [
      'a guess by a pattern of the values',
      asset({}),
      column({ evidence: 'values', kind: 'email', why: '98.5 % of its values look like e-mail addresses' }),
      { meaning: '电子邮件地址。', why: '98.5 % 的取值符合这种写法' },
    ],
    [
      'a guess by recurring values',
      asset({}),
      column({ evidence: 'values', why: 'it has 1200 recurring values' }),
      { meaning: '少数几个反复出现的值之一。', why: '有 1,200 个反复出现的值' },
    ],
    [
      'a column nothing is known of',
      asset({}),
      column({ evidence: 'none', kind: 'unknown' }),
      { meaning: '未知；请在 temporal.config.ts 中该来源的 columns 下说明。', why: '从列名和取值都看不出' },
    ],
  ])('tell %s', (_, of, given, told) => {
    expect(columnTold(of, given, 'zh')).toEqual(told);
  });
});

describe('sentences', () => {
  const change = {
    kind: 'slices_arrived',
    asset: 'raw.orders',
    column: '',
    slice: '2026-10-02',
    before: '1',
    after: '3',
    rows: 1500,
    sentence: 'In English.',
  };

  it('of changes are the inventory’s own in English and made anew in Chinese', () => {
    expect(changeSentence(change, 'en')).toBe('In English.');
    expect(changeSentence(change, 'zh')).toBe('新到 3 个分片，共 1,500 行，其中 1 个替换了先前的分片。');
    expect(changeSentence({ ...change, kind: 'slice_refused', after: 'STK-CONTRACT-COLUMNS' }, 'zh')).toBe(
      '分片 2026-10-02 未被接受（1,500 行）：缺少必需的列。',
    );
  });

  it('of problems name reason, rows and file in Chinese', () => {
    const given = problem({
      source: 'orders',
      slice: 'x',
      code: 'STK-COLLECT-QUOTE',
      rows: 2,
      file: 'a.csv',
    });
    expect(problemSentence({ ...given, isNew: true }, 'zh')).toBe('引号不配对，2 行被拒收，a.csv');
  });

  it('put reason codes into words, and leave a code nobody knows as it is', () => {
    expect(reasonTexts('STK-COLLECT-QUOTE, STK-NEW', 'zh')).toBe('引号不配对、STK-NEW');
    expect(reasonText('STK-CONTRACT-NOT-NULL', 'en')).toBe('value must not be missing');
    expect(word('alert', 'skewed', 'zh')).toBe('分布偏斜');
    expect(word('alert', 'skewed', 'en')).toBe('skewed');
  });

  const check = {
    source: 'orders',
    entity: 'events',
    type: 'schema',
    column: 'time',
    slice: '',
    status: 'warn',
    evaluated: 1,
    unexpected: 1,
    percent: 100,
    expected: '',
    observed: '+ a, ts: time → text',
  };

  it('of checks translate the types of a changed schema', () => {
    expect(checkObserved(check, 'zh')).toBe('+ a, ts: 时间 → 文本');
  });

  it('of health name failing checks before warnings, and count where none fails', () => {
    const failing = { ...check, type: 'range', status: 'error' };
    expect(healthReason('orders', 5, emptyModel({ checks: [check, failing] }), 'zh')).toBe(
      '范围 events.time',
    );
    expect(healthReason('orders', 5, emptyModel({ checks: [check] }), 'en')).toBe('schema events.time');
    const passing = { ...check, status: 'pass' };
    expect(healthReason('orders', 5, emptyModel({ checks: [passing] }), 'en')).toBe('1 check passed');
    expect(healthReason('orders', 0, emptyModel({ checks: [passing] }), 'zh')).toBe('没有数据');
  });
});
