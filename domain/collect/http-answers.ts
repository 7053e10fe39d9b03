import { setTimeout as sleep } from 'node:timers/promises';
import { SourceError } from '../runtime/errors.ts';
import { networkReason } from '../runtime/network-reason.ts';

/** How requests are made, and how far a server is waited for. */
export interface HttpManner {
  /** The origin that may see `headers`; another one, where a redirect leads, gets none of them. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestSeconds: number;
  readonly retries: number;
  readonly retryAfterSeconds: number;
  readonly pageBytes: number;
  readonly signal: AbortSignal;
  /** Waits between two tries. Default: real time. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Default: the machine's clock, milliseconds since 1970. */
  readonly now?: () => number;
}

/** An answer that came whole. */
export interface HttpAnswer {
  /** Where it came from in the end, redirects followed. */
  readonly url: URL;
  readonly link: string | undefined;
  /** Empty for 204. */
  readonly body: Buffer;
}

type Outcome =
  | { readonly answer: HttpAnswer }
  | { readonly why: string; readonly code: string; readonly passing: boolean; readonly waitMs?: number };

const mostRedirects = 5;
const backoffMs = 500;
const mostBackoffMs = 30_000;
const passingStatus: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

/**
 * Asks for a page until it came whole: after a passing failure again, as often as `retries` says, after the wait that the server's
 * `Retry-After` asks for (seconds or a date; at most `retryAfterSeconds`) or one that doubles.
 *
 * @throws SourceError STK-SOURCE-READ (status, network), STK-SOURCE-LIMIT (a page too large); names the URL without its parameters
 */
export async function getPage(url: URL, manner: HttpManner): Promise<HttpAnswer> {
  const { signal, retries, wait = pause } = manner;
  for (let attempt = 0; ; attempt++) {
    const outcome = await follow(url, manner);
    if ('answer' in outcome) return outcome.answer;
    signal.throwIfAborted();
    if (!outcome.passing || attempt >= retries) {
      const tries = attempt > 0 ? ` after ${attempt + 1} tries` : '';
      throw new SourceError(`${placeOf(url)}: ${outcome.why}${tries}`, { code: outcome.code });
    }
    await wait(outcome.waitMs ?? Math.min(backoffMs * 2 ** attempt, mostBackoffMs), signal);
  }
}

/** A URL as people and logs may see it: without parameters. */
export function placeOf(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/**
 * Milliseconds a `Retry-After` asks for, or undefined for none or another text. A date is held against the answer's own `Date`, so that
 * clocks need not agree. Source: RFC 9110, 10.2.3.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const until = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const said = Date.parse(headers.get('date') ?? '');
  return Math.max(0, until - (Number.isNaN(said) ? now : said));
}

async function follow(first: URL, manner: HttpManner): Promise<Outcome> {
  const signal = AbortSignal.any([manner.signal, AbortSignal.timeout(manner.requestSeconds * 1000)]);
  let url = first;
  try {
    for (let redirects = 0; redirects <= mostRedirects; redirects++) {
      const headers = headersFor(url, manner);
      const response = await fetch(url, { redirect: 'manual', signal, headers });
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) {
        return await outcomeOf(url, response, manner);
      }
      await response.body?.cancel();
      const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
      if (!target || !mayFollow(url, target)) {
        return broken(
          `the redirect to ${target ? `${target.protocol}//${target.host}` : 'no URL'} is not followed`,
        );
      }
      url = target;
    }
    return broken(`more than ${mostRedirects} redirects one after another`);
  } catch (error) {
    const late = signal.aborted && !manner.signal.aborted;
    const why = late ? `no whole answer within ${manner.requestSeconds} s` : networkReason(error);
    return { why, code: 'STK-SOURCE-READ', passing: true };
  }
}

function headersFor(url: URL, { origin, headers }: HttpManner): Headers {
  const sent = new Headers({ accept: 'application/json', 'user-agent': 'stocktake' });
  if (url.origin !== origin) return sent;
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  return sent;
}

/** Only the web's protocols, and never from an encrypted one to one that is not. */
function mayFollow(from: URL, to: URL): boolean {
  return to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
}

async function outcomeOf(url: URL, response: Response, manner: HttpManner): Promise<Outcome> {
  const { status, headers } = response;
  if (status === 200 || status === 203 || status === 204) {
    const body = await bodyOf(response, manner.pageBytes);
    if (body) return { answer: { url, link: headers.get('link') ?? undefined, body } };
    return {
      why: `the page is larger than limits.pageBytes (${manner.pageBytes}); ask for smaller pages`,
      code: 'STK-SOURCE-LIMIT',
      passing: false,
    };
  }
  await response.body?.cancel();
  const asked = retryAfterMs(headers, (manner.now ?? Date.now)());
  return {
    why: `HTTP status ${status}${statusHint(status, url, manner)}`,
    code: 'STK-SOURCE-READ',
    passing: passingStatus.includes(status),
    ...(asked === undefined ? {} : { waitMs: Math.min(asked, manner.retryAfterSeconds * 1000) }),
  };
}

function statusHint(status: number, { origin }: URL, manner: HttpManner): string {
  if (status === 404) return ' (there is nothing at this URL)';
  if (status !== 401 && status !== 403) return '';
  if (origin === manner.origin) return ' (the credential is not accepted)';
  return ` of ${origin}, where a redirect led without the credential; set url to it if it may have it`;
}

/** The body, decoded; undefined where it is too large, and then no more than the limit was read. */
async function bodyOf(response: Response, mostBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function broken(why: string): Outcome {
  return { why, code: 'STK-SOURCE-READ', passing: false };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
