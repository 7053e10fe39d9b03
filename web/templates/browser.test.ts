import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../domain/report/report.ts';
import { fullModel } from './page-fixture.ts';
import { createRenderer } from './render.ts';

const executablePath = '/usr/bin/chromium';

if (!existsSync(executablePath)) {
  describe(`a report in a browser (skipped: there is no ${executablePath})`, () => {
    it.skip('opens from disk', () => undefined);
  });
} else {
  describe('a report in a browser', () => {
    let dir: string;
    let browser: Browser;
    const events: string[] = [];

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'stocktake-page-'));
      const names = Array.from({ length: 8 }, (_, place) => `source_${place}`);
      await writeReport(dir, fullModel(305, names), createRenderer(import.meta.dirname));
      browser = await chromium.launch({ executablePath, args: quiet });
    });

    afterAll(async () => {
      await browser?.close();
      await rm(dir, { recursive: true, force: true });
    });

    /** Opens a page and notes whatever it asks the network for, says on the console or fails at. */
    const open = async (
      file: string,
      width: number,
      colorScheme: 'light' | 'dark' = 'light',
    ): Promise<Page> => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      page.on('request', (request) => {
        if (!request.url().startsWith('file:')) events.push(`request ${request.url()}`);
      });
      page.on('console', (message) => events.push(`console ${message.text()}`));
      page.on('pageerror', (error) => events.push(`error ${error.message}`));
      await page.goto(pathToFileURL(join(dir, file)).href);
      return page;
    };

    it.each([
      ['index.html', 1280],
      ['index.html', 400],
      ['index.zh.html', 1280],
      ['index.zh.html', 400],
    ])(
      'opens %s from disk at %d px: no request, no message, nothing wider than the window',
      async (file, width) => {
        events.length = 0;
        const page = await open(file, width);
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
          width,
        );
        expect(await page.title()).toContain('2026-11-01');
        expect(events).toEqual([]);
        await page.close();
      },
    );

    it('leads from one language to the other and back', async () => {
      const page = await open('index.html', 1280);
      await page.click('text=中文');
      await page.waitForURL(/index\.zh\.html$/);
      expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
      await page.click('text=English');
      await page.waitForURL(/index\.html$/);
      await page.close();
    });

    it.each([
      ['index.html', 'Repairs'],
      ['index.zh.html', '修复'],
    ])('leads from the top of %s to the repairs, every count under its heading', async (file, name) => {
      const page = await open(file, 1280);
      await page.click(`nav >> text=${name}`);
      expect(await page.locator('#repairs h2').boundingBox()).toMatchObject({ y: expect.closeTo(0, -2) });
      const right = (cell: string): Promise<number[]> =>
        page
          .locator(`#repairs ${cell}.n`)
          .evaluateAll((cells) => cells.map((one) => Math.round(one.getBoundingClientRect().right)));
      expect(await right('tr:first-child td')).toEqual(await right('th'));
      await page.close();
    });

    it('keeps column names in one piece', async () => {
      const page = await open('index.html', 400);
      const code = page.locator('#inventory code', { hasText: 'a_very_long_column_name' }).first();
      expect((await code.boundingBox())?.height).toBeLessThan(25);
      await page.close();
    });

    it('reads well in the dark: every status has a contrast of at least 4.5 to its paper', async () => {
      for (const scheme of ['light', 'dark'] as const) {
        const page = await open('index.html', 1280, scheme);
        const colour = (selector: string, property: string): Promise<string> =>
          page.evaluate(`getComputedStyle(document.querySelector('${selector}')).${property}`);
        const paper = await colour('body', 'backgroundColor');
        for (const selector of ['.check.error', '.check.warn', '.check.pass', '.status', '.quiet', 'a']) {
          const ink = await colour(selector, 'color');
          expect(contrast(ink, paper), `${selector} ${scheme}`).toBeGreaterThanOrEqual(4.5);
        }
        await page.close();
      }
    });

    it('prints what is folded', async () => {
      const page = await open('index.html', 1280);
      const folded = page.locator('#problems details table');
      expect(await folded.isVisible()).toBe(false);
      await page.emulateMedia({ media: 'print' });
      expect(await folded.isVisible()).toBe(true);
      await page.close();
    });
  });
}

/** Nothing a browser does on its own account. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Contrast ratio of two `rgb(…)` colours. Source: WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const [bright = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (bright + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
