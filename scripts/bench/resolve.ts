import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { clusterMetrics, pairsTogether } from '../../domain/match/cluster-metrics.ts';
import { resolveTitles } from '../../domain/match/title-resolve.ts';
import { columnNames, generateRecords, type RecordKind } from './resolve-records.ts';

/**
 * Resolves a generated table of short records and prints how long each step took, pairs a second, memory and how well the known
 * clusters were found. `--out` writes the table as CSV for other tools instead.
 */
function main(): void {
  const { values } = parseArgs({
    options: {
      records: { type: 'string', default: '100000' },
      limit: { type: 'string' },
      kind: { type: 'string', default: 'people' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
    },
  });
  const kind: RecordKind = values.kind === 'products' ? 'products' : 'people';
  const count = Math.min(Number(values.records), Number(values.limit ?? values.records));
  const texts: (readonly string[])[] = [];
  const truth = new Int32Array(count);
  for (const { columns, thing } of generateRecords(kind, count, Number(values.seed))) {
    truth[texts.length] = thing;
    texts.push(columns);
  }
  if (values.out !== undefined) {
    writeTable(values.out, kind, texts, truth);
    return;
  }
  measure(kind, texts, truth);
}

function measure(kind: RecordKind, texts: readonly (readonly string[])[], truth: Int32Array): void {
  console.log(
    `${texts.length} records of ${kind}, load ${loadavg()[0]?.toFixed(2)}, memory before ${memoryMb()} MB`,
  );
  const started = performance.now();
  let [step, from] = ['', started];
  const tell = (next: string): void => {
    const now = performance.now();
    if (step !== '') console.log(`  ${step.padEnd(26)} ${((now - from) / 1000).toFixed(1)} s`);
    [step, from] = [next, now];
  };
  const { clusters, pairs, accepted } = resolveTitles(texts, tell);
  tell('');
  const seconds = (performance.now() - started) / 1000;
  let found = 0;
  for (let place = 0; place < pairs.left.length; place++) {
    if (truth[pairs.left[place] as number] === truth[pairs.right[place] as number]) found++;
  }
  const metrics = clusterMetrics(clusters, truth);
  console.log(
    `${seconds.toFixed(1)} s, ${pairs.left.length} candidate pairs (${Math.round(pairs.left.length / seconds)} a second), ${accepted} accepted`,
  );
  console.log(
    `pair completeness ${(found / pairsTogether(truth)).toFixed(4)}, pair F1 ${metrics.pairF1.toFixed(4)} (precision ${metrics.pairPrecision.toFixed(4)}, recall ${metrics.pairRecall.toFixed(4)}), B³ ${metrics.b3F1.toFixed(4)}`,
  );
  console.log(`peak memory ${memoryMb()} MB`);
}

function writeTable(
  path: string,
  kind: RecordKind,
  texts: readonly (readonly string[])[],
  truth: Int32Array,
): void {
  const lines = texts.map((columns, row) =>
    [row, ...columns.map((text) => `"${text.replaceAll('"', '""')}"`), truth[row]].join(','),
  );
  writeFileSync(path, `${['unique_id', ...columnNames[kind], 'cluster'].join(',')}\n${lines.join('\n')}\n`);
  console.log(`${texts.length} records in ${path}`);
}

function memoryMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

main();
