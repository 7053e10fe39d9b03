/** Flags every command understands. */
export interface GlobalOptions {
  readonly config?: string;
  readonly store?: string;
  readonly input?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly yes?: boolean;
}
