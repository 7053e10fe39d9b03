/** The five queues of Stocktake by the resource they ration. No version in a name: versions belong to the worker. */
export const taskQueueNames = ['orchestrator', 'io', 'duckdb', 'cpu', 'deploy'] as const;

/** One of the five queues. `orchestrator` runs workflows and tiny activities; `duckdb` and `cpu` have one slot a host. */
export type TaskQueueName = (typeof taskQueueNames)[number];

/** The queue name on the server: `<prefix>-<name>`, so that two projects can share one server by prefix. */
export function taskQueue(prefix: string, name: TaskQueueName): string {
  return `${prefix}-${name}`;
}
