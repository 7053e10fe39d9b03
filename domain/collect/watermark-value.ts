import { secondsOf } from '../../schemas/source-remote.ts';
import { SourceError } from '../runtime/errors.ts';

/** A watermark as a number that can be compared: of a time since 1970 in UTC, or of a counter. */
export interface WatermarkValue {
  readonly kind: 'time' | 'counter';
  /** In billionths of a second, or of one. */
  readonly billionths: bigint;
}

const billion = 1_000_000_000n;
const number = /^(-?)(\d{1,38})(?:\.(\d{1,9})0*)?$/;
const time =
  /^(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** Reads a number, or a time in ISO 8601 (without a zone: UTC); undefined for anything else. */
export function watermarkValue(text: string): WatermarkValue | undefined {
  const [counted, sign, whole = '', fraction = ''] = number.exec(text) ?? [];
  if (counted !== undefined) {
    const size = BigInt(whole) * billion + BigInt(fraction.padEnd(9, '0'));
    return { kind: 'counter', billionths: sign ? -size : size };
  }
  const [timed, date = '', , clock = '00:00', seconds = '00', part = '', zone = 'Z'] = time.exec(text) ?? [];
  if (timed === undefined) return undefined;
  const at = Date.parse(`${date}T${clock}:${seconds}${zoneText(zone)}`);
  if (Number.isNaN(at)) return undefined;
  return { kind: 'time', billionths: BigInt(at) * 1_000_000n + BigInt(part.padEnd(9, '0')) };
}

/**
 * Where reading begins: above the newest value had, less the overlap.
 *
 * @returns the bound, and how it is said to the server: in the words of the watermark where nothing is taken off, else as a number or as
 *   a time written alike (a date, without a zone, or in UTC)
 * @throws SourceError STK-SOURCE-COLUMNS where the overlap does not fit
 */
export function boundBelow(
  field: string,
  since: string,
  overlap: string | number | undefined,
): { readonly above: WatermarkValue; readonly text: string } {
  const had = watermarkValue(since);
  if (!had) throw noWatermark(field, `the newest value had is ${JSON.stringify(since)}`);
  if (overlap === undefined || overlap === 0) return { above: had, text: since };
  const seconds = typeof overlap === 'string' ? secondsOf(overlap) : undefined;
  const off = had.kind === 'time' ? seconds : typeof overlap === 'number' ? overlap : undefined;
  if (off === undefined) throw overlapMisfit(field, overlap, had.kind);
  const above = { ...had, billionths: had.billionths - BigInt(off) * billion };
  return {
    above,
    text: had.kind === 'time' ? timeText(above.billionths, since) : numberText(above.billionths),
  };
}

/** The error of an overlap that is no span of time for a time, or no number for a counter. */
export function overlapMisfit(
  field: string,
  overlap: string | number | undefined,
  kind: WatermarkValue['kind'],
): SourceError {
  const expected = kind === 'time' ? "a span of time such as '2 days'" : 'a number';
  return new SourceError(
    `the overlap ${JSON.stringify(overlap)} does not fit the watermark column ${field}; give ${expected}`,
    { code: 'STK-SOURCE-COLUMNS' },
  );
}

/** The error of a watermark that does not grow in a way that can be compared. */
export function noWatermark(field: string, received = ''): SourceError {
  return new SourceError(
    `the watermark column ${field} is neither a time nor a number${received && ` (${received})`}; choose one that grows with every new row, or mode: 'full'`,
    { code: 'STK-SOURCE-COLUMNS' },
  );
}

function zoneText(zone: string): string {
  const [, sign, hours, minutes = '00'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return sign ? `${sign}${hours}:${minutes}` : 'Z';
}

function timeText(billionths: bigint, like: string): string {
  const seconds = floorDivide(billionths, billion);
  const iso = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  if (like.length === 10) return iso.slice(0, 10);
  const fraction = String(billionths - seconds * billion)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const zoned = time.exec(like)?.[6] !== undefined;
  return `${like[10] === ' ' ? iso.replace('T', ' ') : iso}${fraction && `.${fraction}`}${zoned ? 'Z' : ''}`;
}

function numberText(billionths: bigint): string {
  const whole = floorDivide(billionths, billion);
  const part = String(billionths - whole * billion)
    .padStart(9, '0')
    .replace(/0+$/, '');
  if (whole >= 0n || !part) return `${whole}${part && `.${part}`}`;
  return `-${numberText(-billionths)}`;
}

function floorDivide(size: bigint, by: bigint): bigint {
  return size / by - (size % by < 0n ? 1n : 0n);
}
