/** A function of one row's value that mapping expressions may call; it becomes a macro of the engine. */
export interface Normalizer {
  readonly name: string;
  /** Parameters in order; those with a default may be given by name: `clean_number(price, decimals := ',')`. */
  readonly parameters: readonly { readonly name: string; readonly default?: string }[];
  /** Expression over the parameters. */
  readonly sql: string;
  /** What it gives, for people. */
  readonly gives: string;
  /** Statements that lay its table out, asked for only where it is called. Default: it needs none. */
  readonly lay?: () => Promise<readonly string[]>;
}

/** Words by their canonical form: `{ Apple: ['苹果', 'apple inc'] }`; the canonical form is a spelling itself. */
export type Dictionary = Readonly<Record<string, readonly string[]>>;

/** One exchange rate: `amount in from` × `rate` = `amount in to`, from `date` until the next one of the pair. */
export interface Rate {
  /** ISO date. */
  readonly date: string;
  /** ISO 4217 codes. */
  readonly from: string;
  readonly to: string;
  /** Decimal text with at most 8 decimals that count. */
  readonly rate: string;
}

/** What the configuration and its files add to the built-in normalizers. */
export interface NormalizerData {
  /** Brands by canonical name. Default: none, and `brand` knows none. */
  readonly brands?: Dictionary | undefined;
  /** Colours beside the built-in ones; a canonical name of those adds spellings to it. */
  readonly colours?: Dictionary | undefined;
  /** Rates for `money_in`. Default: none, and a source that calls it is refused. */
  readonly rates?: readonly Rate[] | undefined;
}
