import { expect, it } from 'vitest';
import { nextLink } from './link-header.ts';

it.each([
  ['<https://a/?page=2>; rel="next"', 'https://a/?page=2'],
  ['<?a=1,2;b>;rel=next', '?a=1,2;b'],
  ['<a>; rel="prev", <b>; title="x, <c>; rel=\\"next\\""; REL="last NEXT"', 'b'],
  ['<a>; rel="prev"; rel="next"', undefined],
  ['<a>; rel="next"; anchor="#other"', undefined],
  ['<a>; rel="nextish"', undefined],
  ['<a> rel=next', undefined],
  ['', undefined],
])('of %s takes %s', (header, target) => {
  expect(nextLink(header)).toBe(target);
});

it('takes no long time over a hostile header', () => {
  const before = performance.now();
  for (const part of ['<a>;', ' ;a', '<a>; a="\\', '<', ';a = ']) nextLink(part.repeat(16_000 / part.length));
  expect(performance.now() - before).toBeLessThan(1000);
});
