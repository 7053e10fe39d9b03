import { describe, expect, it } from 'vitest';
import { recipes } from '../../domain/classify/label-model.ts';
import type { Alert } from '../../domain/inventory/alerts.ts';
import { kindMeanings as inventoryKinds } from '../../domain/inventory/kinds.ts';
import type { LooksLike } from '../../domain/inventory/profile-columns.ts';
import type { Reason } from '../../domain/repair/finding.ts';
import { learnedOf } from '../../domain/report/loop-fixture.ts';
import { kindMeanings } from '../../domain/report/meanings-zh.ts';
import { type ReportModel, renderReport } from '../../domain/report/report.ts';
import { emptyModel } from '../../domain/report/report-fixture.ts';
import { changeSentence } from '../../domain/report/sentences.ts';
import { chinese } from '../../domain/report/words.ts';
import { gateDecisions } from '../../schemas/deploy.ts';
import type { ChangeKind, CheckStatus, Health } from '../../schemas/inventory.ts';
import { htmlFaults } from './html-faults.ts';
import { fullModel, hostile } from './page-fixture.ts';
import { createRenderer } from './render.ts';

const render = createRenderer(import.meta.dirname);
const languages = ['en', 'zh'] as const;
const pages = (model: ReportModel) => languages.map((language) => renderReport(model, language, render));

describe('the checker of pages', () => {
  it.each([
    ['<p><b>x</p></b>', 'closed p where b was open'],
    ['<p>x', 'not closed: p'],
    ['<p>1 < 2</p>', 'no tag'],
    ['<p id="a"></p><p id="a"></p>', 'id given twice: a'],
  ])('finds the fault in %s', (html, fault) => {
    expect(htmlFaults(html).join()).toContain(fault);
  });
});

