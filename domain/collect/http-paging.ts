import type { HttpSource } from '../../schemas/source.ts';
import { SourceError } from '../runtime/errors.ts';
import type { HttpAnswer } from './http-answers.ts';
import { placeOf } from './http-answers.ts';
import { textAt } from './json-page.ts';
import { nextLink } from './link-header.ts';

/** A page that came: the URL asked for, the answer, its document and how many records it holds. */
export interface Page {
  readonly asked: URL;
  readonly answer: HttpAnswer;
  /** Undefined where the answer has no body. */
  readonly document: Buffer | undefined;
  readonly records: number;
}

/** URL of the first page; `since` is what the server is told of the watermark. */
export function firstPage({ url, parameters, paging, since }: HttpSource, bound: string | undefined): URL {
  const first = new URL(url);
  for (const [name, value] of Object.entries(parameters)) first.searchParams.set(name, value);
  if (since !== undefined && bound !== undefined) first.searchParams.set(since, bound);
  if (paging.by === 'page') first.searchParams.set(paging.parameter, String(paging.first));
  if (paging.by === 'offset') first.searchParams.set(paging.parameter, '0');
  return first;
}

/**
 * URL of the page after one, or undefined where that was the last.
 *
 * @throws SourceError STK-SOURCE-PAGING where the answer names a page of another origin, or no page
 */
export function nextPage({ paging }: HttpSource, page: Page): URL | undefined {
  const { asked, answer, records } = page;
  switch (paging.by) {
    case 'none':
      return undefined;
    case 'link':
      return answer.link === undefined ? undefined : named(nextLink(answer.link), page);
    case 'cursor': {
      const cursor = page.document && cursorAt(page.document, paging.at);
      if (!cursor || paging.parameter === undefined) return named(cursor, page);
      return withParameter(asked, paging.parameter, cursor);
    }
    case 'page':
      return records === 0 ? undefined : counted(asked, paging.parameter, 1);
    case 'offset':
      return records === 0 ? undefined : counted(asked, paging.parameter, records);
  }
}

/**
 * Refuses a reading that brought fewer records than the server's last page says there are.
 *
 * @throws SourceError STK-SOURCE-PAGING
 */
export function checkTotal({ total }: HttpSource, { asked, document }: Page, received: number): void {
  if (total === undefined) return;
  const text = document && textAt(document, total);
  const said = text?.replace(/^"(.*)"$/, '$1');
  if (said === undefined || !/^\d{1,15}$/.test(said)) {
    throw pagingError(
      `${placeOf(asked)} has no number of records at ${total}; correct total, or leave it out`,
    );
  }
  if (received < Number(said)) {
    throw pagingError(
      `${placeOf(asked)} says that there are ${said} records, ${received} came; correct paging, or look why the server withholds some`,
    );
  }
}

/** The next page by an answer's own words; one of another origin is none of this source. */
function named(target: string | undefined, { asked, answer }: Page): URL | undefined {
  if (target === undefined) return undefined;
  const url = URL.canParse(target, answer.url.href) ? new URL(target, answer.url) : undefined;
  if (url?.origin === asked.origin) return url;
  throw pagingError(
    `${placeOf(asked)} names ${url ? `a next page on ${url.protocol}//${url.host}` : 'a next page that is no URL'}; expected one on ${asked.origin}`,
  );
}

function cursorAt(document: Buffer, pointer: string): string | undefined {
  const text = textAt(document, pointer);
  if (text === undefined || text === 'null' || text === 'false') return undefined;
  if (/^-?\d/.test(text)) return text;
  if (text.startsWith('"')) return (JSON.parse(text) as string) || undefined;
  throw pagingError(`the cursor at ${pointer} is neither a text nor a number; correct paging.at`);
}

function counted(url: URL, parameter: string, more: number): URL {
  return withParameter(url, parameter, String(Number(url.searchParams.get(parameter)) + more));
}

function withParameter(url: URL, parameter: string, value: string): URL {
  const next = new URL(url);
  next.searchParams.set(parameter, value);
  return next;
}

/** The error of pages that do not lead from one to the next. */
export function pagingError(message: string): SourceError {
  return new SourceError(message, { code: 'STK-SOURCE-PAGING' });
}
