import { z } from 'zod';
import { checkIncremental } from './source-database.ts';
import { overlap, secretReference, timeoutSeconds } from './source-remote.ts';

const secretName = /auth|token|secret|cookie|password|signature|api[-_]?key/i;
const hidden =
  "expected nothing secret here; give the credential as auth: { bearer: 'env:NAME' } or { header, secret: 'env:NAME' }";

/** Name of a header field (RFC 9110, token). */
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'expected the name of a header, such as X-Api-Key');

/** Values by name, of headers or parameters; those whose name says that they are secret have another place. */
function plainValues(keys: z.ZodString, value: z.ZodString) {
  return z.record(keys, value).superRefine((entries, context) => {
    for (const key of Object.keys(entries)) {
      if (secretName.test(key)) context.addIssue({ code: 'custom', path: [key], message: hidden });
    }
  });
}

const parameterName = z.string().min(1).max(200);

/** A JSON pointer (RFC 6901); the empty one is the whole answer. */
const pointer = z
  .string()
  .regex(
    /^(\/([^~/]|~[01])*)*$/,
    "expected a JSON pointer such as '/data/items', or '' for the whole answer",
  );

/** How one page of an answer leads to the next. */
const paging = z.discriminatedUnion('by', [
  /** One answer holds everything. */
  z.strictObject({ by: z.literal('none') }),
  /** The answer's `Link` header names the next page (RFC 8288, rel="next"); without one it was the last. */
  z.strictObject({ by: z.literal('link') }),
  /**
   * The answer holds a cursor at a pointer, sent back as `parameter`, or without one the URL of the next page. None, null, false or
   * an empty one: it was the last page.
   */
  z.strictObject({ by: z.literal('cursor'), at: pointer, parameter: parameterName.optional() }),
  /** Pages are numbered; one without records was behind the last. */
  z.strictObject({
    by: z.literal('page'),
    parameter: parameterName.default('page'),
    first: z.number().int().min(0).default(1),
  }),
  /** Pages begin at a record's number, from 0; one without records was behind the last. */
  z.strictObject({ by: z.literal('offset'), parameter: parameterName.default('offset') }),
]);
export type Paging = z.infer<typeof paging>;

/** What a source that answers JSON over HTTP is, and how far it is trusted. */
export const httpShape = {
  type: z.literal('http'),
  url: z
    .string()
    .refine(isPlainUrl, 'expected an http or https URL without a user, a password or a secret parameter'),
  /** Parameters of the first page's URL, such as a page size. Nothing secret. */
  parameters: plainValues(parameterName, z.string().max(2000)).default({}),
  /** Sent with every request to the URL's own origin. Nothing secret. */
  headers: plainValues(
    headerName,
    z.string().regex(/^[\t\x20-\x7e]*$/, 'expected one line of ASCII'),
  ).default({}),
  /** The credential, sent to the URL's own origin alone: as a bearer token, or as the whole value of a header. */
  auth: z
    .union([
      z.strictObject({ bearer: secretReference }),
      z.strictObject({ header: headerName, secret: secretReference }),
    ])
    .optional(),
  /** Where in an answer the list of records is. Default: the answer is the list. */
  records: pointer.default(''),
  paging: paging.default({ by: 'none' }),
  /** Where in an answer the server says how many records there are in all. A reading that brought fewer is not taken. */
  total: pointer.optional(),
  /**
   * Field of a record that grows with every new one: a time (ISO 8601) or a number, nested ones as `outer.inner`; each night takes
   * what is above the newest value already had.
   */
  watermark: z.string().min(1).max(500).optional(),
  /** Parameter that asks the server for records since the watermark. Without it everything is asked for and the new kept. */
  since: parameterName.optional(),
  /** How far below the newest value already had reading begins again, for records that came late. Default: not at all. */
  overlap: overlap.optional(),
  /** Seconds one request may take, its answer included. */
  requestSeconds: z.number().positive().max(600).default(60),
  /** How often a request is tried again after 408, 429, 500, 502, 503, 504 or a broken connection. */
  retries: z.number().int().min(0).max(20).default(4),
  /** Most seconds one wait before such a try may take, whatever the server's Retry-After asks for. */
  retryAfterSeconds: z.number().min(0).max(3600).default(120),
  /** What one reading may not exceed; a source that does is not taken at all. */
  limits: z
    .strictObject({
      pages: z.number().int().min(1).default(100_000),
      records: z.number().int().min(1).default(50_000_000),
      bytes: z.number().int().min(1000).default(17_179_869_184),
      /** Bytes of one page, which is held in memory. */
      pageBytes: z.number().int().min(1000).max(536_870_912).default(67_108_864),
    })
    .prefault({}),
  timeoutSeconds,
};

/** What hangs together in the parts of an HTTP source. */
export function checkHttp(
  source: Parameters<typeof checkIncremental>[0] & { since?: string | undefined },
  context: z.RefinementCtx,
): void {
  checkIncremental(source, context);
  if (source.mode === 'full' && source.since !== undefined) {
    context.addIssue({ code: 'custom', path: ['since'], message: "belongs to mode: 'incremental'" });
  }
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, searchParams } = new URL(text);
  const web = protocol === 'http:' || protocol === 'https:';
  return (
    web && username === '' && password === '' && ![...searchParams.keys()].some((key) => secretName.test(key))
  );
}
