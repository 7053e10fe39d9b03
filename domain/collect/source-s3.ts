import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput, S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Source } from '../../schemas/source.ts';
import { messageOf, SourceError, systemErrorCode } from '../runtime/errors.ts';
import { type ReadSecret, withoutSecrets } from './source-secrets.ts';

/** An object as a bucket lists it. */
export interface ListedObject {
  /** The whole key. */
  readonly key: string;
  readonly bytes: number;
  /** Changes with the content; without quotes. */
  readonly etag: string;
}

/** A bucket that can be listed and read. */
export interface Bucket {
  /** Every object whose key begins with a text, in as many pages as there are. @throws SourceError */
  list(prefix: string): AsyncIterable<ListedObject>;
  /**
   * Opens the content of an object as it was listed, from a byte on where the store can; `from` says where it begins.
   *
   * @throws SourceError STK-SOURCE-OBJECT where this object cannot be had and others may; STK-SOURCE-GONE where it is no
   *   longer there; STK-SOURCE-READ otherwise. Retryable where another try may help
   */
  open(object: ListedObject, from: number): Promise<{ readonly content: Readable; readonly from: number }>;
  /** What went wrong with a content while it came, as an error that says no credential. */
  fault(error: unknown): SourceError;
  /** Ends reading: at a cancellation, and when the source's time is over. */
  readonly signal: AbortSignal;
}

/** Name of an error that says that an object is not, or no longer, as it was listed. */
export const objectChanged = 'ObjectChanged';

const connectMs = 10_000;
const idleMs = 60_000;
const mostPages = 100_000;

/** Refusals that say nothing of the one object asked for: the credential, the clock or the bucket is wrong. */
const ofAll =
  /^(InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|TokenRefreshRequired|RequestTimeTooSkewed|NoSuchBucket|AuthorizationHeaderMalformed|PermanentRedirect)/;
/** Errors of S3 that pass by themselves, beside those of the 5xx kind. */
const passing =
  /^(RequestTimeout|SlowDown|Throttling|TooManyRequests|TimeoutError|ECONN|ETIMEDOUT|EPIPE|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE)/;

/**
 * Opens a bucket for as long as the work on it takes.
 *
 * Nothing of the machine's own AWS configuration is looked at unless the source asks for it by `credentials: 'chain'`.
 *
 * @throws SourceError STK-SOURCE-CREDENTIAL, STK-SOURCE-READ, their messages free of credentials
 */
export async function withBucket<Result>(
  {
    name,
    source,
    signal,
  }: { readonly name: string; readonly source: S3Source; readonly signal: AbortSignal },
  readSecret: ReadSecret,
  work: (bucket: Bucket) => Promise<Result>,
): Promise<Result> {
  const secrets = await secretsOf(source, readSecret);
  const time = AbortSignal.timeout(source.timeoutSeconds * 1000);
  const fault = (error: unknown, of: 'bucket' | 'object' = 'object'): SourceError =>
    readError(name, time.aborted ? outOfTime(source) : error, Object.values(secrets), of);
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client(configOf(source, secrets));
  const abortSignal = AbortSignal.any([signal, time]);
  const { bucket: Bucket } = source;
  try {
    return await work({
      list: (prefix) =>
        listAll(client, sdk, { Bucket, Prefix: prefix, EncodingType: 'url' }, abortSignal, fault),
      async open({ key: Key, etag }, from) {
        try {
          const condition = etag ? { IfMatch: `"${etag}"` } : {};
          const range = etag && from > 0 ? { Range: `bytes=${from}-` } : {};
          const command = new sdk.GetObjectCommand({ Bucket, Key, ...condition, ...range });
          const answer = await client.send(command, { abortSignal });
          const goesOn = from > 0 && answer.ContentRange?.startsWith(`bytes ${from}-`) === true;
          return { content: contentOf(answer, etag), from: goesOn ? from : 0 };
        } catch (error) {
          throw fault(error);
        }
      },
      fault,
      signal: abortSignal,
    });
  } finally {
    client.destroy();
  }
}

function outOfTime({ timeoutSeconds }: S3Source): Error {
  return new Error(`reading did not end within timeoutSeconds, ${timeoutSeconds} s`);
}

type Secrets =
  | Readonly<Record<'accessKeyId' | 'secretAccessKey' | 'sessionToken', string>>
  | Record<string, never>;

