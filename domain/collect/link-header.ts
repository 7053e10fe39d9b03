const link = /<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]*))?)*)/g;
const parameter = /;\s*([^\s=;,]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*)))?/g;

/**
 * The target of the first link with the relation `next` of a `Link` header, as it is written there (relative ones too).
 *
 * Of a repeated parameter the first counts; a link that is about another resource (`anchor`) does not. Source: RFC 8288, section 3.
 */
export function nextLink(header: string): string | undefined {
  for (const [, target = '', parameters = ''] of header.matchAll(link)) {
    const values = new Map<string, string>();
    for (const [, name = '', quoted, bare] of parameters.matchAll(parameter)) {
      const value = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
      if (!values.has(name.toLowerCase())) values.set(name.toLowerCase(), value);
    }
    const relations = (values.get('rel') ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next') && !values.has('anchor')) return target;
  }
  return undefined;
}
