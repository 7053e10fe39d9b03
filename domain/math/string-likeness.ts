/** Signs of a text that string comparisons look at; what lies behind is cut off. */
export const comparedSigns = 64;

const usedLeft = new Uint8Array(comparedSigns);
const usedRight = new Uint8Array(comparedSigns);
const runs = new Uint8Array(comparedSigns + 1);

/**
 * Jaro-Winkler similarity of two texts, 0 to 1 (prefix weight 0.1, at most four signs); two empty texts: 1.
 *
 * The first 64 UTF-16 units count.
 * Source: Winkler 1990.
 */
export function jaroWinkler(a: string, b: string): number {
  if (a === b) return 1;
  const [m, n] = [Math.min(a.length, comparedSigns), Math.min(b.length, comparedSigns)];
  if (m === 0 || n === 0) return 0;
  const reach = Math.max(0, (Math.max(m, n) >> 1) - 1);
  usedLeft.fill(0, 0, m);
  usedRight.fill(0, 0, n);
  let common = 0;
  for (let i = 0; i < m; i++) {
    const sign = a.charCodeAt(i);
    const end = Math.min(n - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= end; j++) {
      if (usedRight[j] === 1 || b.charCodeAt(j) !== sign) continue;
      usedLeft[i] = 1;
      usedRight[j] = 1;
      common++;
      break;
    }
  }
  if (common === 0) return 0;
  let turned = 0;
  for (let i = 0, j = 0; i < m; i++) {
    if (usedLeft[i] === 0) continue;
    while (usedRight[j] === 0) j++;
    if (a.charCodeAt(i) !== b.charCodeAt(j)) turned++;
    j++;
  }
  const jaro = (common / m + common / n + (common - turned / 2) / common) / 3;
  return jaro + 0.1 * Math.min(4, commonPrefix(a, b)) * (1 - jaro);
}

/** Signs both texts begin with. */
export function commonPrefix(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

/** Length of the longest run of signs that stands in both texts; of each the first 64 UTF-16 units count. */
export function longestCommonRun(a: string, b: string): number {
  const [m, n] = [Math.min(a.length, comparedSigns), Math.min(b.length, comparedSigns)];
  runs.fill(0, 0, n + 1);
  let best = 0;
  for (let i = 0; i < m; i++) {
    const sign = a.charCodeAt(i);
    for (let j = n - 1; j >= 0; j--) {
      const length = b.charCodeAt(j) === sign ? (runs[j] as number) + 1 : 0;
      runs[j + 1] = length;
      if (length > best) best = length;
    }
  }
  return best;
}
