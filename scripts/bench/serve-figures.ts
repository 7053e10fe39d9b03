import type { LoopDelay } from './loop-delay.ts';
import type { Shot } from './serve-load.ts';

/** Quantiles of a list of milliseconds. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What a run tells; latencies in milliseconds. */
export interface Figures {
  readonly items: number;
  readonly users: number;
  readonly rate: number;
  readonly seconds: number;
  readonly requests: number;
  readonly failed: number;
  /** Versions that answered. */
  readonly models: readonly string[];
  /** Answer minus due: what a caller waits. */
  readonly due: Quantiles;
  /** Answer minus sent: the server's part. */
  readonly sent: Quantiles;
  /** Sent minus due: the generator's own lateness. */
  readonly late: Quantiles;
  /** p99 from due of each second: shows whether slow answers are spread out or belong to a switch. */
  readonly p99BySecond: readonly number[];
  /** Processor time per request in microseconds, all threads, the switches included. */
  readonly serverUs: number;
  readonly generatorUs: number;
  /** The server's event loop. */
  readonly loop: LoopDelay;
  readonly processors: number;
  /** Of the machine over the minute before the load. */
  readonly loadAverage: number;
  /** Processors that neither the server nor the benchmark kept busy during the load, but somebody else. */
  readonly othersCpus: number;
}

/** The figures that the requests alone tell. */
export function summary(shots: readonly Shot[]) {
  return {
    requests: shots.length,
    failed: shots.filter(({ status }) => status !== 200).length,
    models: [...new Set(shots.map(({ model }) => model))].sort(),
    due: quantiles(shots.map(({ dueMs }) => dueMs)),
    sent: quantiles(shots.map(({ sentMs }) => sentMs)),
    late: quantiles(shots.map(({ dueMs, sentMs }) => dueMs - sentMs)),
    p99BySecond: [...Map.groupBy(shots, ({ second }) => second)]
      .sort(([a], [b]) => a - b)
      .map(([, list]) => quantiles(list.map(({ dueMs }) => dueMs)).p99),
  };
}

/** The figures as text. */
export function printed(figures: Figures): string {
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  const row = (name: string, { p50, p99, p999, max }: Quantiles): string =>
    `${name} p50 ${ms(p50)}  p99 ${ms(p99)}  p99.9 ${ms(p999)}  max ${ms(max)}`;
  return [
    `${figures.requests} requests at ${figures.rate}/s on ${figures.items} items, models ${figures.models.join(' and ')}, ${figures.failed} failed`,
    row('from due:        ', figures.due),
    row('from sent:       ', figures.sent),
    row('generator late by', figures.late),
    `p99 by second: ${figures.p99BySecond.map((value) => value.toFixed(1)).join(' ')}`,
    `server: ${figures.serverUs.toFixed(0)} us of processor time per request, two switches included; longest pause of its event loop ${ms(figures.loop.max)}, p99 ${ms(figures.loop.p99)}`,
    `machine: ${figures.processors} processors, ${figures.othersCpus.toFixed(2)} of them busy with other work, load average before ${figures.loadAverage.toFixed(2)}; generator: ${figures.generatorUs.toFixed(0)} us per request`,
    '',
  ].join('\n');
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}
