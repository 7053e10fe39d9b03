import type { Random } from '../math/random.ts';
import { lineName, type Product } from './items.ts';
import { foldedLetters, otherSpellings } from './supplier-words.ts';

/** A product's name as the second supplier writes it, and what its brand column says. */
export interface SupplierSpelling {
  readonly name: string;
  /** Empty in some feeds, but only where the name tells the brand. */
  readonly brand: string;
}

const romanNumbers = ['', 'I', 'II', 'III', 'IV', 'V'];

/**
 * Spells a product anew: another word order, abbreviations, units, German words, folded letters, a typo, upper case,
 * the brand left out. Size, colour, audience and generation stay readable, so the right match stays findable.
 */
export function spellProduct(product: Product, random: Random): SupplierSpelling {
  const parts = {
    brand: product.brand,
    line: respellGeneration(product, random),
    noun: respell(product.noun, random, 0.5),
    audience: respell(product.audience, random, 0.6),
    color: respell(product.color, random, 0.5),
    size: respellSize(product.size, random),
  };
  if (random.chance(0.2)) parts.noun = mistype(parts.noun, random);
  else if (random.chance(0.1)) parts.line = mistype(parts.line, random);
  const hasBrand = random.chance(0.6);
  if (!hasBrand) parts.brand = '';
  const isFolded = random.chance(0.4);
  const name = changeCase(orderParts(parts, random).join(' '), random);
  const brand = hasBrand && random.chance(0.25) ? '' : changeCase(product.brand, random);
  return { name: isFolded ? fold(name) : name, brand: isFolded ? fold(brand) : brand };
}

type Parts = Readonly<Record<'brand' | 'line' | 'noun' | 'audience' | 'color' | 'size', string>>;

function orderParts(parts: Parts, random: Random): string[] {
  const { brand, line, noun, audience, color, size } = parts;
  const orders = [
    [brand, line, noun, audience, color, size],
    [noun, brand, line, audience, size, color],
    [line, noun, color, audience, size, brand],
    [noun, line, audience, color, size, brand],
    [brand, noun, line, size, color, audience],
  ];
  return random.pick(orders).filter((word) => word !== '');
}

function respell(word: string, random: Random, share: number): string {
  const others = otherSpellings[word];
  return others && random.chance(share) ? random.pick(others) : word;
}

function respellGeneration(product: Product, random: Random): string {
  const { line, generation } = product;
  const roman = romanNumbers[generation];
  if (generation < 2) return line;
  if (random.chance(0.3) && roman) return `${line} ${roman}`;
  return random.chance(0.3) ? `${line} Gen${generation}` : lineName(product);
}

/** Writes a size in other units or with another name: 24 cm = 240 mm, 10000 mAh = 10 Ah, 42 = EU 42. */
export function respellSize(size: string, random: Random): string {
  const [number = '', unit = ''] = size.split(' ');
  const value = Number(number);
  if (size === '' || random.chance(0.25)) return size;
  if (unit === 'cm') return random.pick([`${value * 10} mm`, `${number}cm`]);
  if (unit === 'mAh') return random.pick([`${value / 1000} Ah`, `${number}mAh`]);
  if (unit === 'W') return random.pick([`${number}W`, `${number} Watt`]);
  if (unit === '°C') return random.pick([`${number}°C`, `${number} Grad`]);
  if (unit === 'L' && value < 3) return random.pick([`${value * 1000} ml`, `${number.replace('.', ',')} l`]);
  if (unit === 'L') return random.pick([`${number}l`, `${number} Liter`]);
  if (/^\dP$/.test(size)) return random.pick([`${size[0]} Pers.`, `${size[0]}-person`]);
  if (/^\d\d$/.test(size)) return random.pick([`EU ${size}`, `Gr. ${size}`]);
  if (/^\d+x\d+$/.test(size)) return random.pick([`${size.replace('x', ' x ')} cm`, size.replace('x', '/')]);
  return random.pick([`Gr. ${size}`, `Size ${size}`]);
}

/** Swaps two neighbouring letters inside a word of at least five letters. */
function mistype(text: string, random: Random): string {
  const places = [...text.matchAll(/(?<=\p{L}\p{L})\p{Ll}(?=\p{Ll}\p{L})/gu)].map((match) => match.index);
  if (places.length === 0) return text;
  const place = random.pick(places);
  return `${text.slice(0, place)}${text[place + 1]}${text[place]}${text.slice(place + 2)}`;
}

function changeCase(text: string, random: Random): string {
  if (random.chance(0.25)) return text.toUpperCase();
  return random.chance(0.1) ? text.toLowerCase() : text;
}

function fold(text: string): string {
  return text.replace(/[äöüÄÖÜßéèø]/g, (letter) => foldedLetters[letter] ?? letter);
}