describe('a page', () => {
  it('is well formed, full or empty, in both languages', () => {
    for (const page of [...pages(fullModel()), ...pages(emptyModel())]) expect(htmlFaults(page)).toEqual([]);
  });

  it('shows hostile texts as text: no script, no element of theirs', () => {
    for (const page of pages(fullModel())) {
      expect(page).toContain('&lt;script src=');
      expect(page).not.toMatch(/<script|<img|<link|<iframe|javascript:/i);
      expect(page).not.toContain(hostile);
    }
  });

  it('refers to nothing outside: no address, no import, links to its own parts and its other language only', () => {
    for (const page of pages(fullModel())) {
      expect(page).not.toMatch(/https?:\/\//);
      expect(page).not.toMatch(/url\((?!['"]?#)|@import| src="/);
      const targets = [...page.matchAll(/ href="([^"]*)"/g)].map(([, target]) => target ?? '');
      expect(targets.filter((target) => !/^(#[a-z]+|index(\.zh)?\.html)$/.test(target))).toEqual([]);
    }
  });

  it('has a section behind every link of its navigation', () => {
    for (const page of pages(fullModel())) {
      for (const [, id] of page.matchAll(/href="#([a-z]+)"/g)) expect(page).toContain(`<section id="${id}">`);
    }
  });

  it('is the same bytes for the same model, however many were drawn before', () => {
    const first = pages(fullModel());
    renderReport(fullModel(5), 'en', render);
    expect(pages(fullModel())).toEqual(first);
  });

  it('gives file and line of rejected rows in fields of their own', () => {
    const [page = ''] = pages(fullModel());
    expect(page).toMatch(
      /<td class="p"><code>orders\/b\.csv<\/code><\/td><td class="n p"><span[^>]*>whole file/,
    );
    expect(page).toMatch(/\.csv<\/code><\/td><td class="n p">7<\/td>/);
    expect(page).toContain(`<code>slice 2026-01-03</code>`);
  });

  it('shows figures and frequent values, and says of personal columns that values are hidden', () => {
    const [page = ''] = pages(fullModel());
    expect(page).toContain('mean 107.4 · median 84.29');
    expect(page).toContain('× 20');
    expect(page).toContain('personal data, values hidden');
  });

  it('counts repaired cells by source and column, and why', () => {
    const [page = '', zh = ''] = pages(fullModel());
    const [section = ''] = /<section id="repairs">.*?<\/section>/s.exec(page) ?? [];
    expect(section).toContain('typo <span class="quiet">1,220</span> · lost-precision');
    expect(section).toMatch(/<strong>3<\/strong><\/td><td class="n">1,200<\/td><td class="n">20<\/td>/);
    expect(section).toContain('stocktake repairs list --source');
    expect(zh).toContain('拼写错误 <span class="quiet">1,220</span> · 精度丢失');
  });

  it('says in every empty section what to do', () => {
    const [page = '', zh = ''] = pages(emptyModel());
    for (const [, id, section = ''] of page.matchAll(/<section id="(\w+)">(.*?)<\/section>/gs)) {
      if (['sources', 'cost', 'reproduction'].includes(id ?? '')) continue;
      expect(section, id).toMatch(/<p class="quiet">.*(Add|see|look|Look|Put|nothing to do)/);
    }
    expect(zh).toContain('请在 temporal.config.ts 中为来源加上 contract');
  });

  it('says what was learned: figures, verdict, the version that serves, and why an item is recommended', () => {
    const [page = '', zh = ''] = pages(fullModel());
    expect(page).toContain('12 texts encoded in this run, 1,120 kept');
    expect(page).toContain('<strong>98.8 %</strong> · most frequent label 20.0 %');
    expect(page).toContain('and 2 more labels, in report.json');
    expect(page).toContain('Add a category to items, or a rating to reviews');
    expect(page).toMatch(
      /<span class="gate promoted">v2 promoted<\/span> v2: ndcg@10 0\.2100 against 0\.1800/,
    );
    expect(page).toContain('hybrid was chosen, but is not proven better');
    expect(page).toMatch(/because of &lt;\/script|because of &lt;script/);
    expect(page).toMatch(/line 7.*run-1.*the next after 1.*v2.*A-1/s);
    expect(zh).toContain('<span class="gate promoted">v2 投入服务</span> v2：NDCG@10 为 0.2100');
    expect(zh).toMatch(/第 7 行.*run-1/s);
  });

  it('says of a verdict of before that it is none of this run, and why this one gave none', () => {
    const why = 'no model was trained: nothing to judge';
    const learned = learnedOf({ gate: { decision: 'skipped', why }, methods: [], isNew: false });
    const model = { ...fullModel(), loop: { ...fullModel().loop, learned } };
    const [page = '', zh = ''] = pages(model);
    expect(page).toContain('The gate gave no new verdict; its newest is of 2026-10-02:');
    expect(page).toContain('No model was trained: nothing to judge. See above');
    expect(page).not.toContain('is not proven better');
    expect(zh).toContain('本次没有新的裁决；最近一次的数据日期为 2026-10-02');
  });

  it('stays readable and below 3 MB with 305 slices of eight sources', () => {
    const names = Array.from({ length: 8 }, (_, place) => `source_${place}`);
    for (const page of pages(fullModel(305, names))) {
      expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
      const labels = page.match(/>2026-\d\d-\d\d<\/text>/g) ?? [];
      expect(labels.length).toBeGreaterThan(4);
      expect(labels.length).toBeLessThan(20);
    }
  });

  it('holds nothing of ours in English on the Chinese page', () => {
    const [, page = ''] = pages(fullModel());
    const text = page.replaceAll(
      /<style>.*?<\/style>|<svg.*?<\/svg>|<code[^>]*>.*?<\/code>|<pre>.*?<\/pre>|<[^>]*>/gs,
      ' ',
    );
    const ofData = `${hostile} ${'z'.repeat(60)} shop orders products events quot duckdb`;
    const names =
      'English Stocktake stocktake temporal config contract path report json quarantine show NDCG hybrid directional';
    const known = new Set(`${ofData} ${names}`.match(/[a-z]{4,}/gi));
    expect((text.match(/[a-z]{4,}/gi) ?? []).filter((word) => !known.has(word))).toEqual([]);
  });
});

describe('the Chinese words', () => {
  it('cover every word the inventory has', () => {
    const alerts = {
      empty: 1,
      constant: 1,
      missing: 1,
      unique: 1,
      'high cardinality': 1,
      imbalance: 1,
      zeros: 1,
      skewed: 1,
    } satisfies Record<Alert, 1>;
    const shapes = {
      empty: 1,
      integer: 1,
      decimal: 1,
      date: 1,
      time: 1,
      flag: 1,
      json: 1,
      text: 1,
    } satisfies Record<LooksLike, 1>;
    const statuses = { pass: 1, warn: 1, error: 1, info: 1 } satisfies Record<CheckStatus, 1>;
    const healths = { Healthy: 1, Warning: 1, Degraded: 1, Unknown: 1 } satisfies Record<Health, 1>;
    expect(Object.keys(chinese.alert)).toEqual(Object.keys(alerts));
    expect(Object.keys(chinese.looksLike)).toEqual(expect.arrayContaining(Object.keys(shapes)));
    expect(Object.keys(chinese.status)).toEqual(Object.keys(statuses));
    expect(Object.keys(chinese.health)).toEqual(Object.keys(healths));
    expect(Object.keys(kindMeanings)).toEqual(Object.keys(inventoryKinds));
  });

  it('cover every way to learn labels and every decision of the gate', () => {
    expect(Object.keys(chinese.recipe)).toEqual([...recipes]);
    expect(Object.keys(chinese.gate)).toEqual([...gateDecisions]);
  });

  it('cover every reason a cell is held to be wrong', () => {
    const reasons = {
      'missing-spelling': 1,
      'mixed-unit': 1,
      'lost-precision': 1,
      'number-format': 1,
      'time-format': 1,
      'shifted-value': 1,
      dependency: 1,
      'missing-value': 1,
      'scale-slip': 1,
      typo: 1,
      pattern: 1,
      learned: 1,
    } satisfies Record<Reason, 1>;
    expect(Object.keys(chinese.repair)).toEqual(Object.keys(reasons));
  });

  it('cover every kind of change', () => {
    const kinds = {
      source_added: 1,
      source_vanished: 1,
      slices_arrived: 1,
      slice_refused: 1,
      column_added: 1,
      column_dropped: 1,
      column_retyped: 1,
      nulls: 1,
      volume: 1,
      records_new: 1,
      records_changed: 1,
      records_vanished: 1,
      field_changed: 1,
    } satisfies Record<ChangeKind, 1>;
    for (const kind of Object.keys(kinds)) {
      const change = { kind, asset: 'raw.a', column: 'c', slice: 's', before: '1', after: '2', rows: 3 };
      expect(changeSentence({ ...change, sentence: 'English' }, 'zh'), kind).toMatch(/^[^E]*。$/);
    }
  });
});
