import { Tokenizer } from '@huggingface/tokenizers';
import { ModelError, messageOf } from '../runtime/errors.ts';

/** Turns texts into token ids. */
export interface TextTokenizer {
  /**
   * Ids of a text, `[CLS]` first and `[SEP]` last, at most `maxTokens` of them; a longer text loses its end, a blank one
   * has the two alone.
   */
  encode(text: string): Int32Array;
}

/**
 * Most UTF-16 units of a text that are looked at for each token of the limit; a longer text is cut before it is split,
 * so that a megabyte in one cell costs no more than a page.
 */
const unitsPerToken = 256;

/**
 * Opens a `tokenizer.json`. Its own truncation and padding are left out: they belong to how the model was trained.
 *
 * @param maxTokens longest result, `[CLS]` and `[SEP]` included
 * @throws ModelError STK-ENCODER-TOKENIZER when the document is no tokenizer, or knows no `[CLS]` and `[SEP]`
 */
export function openTokenizer(bytes: Uint8Array, maxTokens: number): TextTokenizer {
  const tokenizer = parse(bytes);
  const blank = tokenizer.encode('').ids;
  const [first, last] = blank;
  if (blank.length !== 2 || first === undefined || last === undefined) {
    throw damaged(`an empty text gives ${blank.length} tokens, expected are [CLS] and [SEP]`);
  }
  return {
    encode(text) {
      const { ids } = tokenizer.encode(text.slice(0, maxTokens * unitsPerToken));
      if (ids.length <= maxTokens) return Int32Array.from(ids);
      const cut = Int32Array.from(ids.slice(0, maxTokens));
      cut[maxTokens - 1] = last;
      return cut;
    },
  };
}

function parse(bytes: Uint8Array): Tokenizer {
  try {
    const document = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const { truncation: _, padding: __, ...rest } = document;
    return new Tokenizer(rest, {});
  } catch (cause) {
    throw damaged(messageOf(cause), cause);
  }
}

function damaged(why: string, cause?: unknown): ModelError {
  return new ModelError(
    `The tokenizer cannot be used: ${why}. A checkpoint's own tokenizer.json is needed; 'stocktake setup' fetches it`,
    { code: 'STK-ENCODER-TOKENIZER', cause },
  );
}
