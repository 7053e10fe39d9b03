/**
 * The logger domain code receives: four levels, a fixed short phrase, values as fields.
 *
 * info = a stage changed state · warn = degraded but correct · error = will fail · debug = for development.
 * Fields never hold rows or personal data.
 */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const nothing = (): void => undefined;

/** Swallows everything: for callers that have no log to offer. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
