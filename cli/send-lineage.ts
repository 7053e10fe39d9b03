import type { RunEvent } from '../domain/catalog/open-lineage.ts';
import { CliError, messageOf } from '../domain/runtime/errors.ts';
import type { Output } from './output.ts';

const timeoutMs = 10_000;

/**
 * Sends events to an OpenLineage server, in order, and stops at the first that is refused.
 *
 * `OPENLINEAGE_URL` names it, `OPENLINEAGE_ENDPOINT` the path (default `api/v1/lineage`), `OPENLINEAGE_API_KEY` is sent as a
 * bearer token, and `OPENLINEAGE_DISABLED=true` sends nothing.
 *
 * @throws CliError STK-LINEAGE-URL (exit 2), STK-LINEAGE-SEND (exit 1)
 */
export async function sendLineage(
  events: readonly RunEvent[],
  env: NodeJS.ProcessEnv,
  out: Output,
): Promise<number> {
  if (/^(true|1)$/i.test(env.OPENLINEAGE_DISABLED ?? '')) {
    out.note('OPENLINEAGE_DISABLED is set: nothing was sent');
    return 0;
  }
  const url = addressOf(env);
  for (const [index, event] of events.entries()) {
    await post(url, event, env.OPENLINEAGE_API_KEY, `event ${index + 1} of ${events.length}`);
  }
  out.note(`Sent ${events.length} events to ${url.origin}${url.pathname}`);
  return 0;
}

function addressOf(env: NodeJS.ProcessEnv): URL {
  const base = env.OPENLINEAGE_URL ?? '';
  const path = (env.OPENLINEAGE_ENDPOINT ?? 'api/v1/lineage').replace(/^\/+/, '');
  const address = URL.parse(path, base.endsWith('/') ? base : `${base}/`);
  if (address && /^https?:$/.test(address.protocol)) return address;
  throw new CliError(
    base === ''
      ? '--send needs OPENLINEAGE_URL, such as http://localhost:5000'
      : 'OPENLINEAGE_URL is no http address; write it such as http://localhost:5000',
    { code: 'STK-LINEAGE-URL', exitCode: 2 },
  );
}

async function post(url: URL, event: RunEvent, key: string | undefined, which: string): Promise<void> {
  const fail = (what: string, cause?: unknown): CliError =>
    new CliError(
      `Sending lineage to ${url.origin}${url.pathname} failed at ${which}: ${what}; send the run again, the events stay the same`,
      {
        code: 'STK-LINEAGE-SEND',
        exitCode: 1,
        cause,
      },
    );
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key ? { authorization: `Bearer ${key}` } : {}),
    },
    body: JSON.stringify(event),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw fail(messageOf(cause), cause);
  });
  if (!response.ok) throw fail(`the server answered ${response.status}`);
  await response.arrayBuffer();
}
