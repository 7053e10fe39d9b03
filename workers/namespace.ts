import type { Client, Connection } from '@temporalio/client';
import { searchAttributes } from '../domain/plan/ids.ts';

/** Closed runs stay readable this long on the server Stocktake starts; resume and history tests need them. */
export const namespaceRetentionDays = 30;

/**
 * Prepares a namespace, idempotently: registers the search attributes, and where `owned` (the server is ours) raises the
 * retention to 30 days, reading it back.
 */
export async function prepareNamespace(
  connection: Connection,
  namespace: string,
  owned: boolean,
): Promise<void> {
  await registerSearchAttributes(connection, namespace);
  if (!owned) return;
  const { workflowService } = connection;
  const wanted = namespaceRetentionDays * 24 * 3600;
  const { config } = await workflowService.describeNamespace({ namespace });
  if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) >= wanted) return;
  await workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: { seconds: wanted as never, nanos: 0 } },
  });
}

async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { operatorService } = connection;
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter((name) => !(name in (customAttributes ?? {})));
  if (missing.length === 0) return;
  const keyword = 2;
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
  });
}

/** Whether some process polls this queue for workflow tasks. */
export async function hasPoller(client: Client, namespace: string, taskQueue: string): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: 1,
  });
  const freshMs = Date.now() - 60_000;
  return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > freshMs);
}
