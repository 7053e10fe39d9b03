import { readFile } from 'node:fs/promises';
import { SourceError, systemErrorCode } from '../runtime/errors.ts';

/** Reads the credential a reference (`env:NAME`, `file:/path`) names. @throws SourceError STK-SOURCE-CREDENTIAL */
export type ReadSecret = (reference: string) => Promise<string>;

/** Reads credentials of the variables given and of files; white space around them is not part of them. */
export function secretReader(env: Readonly<Record<string, string | undefined>>): ReadSecret {
  return async (reference) => {
    const value = reference.startsWith('env:')
      ? env[reference.slice('env:'.length)]
      : await readSecretFile(reference);
    if (value?.trim()) return value.trim();
    throw credentialError(reference, reference.startsWith('env:') ? 'is not set' : 'is empty');
  };
}

/** Credentials as they may stand in a text: as they are, in a URL, in JSON; the longest first. */
export function spelledSecrets(secrets: readonly string[]): string[] {
  const spelled = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ]);
  const known = [...new Set(spelled)].filter((secret) => secret.length > 0);
  return known.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}

/** Takes credentials out of a text that people or logs may see, also as they stand in a URL. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return spelledSecrets(secrets)
    .reduce((left, secret) => left.replaceAll(secret, '***'), text)
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1***@');
}

/** The parts of a connection URL that are secret: the URL itself and its password. */
export function secretsOfUrl(url: string): string[] {
  const [, userInfo = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/]*)@/i.exec(url) ?? [];
  const password = userInfo.slice(userInfo.indexOf(':') + 1);
  const query = /[?&]password=([^&#]+)/i.exec(url)?.[1] ?? '';
  const written = [userInfo.includes(':') ? password : '', query].filter(Boolean);
  return [url, ...written, ...written.map(decoded)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function readSecretFile(reference: string): Promise<string> {
  try {
    return await readFile(reference.slice('file:'.length), 'utf8');
  } catch (error) {
    throw credentialError(reference, `cannot be read (${systemErrorCode(error) ?? 'unknown reason'})`);
  }
}

function credentialError(reference: string, fault: string): SourceError {
  return new SourceError(
    `The credential ${reference} ${fault}; set it where the worker runs, then run again`,
    { code: 'STK-SOURCE-CREDENTIAL', details: { reference } },
  );
}
