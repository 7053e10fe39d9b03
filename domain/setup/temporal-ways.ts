/** How a Temporal server can be come by, in the order they are tried. */
export const ways = [
  'TEMPORAL_ADDRESS',
  'TEMPORAL_CLI_PATH',
  'temporal on PATH',
  'cache',
  'download',
  'go install',
] as const;

/** One of the ways. */
export type Way = (typeof ways)[number];

/** One way that was tried, and why it did not lead to a server. */
export interface Attempt {
  readonly way: Way;
  readonly outcome: string;
}

/** What a binary says of itself. */
export interface BinaryVersion {
  readonly version: string;
  readonly serverVersion: string;
}

/** The outcome of downloading and compiling: a binary, or why each failed. */
export type Fetched =
  | { readonly path: string; readonly how: Way; readonly version: string; readonly serverVersion: string }
  | { readonly failed: readonly Attempt[] };
