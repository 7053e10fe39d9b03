/** What kind of thing a column holds, in the inventory's words. */
export type Kind =
  | 'id'
  | 'money'
  | 'quantity'
  | 'time'
  | 'country'
  | 'email'
  | 'phone'
  | 'person'
  | 'url'
  | 'text'
  | 'category'
  | 'flag'
  | 'number'
  | 'json'
  | 'empty'
  | 'unknown';

/** A guess and the observation it rests on, in words. */
export interface Guess {
  readonly kind: Kind;
  readonly evidence: 'values' | 'name' | 'none';
  readonly why: string;
}
