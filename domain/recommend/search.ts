import { openStream, type Random } from '../math/random.ts';

/** Range of one parameter: uniform, uniform on a log scale, or one of a list. */
export type Range =
  | { readonly kind: 'uniform' | 'log'; readonly low: number; readonly high: number }
  | { readonly kind: 'choice'; readonly values: readonly number[] };

/** Ranges by parameter name. */
export type Space<Name extends string> = Readonly<Record<Name, Range>>;

/** One setting tried, with its figure on the validation part. */
export interface Trial<Name extends string> {
  readonly parameters: Readonly<Record<Name, number>>;
  readonly value: number;
}

/** How long and how often a search may try. */
export interface SearchLimits {
  readonly seed: number;
  /** Most trials. */
  readonly trials: number;
  /** No further trial begins after so many seconds; cuts the number of trials and changes nothing else. */
  readonly budgetSeconds: number;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
}

/** What a search tried, in order; `best` is the first of the best. */
export interface SearchResult<Name extends string> {
  readonly trials: readonly Trial<Name>[];
  readonly best: Trial<Name>;
  readonly seconds: number;
}

/** Trials drawn from the whole space before the search also looks round the best one. */
const wideTrials = 6;

/** Share of a range a parameter moves at most, up or down, round the best trial. */
const reach = 0.2;

/**
 * Random search: the given starts first, then draws from the whole space, later every other one near
 * the best so far. Higher values are better.
 *
 * Deterministic: trial n depends on the seed, the label and the trials before it, never on the clock, so the same number
 * of trials gives the same result. At least the first start is tried, whatever the budget.
 * Source: Bergstra and Bengio 2012.
 */
export function searchParameters<Name extends string>(
  label: string,
  space: Space<Name>,
  starts: readonly Readonly<Record<Name, number>>[],
  evaluate: (parameters: Readonly<Record<Name, number>>) => number,
  limits: SearchLimits,
  onTrial?: (trial: Trial<Name>, number: number) => void,
): SearchResult<Name> {
  const begun = limits.now();
  const spent = (): number => (limits.now() - begun) / 1000;
  const trials: Trial<Name>[] = [];
  let best: Trial<Name> | undefined;
  for (let number = 0; number < Math.max(1, limits.trials); number++) {
    if (best && spent() >= limits.budgetSeconds) break;
    const random = openStream(limits.seed, 'search', label, number);
    const near =
      best && number >= starts.length + wideTrials && number % 2 === 0 ? best.parameters : undefined;
    const parameters: Readonly<Record<Name, number>> = starts[number] ?? drawAll(space, random, near);
    const trial = { parameters, value: evaluate(parameters) };
    trials.push(trial);
    if (!best || trial.value > best.value) best = trial;
    onTrial?.(trial, number + 1);
  }
  return { trials, best: best as Trial<Name>, seconds: spent() };
}

function drawAll<Name extends string>(
  space: Space<Name>,
  random: Random,
  near: Readonly<Record<Name, number>> | undefined,
): Record<Name, number> {
  const names = Object.keys(space) as Name[];
  return Object.fromEntries(names.map((name) => [name, draw(space[name], random, near?.[name])])) as Record<
    Name,
    number
  >;
}

function draw(range: Range, random: Random, near: number | undefined): number {
  if (range.kind === 'choice')
    return near !== undefined && random.chance(0.7) ? near : random.pick(range.values);
  const [low, high] =
    range.kind === 'log' ? [Math.log(range.low), Math.log(range.high)] : [range.low, range.high];
  const middle = near === undefined ? undefined : range.kind === 'log' ? Math.log(near) : near;
  const width = high - low;
  const [from, to] =
    middle === undefined
      ? [low, high]
      : [Math.max(low, middle - reach * width), Math.min(high, middle + reach * width)];
  const value = from + random.float() * (to - from);
  return round(range.kind === 'log' ? Math.exp(value) : value);
}

/** Three significant digits: what is printed is what was used. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}
