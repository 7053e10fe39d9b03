import type { Checkpoint } from './checkpoint.ts';

/**
 * A text's vector by a second implementation, for tests: plain loops in 64-bit floats, straight from the checkpoint.
 *
 * Source: Devlin et al. 2019, written down independently of the ONNX graph.
 */
export function plainVector(checkpoint: Checkpoint, ids: Int32Array): Float64Array {
  const { config, pooling } = checkpoint;
  let rows = embedTokens(checkpoint, ids);
  for (let layer = 0; layer < config.layers; layer++) rows = transformRows(checkpoint, layer, rows);
  const first = rows[0] ?? new Float64Array();
  const pooled = pooling === 'cls' ? first : first.map((_, at) => mean(rows.map((row) => row[at] ?? 0)));
  const norm = Math.sqrt(pooled.reduce((sum, value) => sum + value * value, 0));
  return pooled.map((value) => value / norm);
}

function weightOf({ weights }: Checkpoint, name: string): Float32Array {
  return weights.tensor(weights.has(name) ? name : `bert.${name}`).data;
}

function embedTokens(checkpoint: Checkpoint, ids: Int32Array): Float64Array[] {
  const width = checkpoint.config.hiddenSize;
  const [words, places, types] = ['word', 'position', 'token_type'].map((kind) =>
    weightOf(checkpoint, `embeddings.${kind}_embeddings.weight`),
  );
  return Array.from(ids, (id, place) => {
    const row = Float64Array.from(
      { length: width },
      (_, at) => (words?.[id * width + at] ?? 0) + (places?.[place * width + at] ?? 0) + (types?.[at] ?? 0),
    );
    return normaliseRow(checkpoint, 'embeddings.LayerNorm', row);
  });
}

function transformRows(checkpoint: Checkpoint, layer: number, rows: Float64Array[]): Float64Array[] {
  const at = `encoder.layer.${layer}`;
  const contexts = attendRows(checkpoint, `${at}.attention.self`, rows);
  return rows.map((row, place) => {
    const context = contexts[place] ?? row;
    const attended = linearRow(checkpoint, `${at}.attention.output.dense`, context);
    const middle = normaliseRow(checkpoint, `${at}.attention.output.LayerNorm`, sumOf(attended, row));
    const wide = linearRow(checkpoint, `${at}.intermediate.dense`, middle).map(gelu);
    const narrow = linearRow(checkpoint, `${at}.output.dense`, wide);
    return normaliseRow(checkpoint, `${at}.output.LayerNorm`, sumOf(narrow, middle));
  });
}

function attendRows(checkpoint: Checkpoint, at: string, rows: Float64Array[]): Float64Array[] {
  const { hiddenSize, heads } = checkpoint.config;
  const width = hiddenSize / heads;
  const [queries, keys, values] = ['query', 'key', 'value'].map((name) =>
    rows.map((row) => linearRow(checkpoint, `${at}.${name}`, row)),
  ) as [Float64Array[], Float64Array[], Float64Array[]];
  return queries.map((query) => {
    const context = new Float64Array(hiddenSize);
    for (let start = 0; start < hiddenSize; start += width) {
      const part = (row: Float64Array): Float64Array => row.subarray(start, start + width);
      const scores = keys.map((key) => Math.exp(dot(part(query), part(key)) / Math.sqrt(width)));
      const total = scores.reduce((sum, score) => sum + score, 0);
      for (const [place, value] of values.entries()) {
        for (let index = start; index < start + width; index++) {
          context[index] = (context[index] ?? 0) + ((scores[place] ?? 0) / total) * (value[index] ?? 0);
        }
      }
    }
    return context;
  });
}

function linearRow(checkpoint: Checkpoint, name: string, row: Float64Array): Float64Array {
  const [weight, bias] = [weightOf(checkpoint, `${name}.weight`), weightOf(checkpoint, `${name}.bias`)];
  return Float64Array.from(bias, (shift, out) => {
    let sum = shift;
    for (let at = 0; at < row.length; at++) sum += (weight[out * row.length + at] ?? 0) * (row[at] ?? 0);
    return sum;
  });
}

function normaliseRow(checkpoint: Checkpoint, name: string, row: Float64Array): Float64Array {
  const [scale, shift] = [weightOf(checkpoint, `${name}.weight`), weightOf(checkpoint, `${name}.bias`)];
  const centre = mean([...row]);
  const variance = mean([...row].map((value) => (value - centre) ** 2));
  const deviation = Math.sqrt(variance + checkpoint.config.layerNormEpsilon);
  return row.map((value, at) => ((value - centre) / deviation) * (scale[at] ?? 0) + (shift[at] ?? 0));
}

function gelu(value: number): number {
  return (value / 2) * (1 + erf(value / Math.SQRT2));
}

/** Error function: Maclaurin series up to 3, beyond it the continued fraction of its complement. */
function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (x > 6) return 1;
  if (x > 3) {
    let fraction = 0;
    for (let term = 60; term > 0; term--) fraction = term / 2 / (x + fraction);
    return 1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
  }
  let [sum, power] = [x, x];
  for (let n = 1; n < 80; n++) {
    power *= (-x * x) / n;
    sum += power / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

function sumOf(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, at) => value + (b[at] ?? 0));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