async function secretsOf({ credentials }: S3Source, readSecret: ReadSecret): Promise<Secrets> {
  if (credentials === 'chain') return {};
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return {
    accessKeyId: await readSecret(accessKeyId),
    secretAccessKey: await readSecret(secretAccessKey),
    sessionToken: sessionToken === undefined ? '' : await readSecret(sessionToken),
  };
}

function configOf(source: S3Source, { accessKeyId, secretAccessKey, sessionToken }: Secrets): S3ClientConfig {
  const { region, endpoint, forcePathStyle = endpoint !== undefined } = source;
  return {
    region,
    forcePathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    // An address set for other programs of this machine is not this source's.
    ignoreConfiguredEndpointUrls: true,
    ...(accessKeyId && secretAccessKey
      ? { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } }
      : {}),
    requestHandler: { connectionTimeout: connectMs, requestTimeout: idleMs, throwOnRequestTimeout: true },
  };
}

type Sdk = typeof import('@aws-sdk/client-s3');

async function* listAll(
  client: S3Client,
  { ListObjectsV2Command }: Sdk,
  input: { Bucket: string; Prefix: string; EncodingType: 'url' },
  abortSignal: AbortSignal,
  fault: (error: unknown, of: 'bucket') => SourceError,
): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const command = new ListObjectsV2Command({ ...input, ...(token ? { ContinuationToken: token } : {}) });
    const answer = await client.send(command, { abortSignal }).catch((error: unknown) => {
      throw fault(error, 'bucket');
    });
    const spelled = answer.EncodingType === 'url' ? decoded : (key: string): string => key;
    for (const { Key, Size, ETag } of answer.Contents ?? []) {
      if (Key !== undefined) yield { key: spelled(Key), bytes: Size ?? 0, etag: unquoted(ETag) };
    }
    if (!answer.IsTruncated) return;
    if (!answer.NextContinuationToken || answer.NextContinuationToken === token) break;
    token = answer.NextContinuationToken;
  }
  throw fault(new Error('its listing says that there is more, and not how to go on'), 'bucket');
}

function contentOf(answer: GetObjectCommandOutput, etag: string): Readable {
  const body = answer.Body as Readable | undefined;
  if (body === undefined) throw new Error('the store answered without a content');
  if (answer.ETag === undefined || unquoted(answer.ETag) === etag) return body;
  body.destroy();
  throw Object.assign(new Error('it was replaced while the bucket was read'), {
    name: objectChanged,
  });
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

function unquoted(etag = ''): string {
  return etag.replace(/^"|"$/g, '');
}

function readError(
  source: string,
  error: unknown,
  secrets: readonly string[],
  of: 'bucket' | 'object',
): SourceError {
  if (error instanceof SourceError && error.code.startsWith('STK-SOURCE')) return error;
  const { kind, status } = factsOf(error);
  const code = systemErrorCode(error) ?? kind;
  const text = withoutSecrets(
    messageOf(error) || code,
    secrets.filter((secret) => secret !== ''),
  );
  const named = code && !text.includes(code) ? `${text} (${code})` : text;
  const details = { source };
  const retryable = passing.test(code) || status >= 500;
  if (kind === objectChanged) {
    return new SourceError(messageOf(error), { code: 'STK-SOURCE-OBJECT', retryable: true, details });
  }
  if (of === 'object' && status >= 400 && !retryable && !ofAll.test(kind)) {
    return new SourceError(named, {
      code: kind === 'NoSuchKey' ? 'STK-SOURCE-GONE' : 'STK-SOURCE-OBJECT',
      details,
    });
  }
  // Without the cause: the SDK's error carries the request, and with it what signed it.
  return new SourceError(
    `Source ${source} cannot be read from its bucket: ${named}; correct bucket, endpoint or credentials in temporal.config.ts, or the store, then: stocktake run`,
    { code: 'STK-SOURCE-READ', retryable, details },
  );
}

/** What the SDK says of an error beside its message. */
function factsOf(error: unknown): { kind: string; status: number } {
  const { name, $metadata } = (error ?? {}) as { name?: string; $metadata?: { httpStatusCode?: number } };
  return { kind: name && name !== 'Error' ? name : '', status: $metadata?.httpStatusCode ?? 0 };
}
