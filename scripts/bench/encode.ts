import { homedir, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findEncoder } from '../../domain/embed/encoder-cache.ts';
import { ModelError } from '../../domain/runtime/errors.ts';
import { cacheDirOf } from '../../domain/setup/cache-dir.ts';
import type { EncodeRound } from './encode-round.ts';
import { type Measured, measure } from './measure.ts';

/** One contender's median round. */
export interface EncodeFigures {
  readonly contender: Contender;
  readonly tokensPerSecond: number;
  readonly tokensPerProcessorSecond: number;
  readonly padding: number;
  /** Wall time of the whole child process, model loading included, and its memory. */
  readonly whole: Measured;
  readonly tokens: number;
}

/** What the encoder benchmark found; `why` says why there is nothing. */
export type EncodeResult =
  | {
      readonly from: string;
      readonly texts: number;
      /** Load average of the last minute before the first round. */
      readonly load: number;
      readonly figures: Readonly<Record<Contender, EncodeFigures>>;
    }
  | { readonly why: string };

type Contender = 'own' | 'input-order' | 'sorted';

const contenders: readonly Contender[] = ['own', 'input-order', 'sorted'];
const [rounds, texts] = [3, 512];

/**
 * Real tokens a second of the project's encoder and of plain ONNX Runtime on the same model, in turns, each in a process of
 * its own; of three rounds the median.
 */
export async function benchEncoder(root: string): Promise<EncodeResult> {
  const why = await whyNoEncoder();
  if (why !== '') return { why };
  const load = loadavg()[0] ?? 0;
  const taken = new Map<Contender, { round: EncodeRound; whole: Measured }[]>();
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      taken.set(contender, [...(taken.get(contender) ?? []), await oneRound(root, contender)]);
    }
  }
  const figures = Object.fromEntries(
    contenders.map((contender) => [contender, medianOf(contender, taken.get(contender) ?? [])]),
  ) as Record<Contender, EncodeFigures>;
  return { from: taken.get('own')?.[0]?.round.from ?? '', texts, load, figures };
}

async function oneRound(
  root: string,
  contender: Contender,
): Promise<{ round: EncodeRound; whole: Measured }> {
  const script = fileURLToPath(new URL('./encode-round.ts', import.meta.url));
  const data = join(root, '..', 'shared', 'data');
  const args = [script, '--contender', contender, '--data', data, '--texts', String(texts)];
  const whole = await measure(process.execPath, args, { cwd: root });
  if (whole.code !== 0)
    throw new Error(`${contender} ended with ${whole.code}: ${whole.stderr.slice(-2000)}`);
  return { round: JSON.parse(whole.stdout) as EncodeRound, whole };
}

function medianOf(
  contender: Contender,
  taken: readonly { round: EncodeRound; whole: Measured }[],
): EncodeFigures {
  const bySpeed = [...taken].sort((a, b) => a.round.seconds - b.round.seconds);
  const median = bySpeed[Math.floor(bySpeed.length / 2)];
  if (!median) throw new Error(`${contender} was not measured`);
  const { tokens, seconds, processorSeconds, padding } = median.round;
  return {
    contender,
    tokensPerSecond: tokens / seconds,
    tokensPerProcessorSecond: tokens / processorSeconds,
    padding,
    whole: median.whole,
    tokens,
  };
}

async function whyNoEncoder(): Promise<string> {
  try {
    await findEncoder(cacheDirOf(process.env, process.platform, homedir()));
    return '';
  } catch (error) {
    if (error instanceof ModelError) return error.message;
    throw error;
  }
}
