import pc from 'picocolors';
import type { CandidatePairs } from '../domain/match/candidates.ts';
import { type ClusterMetrics, clusterMetrics, pairsTogether } from '../domain/match/cluster-metrics.ts';
import { resolveTitles } from '../domain/match/title-resolve.ts';
import { hashFile } from '../domain/runtime/hashing.ts';
import {
  type ClusteredTable,
  type HeaderChoice,
  numbered,
  readClusteredTable,
} from './evaluate-dedup-table.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput, type Output, table } from './output.ts';

export type { HeaderChoice } from './evaluate-dedup-table.ts';

/** Flags of `stocktake evaluate dedup`. */
export interface EvaluateDedupOptions {
  readonly file: string;
  readonly cluster: string;
  readonly text?: string;
  readonly header: HeaderChoice;
}

interface ModelFigures {
  readonly name: 'resolved' | 'exact text';
  readonly metrics: ClusterMetrics;
  readonly seconds: number;
}

/** `stocktake evaluate dedup`: the records of a table that are one thing, measured against known clusters. */
export async function evaluateDedup(options: EvaluateDedupOptions, globals: GlobalOptions): Promise<number> {
  const started = performance.now();
  const out = createOutput(globals.quiet ?? false);
  const read = await readClusteredTable(options);
  if (read.unlabelled > 0)
    out.note(`${options.file}: ${read.unlabelled} rows without a cluster are left out`);
  out.note(`comparing column ${read.columns.join(', ')} of ${read.texts.length} records`);
  const readSeconds = secondsSince(started);
  const { models, blocking, seeds } = measure(read, out);
  const data = {
    file: options.file,
    sha256: (await hashFile(options.file)).sha256,
    header: read.header,
    text: read.columns,
    cluster: options.cluster,
    records: read.texts.length,
    clusters: new Set(read.clusters).size,
    truePairs: pairsTogether(read.clusters),
    unlabelled: read.unlabelled,
  };
  print(
    {
      task: 'dedup',
      protocol:
        'whole table, no labels: weights are learned from the table’s own records, the cluster column only measures; one fixed configuration',
      data,
      seed: 0,
      seconds: secondsSince(started),
      readSeconds,
      blocking,
      learnedFromPairs: seeds,
      models,
      peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    },
    globals,
    out,
  );
  return 0;
}

function measure({ texts, clusters }: ClusteredTable, out: Output) {
  let from = performance.now();
  const resolution = resolveTitles(texts, (step) => out.note(step));
  const seconds = secondsSince(from);
  const resolved = {
    name: 'resolved',
    metrics: clusterMetrics(resolution.clusters, clusters),
    seconds,
  } as const;
  from = performance.now();
  const same = numbered(texts.map((columns) => columns.join('\u0000')));
  const exact = {
    name: 'exact text',
    metrics: clusterMetrics(same, clusters),
    seconds: secondsSince(from),
  } as const;
  return {
    models: [resolved, exact] as readonly ModelFigures[],
    blocking: blockingFigures(resolution.pairs, clusters),
    seeds: resolution.seeds,
  };
}

function blockingFigures({ left, right }: CandidatePairs, clusters: Int32Array) {
  let found = 0;
  for (let place = 0; place < left.length; place++) {
    if (clusters[left[place] as number] === clusters[right[place] as number]) found++;
  }
  const [all, possible] = [pairsTogether(clusters), (clusters.length * (clusters.length - 1)) / 2];
  return {
    candidates: left.length,
    pairCompleteness: all > 0 ? found / all : 1,
    reductionRatio: possible > 0 ? 1 - left.length / possible : 0,
  };
}

interface DedupDocument {
  readonly task: 'dedup';
  readonly protocol: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly seconds: number;
  readonly readSeconds: number;
  readonly blocking: ReturnType<typeof blockingFigures>;
  readonly learnedFromPairs: number;
  readonly models: readonly ModelFigures[];
  readonly peakMemoryMb: number;
}

function print(document: DedupDocument, globals: GlobalOptions, out: Output): void {
  if (globals.json) {
    out.json(document);
    return;
  }
  const { data, blocking } = document;
  out.data(pc.bold(`dedup: ${document.protocol}`));
  out.data(
    `records ${data.records} · clusters ${data.clusters} · true pairs ${data.truePairs} · text ${String(data.text)}`,
  );
  out.data(
    `blocking: ${blocking.candidates} candidate pairs, pair completeness ${blocking.pairCompleteness.toFixed(4)}, reduction ratio ${blocking.reductionRatio.toFixed(5)}`,
  );
  out.data('');
  const figure = (title: string, name: keyof ClusterMetrics) => ({
    title,
    value: ({ metrics }: ModelFigures) => metrics[name].toFixed(4),
    align: 'right' as const,
  });
  out.data(
    table(document.models, [
      { title: 'model', value: ({ name }) => name },
      figure('pair precision', 'pairPrecision'),
      figure('pair recall', 'pairRecall'),
      figure('pair F1', 'pairF1'),
      figure('B³ precision', 'b3Precision'),
      figure('B³ recall', 'b3Recall'),
      figure('B³ F1', 'b3F1'),
      { title: 'seconds', value: ({ seconds }) => seconds.toFixed(1), align: 'right' },
    ]),
  );
  out.data('');
  out.data(`${document.seconds.toFixed(1)} s in all, peak memory ${document.peakMemoryMb} MB`);
}

function secondsSince(start: number): number {
  return Number(((performance.now() - start) / 1000).toFixed(3));
}
