import { encodeSafetensors, type FloatTensor, readSafetensors } from '../math/safetensors.ts';
import { ModelError } from '../runtime/errors.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { boostedTrees, logisticMatcher, type PairModelFamily } from './matcher-models.ts';
import type { PairColumns } from './pair-columns.ts';

/** What can be read of a matcher; its models lie in a safetensors document beside it. */
export interface MatcherDocument {
  readonly kind: 'pair-matcher';
  readonly version: 1;
  readonly family: string;
  readonly threshold: number;
  readonly columns: PairColumns;
  readonly features: readonly string[];
  readonly models: number;
}

/** A matcher in two parts: a JSON document and a safetensors document. */
export interface MatcherParts {
  readonly document: MatcherDocument;
  readonly tensors: Uint8Array;
}

const families: readonly PairModelFamily[] = [boostedTrees, logisticMatcher];

/** Writes a matcher; read back it gives every pair the same score. The same matcher gives the same bytes. */
export function encodeMatcher({ family, threshold, columns, names, models }: Matcher): MatcherParts {
  const tensors: Record<string, FloatTensor> = {};
  for (const [at, model] of models.entries()) {
    for (const [name, tensor] of Object.entries(model.toTensors())) tensors[`${at}.${name}`] = tensor;
  }
  return {
    document: {
      kind: 'pair-matcher',
      version: 1,
      family,
      threshold,
      columns,
      features: names,
      models: models.length,
    },
    tensors: encodeSafetensors(tensors, { kind: 'pair-matcher', family }),
  };
}

/**
 * Reads a matcher back.
 *
 * @param label names it in messages, for example its path
 * @throws ModelError STK-MATCH-MODEL when the document is of another kind, version or family; those of `readSafetensors`
 */
export function decodeMatcher({ document, tensors }: MatcherParts, label: string): Matcher {
  const family = families.find(({ name }) => name === document.family);
  if (document.kind !== 'pair-matcher' || document.version !== 1 || !family) {
    throw new ModelError(
      `${label} is a ${document.kind} ${document.version} of ${document.family}; a pair-matcher 1 of ${families.map(({ name }) => name).join(' or ')} is expected; train it again`,
      { code: 'STK-MATCH-MODEL' },
    );
  }
  const file = readSafetensors(tensors, label);
  const models = Array.from({ length: document.models }, (_, at) => {
    const own = file.names.filter((name) => name.startsWith(`${at}.`));
    return family.fromTensors(
      Object.fromEntries(own.map((name) => [name.slice(`${at}.`.length), file.tensor(name)])),
    );
  });
  const { threshold, columns, features: names } = document;
  return createMatcher({ family: family.name, threshold, columns, names, models });
}
