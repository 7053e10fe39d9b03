import { isAscii, isUtf8 } from 'node:buffer';
import { type ByteWindow, openWindow } from './byte-window.ts';
import { type CodePageScore, scoreCodePage } from './code-page-score.ts';
import { codePages } from './code-pages.ts';
import { lf } from './csv-scanner.ts';
import { isWideText, markedEncoding, type WideEncoding, wideEncodings } from './wide-text.ts';

/** The encoding a text seems to have, and why. */
export interface EncodingGuess {
  /** WHATWG name, or `utf-32le`, `utf-32be`. */
  readonly encoding: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly because: string;
  /** The next likely code page, where code pages were compared. */
  readonly runnerUp?: string;
}

/** Bytes of lines that are looked at to tell code pages apart. */
const sampleBytes = 1 << 16;
const headBytes = 1 << 16;

/**
 * Guesses the encoding of a text file: byte order mark; pattern of zero bytes (UTF-16, UTF-32); validity as UTF-8 over the
 * whole file; else the code page in which the lines beyond ASCII read best.
 *
 * A file that is UTF-8 but for a minority of its lines is UTF-8: those lines are rejected when it is parsed.
 */
export function guessEncoding(path: string): EncodingGuess {
  const marked = markedEncoding(path);
  if (marked) return { encoding: marked, confidence: 1, because: 'byte order mark' };
  const survey = surveyFile(path);
  const wide = wideEncodingOf(survey.head);
  if (wide) return { encoding: wide, confidence: 0.98, because: 'zero bytes where this encoding has them' };
  const { beyondAscii, notUtf8, sample } = survey;
  if (beyondAscii === 0) return { encoding: 'utf-8', confidence: 1, because: 'plain ASCII' };
  if (notUtf8 === 0) return { encoding: 'utf-8', confidence: 0.99, because: 'valid throughout' };
  if (notUtf8 * 2 < beyondAscii) {
    const confidence = rounded(1 - notUtf8 / beyondAscii);
    const because = `valid in ${beyondAscii - notUtf8} of ${beyondAscii} lines beyond ASCII`;
    return { encoding: 'utf-8', confidence, because };
  }
  return likeliest(codePages.map((page) => scoreCodePage(page, sample)));
}

interface Survey {
  readonly head: Buffer;
  /** Lines that are not ASCII, and those of them that are not UTF-8. */
  readonly beyondAscii: number;
  readonly notUtf8: number;
  /** Lines that are not UTF-8. */
  readonly sample: readonly Buffer[];
}

function surveyFile(path: string): Survey {
  const survey = { beyondAscii: 0, notUtf8: 0, sample: [] as Buffer[] };
  let head: Buffer | undefined;
  let sampled = 0;
  const look = (line: Buffer): void => {
    if (isAscii(line)) return;
    survey.beyondAscii++;
    if (isUtf8(line)) return;
    survey.notUtf8++;
    if (sampled >= sampleBytes) return;
    survey.sample.push(Buffer.from(line.subarray(0, sampleBytes)));
    sampled += line.length;
  };
  const window = openWindow(path);
  try {
    for (;;) {
      const goesOn = window.more();
      head ??= Buffer.from(window.bytes.subarray(0, Math.min(window.end, headBytes)));
      const cut = goesOn ? cutOf(window) : window.end;
      const piece = window.bytes.subarray(window.start, cut);
      if (!isAscii(piece)) eachLine(piece, look);
      window.start = cut;
      if (!goesOn) return { ...survey, head };
    }
  } finally {
    window.close();
  }
}

/** Behind the last line end, or, in a line that fills the window, behind a byte that is no part of a longer character. */
function cutOf({ bytes, start, end }: ByteWindow): number {
  const at = bytes.lastIndexOf(lf, end - 1);
  if (at >= start) return at + 1;
  for (let i = end - 1; i > start; i--) if ((bytes[i] as number) <= 0x20) return i + 1;
  return start;
}

function eachLine(bytes: Buffer, look: (line: Buffer) => void): void {
  for (let start = 0; start < bytes.length; ) {
    const at = bytes.indexOf(lf, start);
    const end = at < 0 ? bytes.length : at + 1;
    look(bytes.subarray(start, end));
    start = end;
  }
}

function wideEncodingOf(head: Buffer): WideEncoding | undefined {
  return head.includes(0) ? wideEncodings.find((encoding) => isWideText(head, encoding)) : undefined;
}

function likeliest(scores: readonly CodePageScore[]): EncodingGuess {
  const ranked = [...scores].sort((a, b) => b.score - a.score);
  const best = ranked[0] as CodePageScore;
  // Code pages in which the lines read the same leave no doubt about the text.
  const next = ranked.find(({ text }) => text !== best.text) ?? best;
  const margin = next === best ? 1 : best.score - next.score;
  // Few characters prove little: the margin counts by their number, up to fifty.
  const certainty = 1 - 0.5 * Math.exp((-margin * Math.min(best.characters, 50)) / 4);
  return {
    encoding: best.encoding,
    confidence: rounded(Math.min(0.99, certainty) * best.validShare),
    because: `its ${best.characters} characters beyond ASCII read best in it (score ${best.score.toFixed(2)}; ${next.encoding} ${next.score.toFixed(2)})`,
    runnerUp: next.encoding,
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
