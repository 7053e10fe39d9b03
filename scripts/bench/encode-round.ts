import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { inputName } from '../../domain/embed/bert-graph.ts';
import { openEncoder } from '../../domain/embed/encoder.ts';
import { findEncoder } from '../../domain/embed/encoder-cache.ts';
import type { CheckedEncoder } from '../../domain/embed/encoder-files.ts';
import { openTokenizer } from '../../domain/embed/tokenizer.ts';
import { cacheDirOf } from '../../domain/setup/cache-dir.ts';
import { productTexts } from './product-texts.ts';

/** What one contender did in one round. */
export interface EncodeRound {
  /** Real tokens: without padding, `[CLS]` and `[SEP]` included. */
  readonly tokens: number;
  /** Wall time of tokenising and encoding; starting the session is left out on both sides. */
  readonly seconds: number;
  readonly processorSeconds: number;
  /** Tokens computed, padding included, over real ones. */
  readonly padding: number;
  readonly from: string;
}

/** Texts of a slice: what common pipelines take at once. */
const slice = 32;
/** Of a peer's slices every so many is computed, the middle one of each run: no slice depends on another. */
const everySlice = 4;

/** Child process of the encoder benchmark: one contender, one round, one JSON document on stdout. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { contender: { type: 'string' }, data: { type: 'string' }, texts: { type: 'string' } },
  });
  const files = await findEncoder(cacheDirOf(process.env, process.platform, homedir()));
  const { from, texts } = await productTexts(values.data ?? '', Number(values.texts));
  const round =
    values.contender === 'own'
      ? await ownRound(files, texts)
      : await peerRound(files, texts, values.contender === 'sorted');
  process.stdout.write(JSON.stringify({ ...round, from }));
}

/** The encoder as the embed stage uses it: two session threads, one list of texts. */
async function ownRound(files: CheckedEncoder, texts: readonly string[]): Promise<Omit<EncodeRound, 'from'>> {
  const encoder = openEncoder(files);
  try {
    await encoder.encode(['to warm up', 'on both threads']);
    let tokens = 0;
    const cost = await timed(() =>
      encoder.encode(texts, (progress) => {
        tokens = progress.tokens;
      }),
    );
    return { tokens, padding: 1, ...cost };
  } finally {
    await encoder.close();
  }
}

/**
 * The same model in one session of two threads, slices of 32 padded to their longest text. The graph takes no mask, so that
 * vectors of padded texts are not right; one mask added to the scores of attention is all the work that is missing.
 */
async function peerRound(
  files: CheckedEncoder,
  texts: readonly string[],
  isSorted: boolean,
): Promise<Omit<EncodeRound, 'from'>> {
  const tokenizer = openTokenizer(files.tokenizer, files.record.maxTokens);
  const session = await InferenceSession.create(files.modelPath, {
    intraOpNumThreads: 2,
    logSeverityLevel: 3,
  });
  await session.run({ [inputName]: new Tensor('int32', new Int32Array(16).fill(1), [2, 8]) });
  const lengths = texts.map((text) => tokenizer.encode(text).length);
  const order = texts.map((_, index) => index);
  if (isSorted) order.sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b);
  const [real, computed] = [{ tokens: 0 }, { tokens: 0 }];
  const cost = await timed(async () => {
    for (let at = 0; at < order.length; at += slice) {
      if ((at / slice) % everySlice !== everySlice / 2) continue;
      const ids = order.slice(at, at + slice).map((index) => tokenizer.encode(texts[index] ?? ''));
      const longest = Math.max(...ids.map(({ length }) => length));
      const padded = new Int32Array(ids.length * longest);
      for (const [row, own] of ids.entries()) padded.set(own, row * longest);
      await session.run({ [inputName]: new Tensor('int32', padded, [ids.length, longest]) });
      real.tokens += ids.reduce((sum, { length }) => sum + length, 0);
      computed.tokens += padded.length;
    }
  });
  return { tokens: real.tokens, padding: computed.tokens / real.tokens, ...cost };
}

async function timed(
  work: () => Promise<unknown>,
): Promise<Pick<EncodeRound, 'seconds' | 'processorSeconds'>> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - started) / 1000, processorSeconds: (user + system) / 1e6 };
}

await main();
