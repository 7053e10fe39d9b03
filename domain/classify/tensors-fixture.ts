import { encodeSafetensors, readSafetensors } from '../math/safetensors.ts';
import type { ModelTensors } from './classifier.ts';

/** A model's tensors as they come back from a file's bytes. */
export function decodeTensors({ tensors, metadata }: ModelTensors): ModelTensors {
  const document = readSafetensors(encodeSafetensors(tensors, metadata), 'the fixture');
  return {
    metadata: document.metadata,
    tensors: Object.fromEntries(document.names.map((name) => [name, document.tensor(name)])),
  };
}
