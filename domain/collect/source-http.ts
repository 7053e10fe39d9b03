import type { HttpSource } from '../../schemas/source.ts';
import { SourceError } from '../runtime/errors.ts';
import { hashOf } from '../runtime/hashing.ts';
import { getPage, type HttpManner, placeOf } from './http-answers.ts';
import { checkTotal, firstPage, nextPage, type Page, pagingError } from './http-paging.ts';
import { flatLine, flatRecord, jsonPage, recordsAt } from './json-page.ts';
import type { Extract, ExtractScope } from './landing.ts';
import { sourceFailure, tookTooLong } from './source-failure.ts';
import { type ReadSecret, spelledSecrets } from './source-secrets.ts';
import { boundBelow, noWatermark, type WatermarkValue, watermarkValue } from './watermark-value.ts';

/** What of time a test may take into its own hands. */
export type HttpTime = Pick<HttpManner, 'wait' | 'now'>;

/** Shorter texts stand in answers by chance. */
const shortestEcho = 8;

/**
 * Reads a JSON interface over HTTP page by page, in the server's order.
 *
 * Records are taken apart as files of JSON are (`customer.name`), without a digit lost. With a watermark only records above the newest one
 * had, less the overlap, are kept, whether the server was asked for them or not. Pages that repeat, lead elsewhere or never end, an answer
 * that is no JSON and one that repeats the credential end the reading: nothing of it is landed.
 *
 * @throws SourceError STK-SOURCE-CREDENTIAL, -READ, -JSON, -PAGING, -LIMIT, -COLUMNS. Never retryable: each request was tried again already.
 */
export function httpExtract(
  name: string,
  source: HttpSource,
  readSecret: ReadSecret,
  time: HttpTime = {},
): Extract {
  return async (scope) => {
    const secret = source.auth && (await readSecret(referenceIn(source.auth)));
    const late = AbortSignal.timeout(source.timeoutSeconds * 1000);
    const signal = AbortSignal.any([scope.signal, late]);
    try {
      return await readPages(source, mannerOf(source, secret, signal, time), secret, { ...scope, signal });
    } catch (error) {
      const told = late.aborted && !scope.signal.aborted ? tookTooLong(source.timeoutSeconds) : error;
      throw sourceFailure(told, {
        source: name,
        from: 'over HTTP',
        correct: 'url, paging or auth in temporal.config.ts, or the server',
        secrets: secret === undefined ? [] : [secret],
        retryable: false,
      });
    }
  };
}

type Auth = NonNullable<HttpSource['auth']>;

function referenceIn(auth: Auth): string {
  return 'bearer' in auth ? auth.bearer : auth.secret;
}

function mannerOf(
  source: HttpSource,
  secret: string | undefined,
  signal: AbortSignal,
  time: HttpTime,
): HttpManner {
  const { auth, headers, requestSeconds, retries, retryAfterSeconds } = source;
  return {
    origin: new URL(source.url).origin,
    headers: { ...headers, ...(auth && secret !== undefined ? credential(auth, secret) : {}) },
    requestSeconds,
    retries,
    retryAfterSeconds,
    pageBytes: source.limits.pageBytes,
    signal,
    ...time,
  };
}

function credential(auth: Auth, secret: string): Record<string, string> {
  if (!/^[\x20-\x7e]+$/.test(secret)) {
    throw new SourceError(
      `the credential ${referenceIn(auth)} holds characters that no header can carry; expected one line of ASCII`,
      { code: 'STK-SOURCE-CREDENTIAL' },
    );
  }
  return 'bearer' in auth ? { authorization: `Bearer ${secret}` } : { [auth.header]: secret };
}

async function readPages(
  source: HttpSource,
  manner: HttpManner,
  secret: string | undefined,
  { since, onRows, signal }: ExtractScope,
): Promise<{ watermark?: string }> {
  const bound = since === undefined ? undefined : boundBelow(source.watermark ?? '', since, source.overlap);
  const reader = recordReader(source, bound?.above);
  const trail = pageTrail(source);
  let received = 0;
  let next: URL | undefined = firstPage(source, bound?.text);
  while (next) {
    signal.throwIfAborted();
    const asked: URL = next;
    const answer = await getPage(asked, manner);
    refuseEcho(answer.body, secret, asked);
    const { document, records } = recordsIn(answer.body, source.records, asked);
    trail.passed(asked, records, answer.body.length);
    await onRows(records.flatMap((record) => reader.take(record)));
    received += records.length;
    const page: Page = { asked, answer, document, records: records.length };
    next = nextPage(source, page);
    if (!next) checkTotal(source, page, received);
  }
  return reader.newest();
}

