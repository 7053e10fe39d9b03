/** Elements that have no end tag. */
const voidElements = new Set(['meta', 'br', 'img', 'link', 'input', 'hr', 'col']);

/**
 * Faults of an HTML text as our own templates write it: tags that are not closed, closed in another order or never opened,
 * `<` or a quote where none may be, ids given twice. Empty when it is well formed. Not a parser for the HTML of others.
 */
export function htmlFaults(html: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  const body = html.replace(/^<!DOCTYPE html>/, '').replaceAll(/(<style>)[^<]*(<\/style>)/g, '$1$2');
  for (const [piece, tag, text] of body.matchAll(/(<[^>]*>)|([^<]+)|</g)) {
    if (text !== undefined) continue;
    const found = /^<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>$/.exec(tag ?? piece);
    if (!found) faults.push(`no tag: ${piece.slice(0, 60)}`);
    else close(found, open, faults);
  }
  const ids = [...body.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
  return [
    ...faults,
    ...open.map((name) => `not closed: ${name}`),
    ...twice.map((id) => `id given twice: ${id}`),
  ];
}

function close([, slash, name = '', , empty]: RegExpExecArray, open: string[], faults: string[]): void {
  if (!slash) {
    if (!voidElements.has(name) && !empty) open.push(name);
    return;
  }
  const last = open.pop();
  if (last !== name) faults.push(`closed ${name} where ${last ?? 'nothing'} was open`);
}
