/** A function of one row's value that mapping expressions may call; it becomes a macro of the engine. */
export interface Normalizer {
  readonly name: string;
  /** Parameters in order; those with a default may be given by name: `clean_number(price, decimals := ',')`. */
  readonly parameters: readonly { readonly name: string; readonly default?: string }[];
  /** Expression over the parameters. */
  readonly sql: string;
  /** What it gives, for people. */
  readonly gives: string;
}
