import { InputError } from '../runtime/errors.ts';

/** Size, time and dirt of a demo shop. Equal options give equal bytes; `days` decides only how many days are written. */
export interface ShopOptions {
  /** Any integer from 0 to 2^32 - 1. */
  readonly seed: number;
  /** Date of day 0 in the business zone, YYYY-MM-DD. */
  readonly firstDate: string;
  /** Days written, 1 or more. */
  readonly days: number;
  /** People who will ever register; about 85 % are known on day 0. */
  readonly users: number;
  /** Items the shop will ever offer; about 92 % are offered on day 0. */
  readonly items: number;
  /** Mean number of clicks, cart additions and order lines together per day. */
  readonly eventsPerDay: number;
  /** Multiplies all planted dirt, 0 to 1; 0 is a clean shop. */
  readonly dirt: number;
}

/** The shop of `npm start`: two weeks, small enough to be written in about a second. */
export const demoShop: ShopOptions = {
  seed: 7,
  firstDate: '2026-10-01',
  days: 14,
  users: 400,
  items: 600,
  eventsPerDay: 1500,
  dirt: 1,
};

/**
 * Returns the options when they are within their ranges.
 *
 * @throws InputError STK-DEMO-OPTIONS naming every option that is not
 */
export function checkOptions(options: ShopOptions): ShopOptions {
  const problems = [
    ...wholeNumber('seed', options.seed, 0, 4_294_967_295),
    ...wholeNumber('days', options.days, 1, 36_500),
    ...wholeNumber('users', options.users, 20, 10_000_000),
    ...wholeNumber('items', options.items, 40, 1_000_000),
    ...wholeNumber('eventsPerDay', options.eventsPerDay, 10, 10_000_000),
    ...(options.dirt >= 0 && options.dirt <= 1 ? [] : [`dirt is ${options.dirt}, expected 0 to 1`]),
    ...(isDate(options.firstDate)
      ? []
      : [`firstDate is "${options.firstDate}", expected a day as YYYY-MM-DD`]),
  ];
  if (problems.length === 0) return options;
  throw new InputError(
    `The demo shop's options are out of range: ${problems.join('; ')}. Correct them and run again.`,
    {
      code: 'STK-DEMO-OPTIONS',
      details: { problems },
    },
  );
}

function wholeNumber(name: string, value: number, low: number, high: number): string[] {
  if (Number.isInteger(value) && value >= low && value <= high) return [];
  return [`${name} is ${value}, expected a whole number from ${low} to ${high}`];
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
