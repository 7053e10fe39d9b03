import { jaroWinkler } from '../math/string-likeness.ts';
import type { ComparedField } from './user-fields.ts';
import { areFormsOfOneName } from './user-nicknames.ts';

/** Whether two different values of a field are likely spellings of one, each as `userValues` writes it. */
export const isNear: { readonly [Field in ComparedField]: (a: string, b: string) => boolean } = {
  email: (a, b) => {
    const [localA, localB] = [a.slice(0, a.indexOf('@')), b.slice(0, b.indexOf('@'))];
    return (localA === localB && localA.length >= 6) || jaroWinkler(a, b) >= 0.96;
  },
  phone: isOneSlip,
  given_name: (a, b) => {
    const [firstA, firstB] = [firstWord(a), firstWord(b)];
    if (firstA === firstB || areFormsOfOneName(firstA, firstB)) return true;
    if (firstA.length === 1 || firstB.length === 1) return firstA[0] === firstB[0];
    return jaroWinkler(firstA, firstB) >= 0.88;
  },
  family_name: (a, b) =>
    jaroWinkler(a, b) >= 0.9 ||
    (/ /.test(a + b) && a.split(' ').some((word) => word.length > 2 && b.split(' ').includes(word))),
  birth_date: isSlippedDate,
  postcode: (a, b) => isOneSlip(a, b) || (a.length > 4 && a.slice(0, -3) === b.slice(0, -3)),
  street: (a, b) => jaroWinkler(a, b) >= 0.92,
  city: (a, b) => jaroWinkler(a, b) >= 0.9,
};

/** One sign changed, missing or too many, or two neighbours swapped. */
export function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let front = 0;
  while (front < a.length && a[front] === b[front]) front++;
  let back = 0;
  while (back < Math.min(a.length, b.length) - front && a[a.length - 1 - back] === b[b.length - 1 - back])
    back++;
  const [restA, restB] = [a.slice(front, a.length - back), b.slice(front, b.length - back)];
  if (restA.length <= 1 && restB.length <= 1) return true;
  return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
}

/** Dates (YYYYMMDD) of which one may be the other: one slip, or month and day swapped. Any other two contradict each other. */
function isSlippedDate(a: string, b: string): boolean {
  if (a.slice(0, 4) === b.slice(0, 4) && a.slice(4, 6) === b.slice(6) && a.slice(6) === b.slice(4, 6))
    return true;
  return isOneSlip(a, b);
}

function firstWord(text: string): string {
  const end = text.indexOf(' ');
  return end < 0 ? text : text.slice(0, end);
}
