import { z } from 'zod';
import { filePaths, fileReading } from './source-files.ts';
import { secretReference, timeoutSeconds } from './source-remote.ts';

/** A source of objects in a bucket of an S3-compatible store, read as files. */
export const s3Shape = {
  type: z.literal('s3'),
  bucket: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i,
      'expected the name of a bucket: 3 to 63 letters, digits, dots and dashes',
    ),
  /** What the keys of this source begin with; it ends with `/`, or is empty for the whole bucket. */
  prefix: z
    .string()
    .max(900)
    .regex(/^([^/].*\/)?$/su, "expected a folder of keys that ends with /, such as 'exports/shop/'")
    .default(''),
  /** Keys below the prefix, with `{date}` and `*` as in the paths of files. */
  path: filePaths,
  /** Address of the store (`https://minio.example:9000`). Default: AWS in the region given. */
  endpoint: z
    .url({ protocol: /^https?$/ })
    .regex(/^[^@?#]*$/, 'expected an address without credentials, query or fragment')
    .optional(),
  /** Default `us-east-1`, which stores other than AWS's take for any. */
  region: z.string().min(1).max(64).default('us-east-1'),
  /** Whether the bucket stands in the path rather than in the host name. Default: with an `endpoint`. */
  forcePathStyle: z.boolean().optional(),
  /**
   * Where the parts of the credential are, or `chain`: whatever AWS's own search finds on the worker's machine (environment,
   * profile, role).
   */
  credentials: z.union([
    z.literal('chain'),
    z.strictObject({
      accessKeyId: secretReference,
      secretAccessKey: secretReference,
      sessionToken: secretReference.optional(),
    }),
  ]),
  /** Largest object taken, in bytes; a larger one is told and left. */
  objectBytes: z.number().int().min(1).default(8_589_934_592),
  timeoutSeconds,
  ...fileReading,
};
