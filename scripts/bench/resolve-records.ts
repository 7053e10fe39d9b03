import { openStream, type Random } from '../../domain/math/random.ts';

/** One record of a generated table: people with addresses, or offers of products, with slips. */
export interface GeneratedRecord {
  readonly columns: readonly string[];
  /** Number of the person or product it tells of. */
  readonly thing: number;
}

/** What a generated table is about. */
export type RecordKind = 'people' | 'products';

/** Column names of a kind of table. */
export const columnNames: Readonly<Record<RecordKind, readonly string[]>> = {
  people: ['first_name', 'last_name', 'street', 'postcode', 'city', 'phone'],
  products: ['title', 'brand'],
};

/**
 * Makes a table of short records with slips, the same for the same seed: about half of all things have one record, the rest two
 * to five. Words are made of syllables, so that a vocabulary of any size costs nothing; frequent ones are drawn more often.
 */
export function* generateRecords(kind: RecordKind, count: number, seed: number): Generator<GeneratedRecord> {
  let [made, thing] = [0, 0];
  while (made < count) {
    const random = openStream(seed, kind, thing);
    const plain = kind === 'people' ? person(random) : product(random, thing);
    const copies = random.chance(0.5) ? 1 : random.between(2, random.chance(0.2) ? 5 : 3);
    for (let copy = 0; copy < copies && made < count; copy++, made++) {
      const columns =
        kind === 'people' ? respellPerson(plain, random, copy) : respellProduct(plain, random, copy);
      yield { columns, thing };
    }
    thing++;
  }
}

const syllables =
  'ba be bi bo da de di do fa fe ga go ha he ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe ra re ri ro sa se si so ta te ti to va ve wa za'.split(
    ' ',
  );

/** Word `rank` of a made-up language; other `salt`s give other words. */
function wordOf(rank: number, salt: number, length = 3): string {
  let [code, word] = [rank * 7919 + salt * 104_729 + 12_345, ''];
  for (let part = 0; part < length; part++) {
    word += syllables[code % syllables.length] ?? '';
    code = Math.floor(code / syllables.length) + rank * 31 + part * 17;
  }
  return word;
}

/** A rank from 0, low ones more often. */
function rankOf(random: Random, size: number): number {
  return Math.floor(size * random.float() ** 3);
}

function person(random: Random): string[] {
  const street = `${wordOf(rankOf(random, 20_000), 3, 4)} ${random.pick(['street', 'road', 'lane', 'avenue'])}`;
  const city = rankOf(random, 3000);
  return [
    wordOf(rankOf(random, 2000), 1),
    wordOf(rankOf(random, 40_000), 2, 4),
    `${random.between(1, 300)} ${street}`,
    String(10_000 + city * 29 + random.between(0, 8)),
    wordOf(city, 4, 3),
    `0${random.between(100, 999)} ${random.between(1_000_000, 9_999_999)}`,
  ];
}

function respellPerson(plain: readonly string[], random: Random, copy: number): string[] {
  if (copy === 0) return [...plain];
  const [first = '', last = '', street = '', postcode = '', city = '', phone = ''] = plain;
  const moved = random.chance(0.1);
  return [
    random.chance(0.1) ? (first[0] ?? '') : slip(first, random, 0.15),
    slip(last, random, 0.15),
    moved
      ? (person(random)[2] ?? '')
      : slip(street.replace('street', random.pick(['street', 'st'])), random, 0.15),
    random.chance(0.1) ? '' : postcode,
    slip(city, random, 0.1),
    random.chance(0.3) ? '' : phone.replace(' ', random.pick([' ', '-', ''])),
  ];
}

const colours = ['black', 'white', 'red', 'blue', 'green', 'grey'];
const sizes = ['64gb', '128gb', '256gb', '512gb'];

function product(random: Random, thing: number): string[] {
  const brand = wordOf(rankOf(random, 400), 5, 2);
  const code = `${wordOf(rankOf(random, 3000), 6, 1)}${100 + (thing % 9000)}${random.pick(['', 'x', 'k', 'pro'])}`;
  const kind = `${wordOf(rankOf(random, 300), 7, 3)} ${wordOf(rankOf(random, 2000), 8, 3)}`;
  return [brand, code, kind, random.pick(colours), random.pick(sizes), wordOf(rankOf(random, 5000), 9, 3)];
}

function respellProduct(plain: readonly string[], random: Random, copy: number): string[] {
  const [brand = '', code = '', kind = '', colour = '', size = '', extra = ''] = plain;
  if (copy === 0) return [`${brand} ${code} ${kind} ${colour} ${size} ${extra}`, brand];
  const parts = [
    random.chance(0.9) ? brand : '',
    random.chance(0.8) ? code : code.replace(/(\d+)/, ' $1'),
    slip(kind, random, 0.2),
    random.chance(0.7) ? colour : '',
    random.chance(0.5) ? size : size.replace('gb', ' GB'),
    random.chance(0.5) ? extra : wordOf(rankOf(random, 5000), 9, 3),
  ];
  const title = random.chance(0.5) ? parts.join(' ') : [...parts].reverse().join(' ');
  return [title.trim(), random.chance(0.8) ? brand : ''];
}

/** With a probability, one letter of a text changed, left out, doubled or swapped with the next. */
function slip(text: string, random: Random, share: number): string {
  if (!random.chance(share) || text.length < 4) return text;
  const at = random.between(1, text.length - 2);
  const [before, here, next, after] = [
    text.slice(0, at),
    text[at] ?? '',
    text[at + 1] ?? '',
    text.slice(at + 2),
  ];
  return random.pick([
    `${before}e${next}${after}`,
    before + next + after,
    before + here + here + next + after,
    before + next + here + after,
  ]);
}
