import { drawIndex, openStream, type Random, runningSums } from '../math/random.ts';
import { categories } from './category-words.ts';
import { daysUntilArrival } from './items.ts';
import type { ShopOptions } from './options.ts';
import { countries, firstNames, lastNames, type Style, styles } from './vocabulary.ts';

/** What a user likes; decides what is clicked. */
export interface Taste {
  /** Probability by index into `categories`, before season; sums to 1. Four favourites follow a power law. */
  readonly shares: readonly number[];
  /** The look preferred within a category. */
  readonly style: Style;
}

/** A user as the shop's account system stores one. */
export interface Account {
  readonly userId: string;
  /** Days before day 0 (negative), or the day of arrival. */
  readonly signUpDay: number;
  readonly country: string;
  readonly city: string;
  readonly birthYear: number;
  readonly email: string;
  readonly phone: string;
  readonly newsletter: boolean;
}

/** All users of a shop. Holds a few numbers per user; everything else is drawn when asked for. */
export interface Users {
  readonly count: number;
  idOf(index: number): string;
  /** First day whose users file knows the user. */
  joinDay(index: number): number;
  /** Dormant users never act. All rejected rows of the users file are dormant users. */
  isDormant(index: number): boolean;
  tasteOf(index: number): Taste;
  countryOf(index: number): string;
  /** The account as it is on a day. */
  accountAt(index: number, day: number): Account;
  /** Whether the account differs from the day before. */
  changesOn(index: number, day: number): boolean;
  /** Draws one who is known before `day` and not dormant, by activity; undefined when luck fails twenty times. */
  drawActive(random: Random, day: number): number | undefined;
}

/** Days between two changes of one account. */
const changePeriod = 250;
const countrySums = runningSums(countries.map((country) => country.weight));
const baseSums = runningSums(categories.map((category) => category.weight));

/** Creates the users of a shop; the same for every day. */
export function createUsers(options: ShopOptions): Users {
  const { seed, users: count } = options;
  const joinDays = new Int32Array(count);
  const phases = new Uint8Array(count);
  const activity = new Array<number>(count);
  const random = openStream(seed, 'users');
  for (let index = 0; index < count; index++) {
    joinDays[index] = random.chance(0.15) ? daysUntilArrival(random) : 0;
    phases[index] = random.between(0, changePeriod - 1);
    activity[index] = isDormant(index) ? 0 : 1 / (random.float() + 0.05);
  }
  const sums = runningSums(activity);
  const digits = Math.max(4, String(count).length);
  const joinDay = (index: number): number => joinDays[index] ?? 0;
  const idOf = (index: number): string => `u-${String(index + 1).padStart(digits, '0')}`;
  const changeCount = (index: number, day: number): number =>
    Math.max(0, Math.floor((day + (phases[index] ?? 0)) / changePeriod));
  return {
    count,
    idOf,
    joinDay,
    isDormant,
    tasteOf: (index) => tasteOf(openStream(seed, 'taste', index)),
    countryOf: (index) => countryOf(openStream(seed, 'account', index)).code,
    accountAt: (index, day) => accountOf(seed, index, idOf(index), joinDay(index), changeCount(index, day)),
    changesOn: (index, day) =>
      day > joinDay(index) && changeCount(index, day) !== changeCount(index, day - 1),
    drawActive: (stream, day) => drawActive(stream, sums, (index) => isActiveOn(joinDay(index), day)),
  };
}

function isDormant(index: number): boolean {
  return index % 50 === 17;
}

function isActiveOn(joinDay: number, day: number): boolean {
  return joinDay === 0 || joinDay < day;
}

function drawActive(
  random: Random,
  sums: Float64Array,
  isActive: (index: number) => boolean,
): number | undefined {
  for (let attempt = 0; attempt < 20; attempt++) {
    const index = drawIndex(random, sums);
    if (isActive(index)) return index;
  }
  return undefined;
}

function tasteOf(random: Random): Taste {
  const favourites: number[] = [];
  while (favourites.length < 4) {
    const index = drawIndex(random, baseSums);
    if (!favourites.includes(index)) favourites.push(index);
  }
  const total = baseSums[baseSums.length - 1] ?? 1;
  const shares = categories.map((category) => (0.15 * category.weight) / total);
  const powers = favourites.map((_, rank) => 1 / ((rank + 1) * Math.sqrt(rank + 1)));
  const powerTotal = powers.reduce((sum, power) => sum + power, 0);
  favourites.forEach((favourite, rank) => {
    shares[favourite] = (shares[favourite] ?? 0) + (0.85 * (powers[rank] ?? 0)) / powerTotal;
  });
  return { shares, style: random.pick(styles) };
}

/** First draw of a user's account stream. */
function countryOf(random: Random): (typeof countries)[number] {
  const country = countries[drawIndex(random, countrySums)];
  if (!country) throw new RangeError('No country to draw from');
  return country;
}

function accountOf(seed: number, index: number, userId: string, joinDay: number, changes: number): Account {
  const random = openStream(seed, 'account', index);
  const country = countryOf(random);
  const person = drawPerson(random);
  const signUpDay = joinDay > 0 ? joinDay : -random.between(4, 1000);
  const birthYear = random.between(1948, 2006);
  const phone = drawPhone(random, country.phones);
  const hasNewsletter = random.chance(0.4);
  const cityIndex = random.between(0, country.cities.length - 1);
  return {
    userId,
    signUpDay,
    country: country.code,
    city: country.cities[(cityIndex + Math.floor(changes / 2)) % country.cities.length] ?? '',
    birthYear,
    email: emailOf(person, index + 1),
    phone,
    newsletter: changes % 2 === 0 ? hasNewsletter : !hasNewsletter,
  };
}

/** An invented person's first and last name. */
export function drawPerson(random: Random): readonly [string, string] {
  return [random.pick(firstNames), random.pick(lastNames)];
}

/** An address under a domain kept for examples (RFC 2606). */
export function emailOf([first, last]: readonly [string, string], number: number): string {
  const plain = `${first}.${last}`
    .normalize('NFD')
    .replace(/[^a-zA-Z.]/g, '')
    .toLowerCase();
  return `${plain}${number}@${number % 3 === 0 ? 'example.com' : 'example.org'}`;
}

/** A number nobody has, from one of the patterns. */
export function drawPhone(random: Random, patterns: readonly string[]): string {
  return random.pick(patterns).replace(/#/g, () => String(random.between(0, 9)));
}
