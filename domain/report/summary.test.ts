import { describe, expect, it } from 'vitest';
import { findingKinds, findingsOf } from './findings.ts';
import type { ReportChange, ReportCheck, ReportModel, ReportSource } from './model.ts';
import { emptyModel, problem } from './report-fixture.ts';
import { summaryOf } from './summary.ts';

const source = (name: string, given: Partial<ReportSource> = {}): ReportSource => ({
  source: name,
  owner: `${name} team`,
  description: '',
  required: false,
  health: 'Healthy',
  healthWhy: '',
  slices: 1,
  arrived: 1,
  rows: 10,
  bytes: 10,
  firstSlice: '',
  lastSlice: '',
  newest: '',
  missing: '',
  ...given,
});

const check = (name: string, type: string, status: string): ReportCheck => ({
  source: name,
  entity: '',
  type,
  column: '',
  slice: '',
  status,
  evaluated: 1,
  unexpected: 1,
  percent: 100,
  expected: '',
  observed: '',
});

const change = (kind: string, asset: string): ReportChange => ({
  kind,
  asset,
  column: '',
  slice: '',
  before: '',
  after: '',
  rows: 0,
  sentence: '',
});

const night = (given: Partial<ReportModel> = {}, headline: Partial<ReportModel['headline']> = {}) =>
  emptyModel({
    sources: [source('orders'), source('products')],
    ...given,
    headline: {
      ...emptyModel().headline,
      status: 'good',
      sourcesArrived: 1,
      slicesArrived: 1,
      rowsIn: 1200,
      checks: { pass: 4, warn: 0, error: 0 },
      ...headline,
    },
  });

describe('the summary', () => {
  it('of a good night has nothing to do', () => {
    expect(summaryOf(night(), 'en')).toEqual([
      'The night of 2026-10-02 worked: 1 of 2 sources brought 1 new slice with 1,200 rows, and none was set aside.',
      'Nothing stands out: all 4 checks passed.',
      'There is nothing to do.',
    ]);
    expect(summaryOf(night(), 'zh')).toEqual([
      '2026-10-02 的运行成功：2 个来源中有 1 个送来 1 个新分片，共 1,200 行，没有一行被隔离。',
      '没有值得注意的地方：4 项检查全部通过。',
      '无需处理。',
    ]);
  });

  it('of a night where nothing arrived says so', () => {
    const [worked, standsOut] = summaryOf(emptyModel(), 'en');
    expect(worked).toBe(
      'The night of 2026-10-02 ended, but nothing new arrived: all data is as it was before.',
    );
    expect(standsOut).toBe('Nothing else stands out.');
    expect(summaryOf(emptyModel(), 'zh')[0]).toContain('没有任何新数据到达');
  });

  it('of a range names its dates', () => {
    expect(summaryOf(night({ from: '2026-10-01' }), 'en')[0]).toMatch(
      /^The run over 2026-10-01 to 2026-10-02 worked/,
    );
  });

  it('names the three gravest findings, counts the rest and asks the owners about the gravest', () => {
    const model = night(
      {
        sources: [source('orders'), source('products', { missing: 'no file' })],
        problems: [{ ...problem({ source: 'orders', slice: 'x', code: 'STK-COLLECT-QUOTE' }), isNew: true }],
        checks: [
          check('orders', 'range', 'error'),
          check('orders', 'volume', 'warn'),
          check('orders', 'schema', 'warn'),
        ],
      },
      { rejected: 3 },
    );
    const [worked, standsOut, toDo] = summaryOf(model, 'en');
    expect(worked).toContain('of which 3 were set aside');
    expect(standsOut).toBe(
      'No file was found for products; files or lines of orders could not be read; rows of orders break their mapping or contract; 2 more below.',
    );
    expect(toDo).toBe('Ask products team for the missing files of products, then run the night again.');
    expect(summaryOf(model, 'zh')[2]).toBe('请向 products team 索取 products 缺少的文件，然后重新运行。');
  });

  it('asks the owner of the source where nobody is named', () => {
    const model = night({ sources: [source('orders', { owner: '', missing: 'no file' })] });
    expect(summaryOf(model, 'en')[2]).toContain('Ask the owner of orders for');
    expect(summaryOf(model, 'zh')[2]).toContain('请向负责人索取');
  });
});

describe('findings', () => {
  it('of every kind are found, gravest first, and have words in both languages', () => {
    const model = night({
      sources: [source('orders', { missing: 'no file' })],
      problems: [
        { ...problem({ source: 'orders', slice: 'batch 1', code: 'STK-SYSTEM' }), isNew: true },
        { ...problem({ source: 'orders', slice: 'x', code: 'STK-COLLECT-QUOTE' }), isNew: true },
      ],
      changes: [change('slice_refused', 'raw.orders'), change('source_vanished', 'raw.old')],
      checks: [
        ...['schema', 'range', 'freshness', 'ledger'].map((type) => check('orders', type, 'error')),
        ...['schema', 'volume', 'not_null'].map((type) => check('orders', type, 'warn')),
      ],
    });
    const findings = findingsOf(model);
    expect(findings.map(({ kind }) => kind)).toEqual([...findingKinds]);
    for (const language of ['en', 'zh'] as const) {
      expect(summaryOf(model, language)[1]).toMatch(/9/);
    }
  });

  it('leave out what lies there from before', () => {
    const model = night({
      sources: [source('orders', { arrived: 0 })],
      problems: [{ ...problem({ source: 'orders', slice: 'x', code: 'STK-COLLECT-QUOTE' }), isNew: false }],
      checks: [check('orders', 'range', 'error')],
    });
    expect(findingsOf(model)).toEqual([]);
  });
});