function recordsIn(
  body: Buffer,
  pointer: string,
  asked: URL,
): { document: Page['document']; records: readonly string[] } {
  if (body.length === 0) return { document: undefined, records: [] };
  const document = jsonPage(body);
  if (!document) throw jsonError(`${placeOf(asked)} answers something that is no JSON in UTF-8`);
  const records = recordsAt(document, pointer);
  if (records) return { document, records };
  throw jsonError(
    `${placeOf(asked)} answers without a list at ${pointer || 'its top'}; set records to where the list is, as in '/data/items'`,
  );
}

/** Watches that pages go on and end: none twice, none like the one before, no more than the limits allow. */
function pageTrail({ limits }: HttpSource): {
  passed(asked: URL, records: readonly string[], bytes: number): void;
} {
  const seen = new Set<string>();
  let before = '';
  const sums = { records: 0, bytes: 0 };
  return {
    passed(asked, records, bytes) {
      if (seen.has(asked.href))
        throw pagingError(`${placeOf(asked)} leads back to a page that was read already`);
      seen.add(asked.href);
      const content = hashOf(records);
      if (records.length > 0 && content === before) {
        throw pagingError(
          `page ${seen.size} of ${placeOf(asked)} repeats the one before; correct paging, the server seems not to know it`,
        );
      }
      before = content;
      sums.records += records.length;
      sums.bytes += bytes;
      const reached = { pages: seen.size, ...sums };
      for (const limit of ['pages', 'records', 'bytes'] as const) {
        if (reached[limit] > limits[limit]) throw limitError(asked, limit, limits[limit]);
      }
    },
  };
}

/** Makes lines of records, those above the bound alone, and remembers the newest watermark. */
function recordReader(
  { watermark: field }: HttpSource,
  above: WatermarkValue | undefined,
): { take(record: string): string[]; newest(): { watermark?: string } } {
  let newest: { text: string; value: WatermarkValue } | undefined;
  return {
    take(record) {
      const flat = flatRecord(record);
      // What is no row is landed as it came: collecting it tells why, and counts it.
      if (!flat) return [record];
      if (field === undefined) return [flatLine(flat)];
      if (!flat.has(field)) throw unknownField(field, [...flat.keys()]);
      const text = flat.get(field);
      if (text === undefined || text === '') return above ? [] : [flatLine(flat)];
      const value = watermarkValue(text);
      const other = newest?.value ?? above;
      if (!value || (other && other.kind !== value.kind)) throw noWatermark(field, JSON.stringify(text));
      if (above && value.billionths <= above.billionths) return [];
      if (!newest || value.billionths > newest.value.billionths) newest = { text, value };
      return [flatLine(flat)];
    },
    newest: () => (newest ? { watermark: newest.text } : {}),
  };
}

/** A server that says the credential back would have it landed. */
function refuseEcho(body: Buffer, secret: string | undefined, asked: URL): void {
  if (secret === undefined || secret.length < shortestEcho) return;
  if (!spelledSecrets([secret]).some((spelled) => body.includes(spelled))) return;
  throw jsonError(`${placeOf(asked)} repeats the credential in its answer, which is therefore not landed`);
}

function unknownField(field: string, names: readonly string[]): SourceError {
  const some = names.slice(0, 20).join(', ');
  return new SourceError(`there is no watermark column ${field}; there are ${some}`, {
    code: 'STK-SOURCE-COLUMNS',
  });
}

function jsonError(message: string): SourceError {
  return new SourceError(message, { code: 'STK-SOURCE-JSON' });
}

function limitError(asked: URL, limit: string, most: number): SourceError {
  return new SourceError(
    `${placeOf(asked)} has more than ${most} ${limit}; raise limits.${limit} if that is right, or ask for less`,
    { code: 'STK-SOURCE-LIMIT' },
  );
}
