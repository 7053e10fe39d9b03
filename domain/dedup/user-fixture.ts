import type { UserFieldName } from '../../schemas/match.ts';
import { openStream, type Random } from '../math/random.ts';

/** A user as one system writes it, and who it is. */
export interface MadeUser {
  readonly namespace: 'shop' | 'crm';
  readonly userId: string;
  readonly attributes: { readonly [Field in UserFieldName]?: string };
  readonly person: number;
}

const givenNames =
  'Robert William Elizabeth Michael Katherine Thomas Susan Joseph Margaret Daniel Anna Lukas Sophie Matthew Jennifer Emma Paul Laura Samuel Clara Nora David Julia Oliver Marie Felix Ines Hugo Lena Adam Sara Omar Priya Wei Mina Jonas Erik Alma Rosa Ivan'.split(
    ' ',
  );
const shortNames: Readonly<Record<string, string>> = {
  Robert: 'Bob',
  William: 'Bill',
  Elizabeth: 'Liz',
  Michael: 'Mike',
  Katherine: 'Kate',
  Thomas: 'Tom',
  Susan: 'Sue',
  Joseph: 'Joe',
  Margaret: 'Maggie',
  Daniel: 'Dan',
  Matthew: 'Matt',
  Jennifer: 'Jenny',
  Samuel: 'Sam',
  David: 'Dave',
};
const familyParts = [
  'Ber Wald Stein Linden Hol Ras Mor Fal Kar Nor Ast Bren Col Dar Ester Gar Hal Iver Jen Kessel'.split(' '),
  'mann berg son ley ford er ström hof bach wood field ton ler ski ini'.split(' '),
];
const streets = 'Mill Garden Station Church Park River School Hill Forest Market Castle Bridge'.split(' ');
const cities = 'Northam Elmstead Rivera Sundhof Kelby Astor Brindle Marsk'.split(' ');

/**
 * Two systems' users for tests, the same for the same seed: households with one e-mail address and number for all, twins,
 * fathers and sons of one name; typos, short names, moved houses, missing and stale values in the second system.
 */
export function makeUsers(households: number, seed: number): MadeUser[] {
  const users: MadeUser[] = [];
  let person = 0;
  for (let household = 0; household < households; household++) {
    const random = openStream(seed, 'household', household);
    for (const plain of people(random, household)) {
      person++;
      if (random.chance(0.85)) {
        users.push({ namespace: 'shop', userId: `s${person}`, attributes: plain, person });
      }
      if (random.chance(0.6)) {
        users.push({
          namespace: 'crm',
          userId: `c${person * 7 + 3}`,
          attributes: respelled(plain, random),
          person,
        });
      }
    }
  }
  return users;
}

type Person = Record<
  'email' | 'phone' | 'given_name' | 'family_name' | 'birth_date' | 'postcode' | 'street' | 'city',
  string
>;

function people(random: Random, household: number): Person[] {
  const family = random.pick(familyParts[0] ?? []) + random.pick(familyParts[1] ?? []);
  const isShared = random.chance(0.5);
  const common = {
    ...home(random),
    phone: phone(random),
    email: `family.${family}${household}@mail.example`.toLowerCase(),
  };
  const born = date(random, 1940, 1985);
  const size = random.pick([1, 1, 1, 2, 2, 3, 4]);
  return Array.from({ length: size }, (_, place) => {
    const given = random.pick(givenNames);
    const isTwin = place === 3 || (place === 2 && random.chance(0.2));
    const own =
      `${given}.${family}${random.between(1, 99)}@${random.pick(['mail', 'post', 'web'])}.example`.toLowerCase();
    return {
      ...common,
      given_name: given,
      family_name: family,
      birth_date: isTwin
        ? born.replace(/^..../, '1999')
        : place < 2
          ? date(random, 1940, 1985)
          : date(random, 1990, 2006),
      email: isShared ? common.email : own,
      phone: isShared || random.chance(0.3) ? common.phone : phone(random),
    };
  });
}

function respelled(plain: Person, random: Random): MadeUser['attributes'] {
  const { given_name: given, family_name: family } = plain;
  const first = random.chance(0.2) ? (shortNames[given] ?? given) : slip(given, random, 0.08);
  const last = random.chance(0.03) ? slip(`${family}-Olden`, random, 0) : slip(family, random, 0.1);
  const { street, postcode, city } = random.chance(0.15) ? home(random) : plain;
  const [year, month, day] = plain.birth_date.split('-');
  const born = random.chance(0.03)
    ? `${year}-${month}-${String(1 + (Number(day) % 28)).padStart(2, '0')}`
    : plain.birth_date;
  return {
    name: random.chance(0.3) ? `${last}, ${first}` : `${first} ${last}`,
    ...(random.chance(0.2)
      ? {}
      : {
          email: random.chance(0.2)
            ? `${given}${random.between(100, 999)}@old.example`
            : plain.email.toUpperCase(),
        }),
    ...(random.chance(0.35)
      ? {}
      : {
          phone: random.chance(0.15)
            ? phone(random)
            : `0049 ${plain.phone.slice(1).replace(/(...)/g, '$1 ')}`,
        }),
    ...(random.chance(0.35) ? {} : { birth_date: born.split('-').reverse().join('.') }),
    ...(random.chance(0.1)
      ? {}
      : { street: slip(street.replace('Street', 'St.'), random, 0.1), city: slip(city, random, 0.05) }),
    ...(random.chance(0.1) ? {} : { postcode }),
  };
}

function home(random: Random) {
  const at = random.between(0, cities.length - 1);
  return {
    street: `${random.between(1, 90)} ${random.pick(streets)} ${random.pick(['Street', 'Road', 'Lane'])}`,
    postcode: String(20_000 + at * 100 + random.between(0, 24)),
    city: cities[at] ?? '',
  };
}

function phone(random: Random): string {
  return `0${random.between(150, 179)}${random.between(1_000_000, 9_999_999)}`;
}

function date(random: Random, from: number, to: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${random.between(from, to)}-${two(random.between(1, 12))}-${two(random.between(1, 28))}`;
}

/** With a probability two neighbouring letters swapped or one left out. */
function slip(text: string, random: Random, share: number): string {
  if (!random.chance(share) || text.length < 4) return text;
  const at = random.between(1, text.length - 3);
  return random.chance(0.5)
    ? text.slice(0, at) + text.slice(at + 1)
    : text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2);
}
