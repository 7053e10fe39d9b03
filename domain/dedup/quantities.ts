/** A number as it stands in a text, with what it measures where a unit tells. */
export interface Quantity {
  /** In the base unit of its dimension (mm, ml, g, mAh …); the bare number where there is none. */
  readonly value: number;
  /** `length`, `volume` …; empty for a bare number. */
  readonly dimension: string;
  /** The number as written, before conversion. */
  readonly raw: number;
}

/** Unit → dimension and factor to its base unit. Source: SI brochure; NIST SP 811 for inch, foot, pound and ounce. */
const units: Readonly<Record<string, readonly [dimension: string, factor: number]>> = {
  mm: ['length', 1],
  cm: ['length', 10],
  m: ['length', 1000],
  in: ['length', 25.4],
  inch: ['length', 25.4],
  zoll: ['length', 25.4],
  '"': ['length', 25.4],
  '″': ['length', 25.4],
  '”': ['length', 25.4],
  ft: ['length', 304.8],
  ml: ['volume', 1],
  cl: ['volume', 10],
  dl: ['volume', 100],
  l: ['volume', 1000],
  liter: ['volume', 1000],
  litre: ['volume', 1000],
  litres: ['volume', 1000],
  liters: ['volume', 1000],
  g: ['mass', 1],
  kg: ['mass', 1000],
  lb: ['mass', 453.592_37],
  lbs: ['mass', 453.592_37],
  oz: ['mass', 28.349_523],
  mah: ['charge', 1],
  ah: ['charge', 1000],
  w: ['power', 1],
  watt: ['power', 1],
  watts: ['power', 1],
  kw: ['power', 1000],
  v: ['voltage', 1],
  volt: ['voltage', 1],
  '°': ['temperature', 1],
  c: ['temperature', 1],
  '°c': ['temperature', 1],
  grad: ['temperature', 1],
  mb: ['data', 1],
  gb: ['data', 1000],
  tb: ['data', 1_000_000],
  hz: ['frequency', 1],
  khz: ['frequency', 1000],
  mhz: ['frequency', 1_000_000],
  ghz: ['frequency', 1_000_000_000],
  mp: ['pixels', 1],
  megapixel: ['pixels', 1],
};

/** Whether a folded word can be a unit after a number. */
export function isUnit(word: string): boolean {
  return Object.hasOwn(units, word);
}

/** The quantity of a number's text (digits with `.` or `,`) and a unit; an unknown or empty unit gives a bare number. */
export function quantityOf(text: string, unit = ''): Quantity {
  const raw = Number(plainNumber(text));
  const [dimension, factor] = (isUnit(unit) ? units[unit] : undefined) ?? ['', 1];
  return { value: raw * factor, dimension, raw };
}

/** Whether two quantities say the same: equal measures of one dimension, or equal numbers where one has no unit. */
export function isSameQuantity(a: Quantity, b: Quantity): boolean {
  if (a.dimension !== '' && b.dimension !== '') {
    return a.dimension === b.dimension && Math.abs(a.value - b.value) <= 1e-6 * Math.abs(a.value);
  }
  return a.raw === b.raw;
}

/** Decimal commas become points; a comma before exactly three digits divides thousands. */
function plainNumber(text: string): string {
  return text.replace(/,(?=\d{3}(?:\D|$))/g, '').replace(',', '.');
}
