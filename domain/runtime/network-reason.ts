import { messageOf } from './errors.ts';

/** Why a request got no answer, in a few words: fetch hides the reason ("fetch failed") in causes, the innermost one tells. */
export function networkReason(error: unknown): string {
  let at: unknown = error;
  for (; at instanceof Error && at.cause !== undefined; at = at.cause);
  const code = (at as { code?: unknown } | undefined)?.code;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the host name cannot be resolved (${code})`;
  if (code === 'ECONNREFUSED') return 'the connection was refused (ECONNREFUSED)';
  return typeof code === 'string' ? `${messageOf(at)} (${code})` : messageOf(at);
}
