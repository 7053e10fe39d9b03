import { encodeSafetensors, readSafetensors } from '../math/safetensors.ts';
import { canonicalJson } from '../runtime/canonical-json.ts';
import { ModelError, messageOf } from '../runtime/errors.ts';
import { contentFrom } from './content.ts';
import { hybridFrom } from './hybrid.ts';
import { labelMatchFrom } from './label-match.ts';
import { neighbourModelFrom } from './neighbour-model.ts';
import { popularityFrom } from './popularity.ts';
import { popularityLiftFrom } from './popularity-lift.ts';
import type { Model, SavedModel } from './recommender.ts';

/** A model as two files. The same model gives the same bytes. */
export interface ModelFiles {
  /** safetensors, F32 */
  readonly tensors: Uint8Array;
  /** JSON: `{format, kind, items, parameters}` */
  readonly document: string;
}

/** Version of the document's shape. */
const format = 1;

const readers: Readonly<Record<string, (saved: SavedModel) => Model>> = {
  popularity: popularityFrom,
  'popularity-lift': popularityLiftFrom,
  neighbours: neighbourModelFrom,
  content: contentFrom,
  'label-match': labelMatchFrom,
  hybrid: (saved) => hybridFrom(saved, modelFrom),
};

/** Writes a model as safetensors and JSON. */
export function encodeModelFiles(model: Model): ModelFiles {
  const { kind, parameters, tensors } = model.toTensors();
  return {
    tensors: encodeSafetensors(tensors),
    document: `${JSON.stringify(inKeyOrder({ format, kind, items: model.items, parameters }), null, 2)}\n`,
  };
}

/**
 * Makes a model of its two files; it scores bit for bit as the one written.
 *
 * @throws ModelError STK-MODEL-DOCUMENT when the JSON is damaged or of another format, STK-MODEL-KIND for an unknown
 * kind, STK-MODEL-ITEMS when tensors and document do not belong together, and those of `readSafetensors`
 */
export function readModelFiles({ tensors, document }: ModelFiles, label: string): Model {
  const { kind, items, parameters } = readDocument(document, label);
  const opened = readSafetensors(tensors, label);
  const model = modelFrom({
    kind,
    parameters,
    tensors: Object.fromEntries(opened.names.map((name) => [name, opened.tensor(name)])),
  });
  if (model.items !== items) {
    throw new ModelError(
      `${label}: the tensors are of ${model.items} items, the document says ${items}; take both files from one version`,
      { code: 'STK-MODEL-ITEMS', details: { label, found: model.items, expected: items } },
    );
  }
  return model;
}

/** Makes a model of tensors and parameters. @throws ModelError STK-MODEL-KIND */
export function modelFrom(saved: SavedModel): Model {
  const read = readers[saved.kind];
  if (!read) {
    throw new ModelError(
      `There is no model of kind '${saved.kind}'; known are ${Object.keys(readers).join(', ')}`,
      { code: 'STK-MODEL-KIND', details: { kind: saved.kind } },
    );
  }
  return read(saved);
}

/** A recipe read back has its keys in order: a model taught by it must be the same file. */
function inKeyOrder(value: unknown): unknown {
  return JSON.parse(canonicalJson(value));
}

interface ModelDocument {
  readonly format: number;
  readonly kind: string;
  readonly items: number;
  readonly parameters: SavedModel['parameters'];
}

function readDocument(text: string, label: string): ModelDocument {
  let value: Partial<ModelDocument> | null;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(label, `it is no JSON (${messageOf(cause)})`, cause);
  }
  if (value?.format !== format)
    throw unreadable(label, `its format is ${String(value?.format)}, not ${format}`);
  if (
    typeof value.kind !== 'string' ||
    typeof value.items !== 'number' ||
    typeof value.parameters !== 'object'
  ) {
    throw unreadable(label, 'kind, items or parameters are missing');
  }
  return value as ModelDocument;
}

function unreadable(label: string, why: string, cause?: unknown): ModelError {
  return new ModelError(
    `The model document of ${label} cannot be used: ${why}; retrain, or take another version`,
    {
      code: 'STK-MODEL-DOCUMENT',
      details: { label },
      cause,
    },
  );
}
