import { homedir } from 'node:os';
import type { Logger } from '../domain/runtime/logger.ts';
import { cacheDirOf } from '../domain/setup/cache-dir.ts';
import { workflowBundle } from './bundle.ts';
import type { Temporal } from './connect.ts';
import { createDeps } from './deps.ts';
import type { Project } from './load-config.ts';
import { parseQueues, type RunningWorkers, startWorkers } from './start.ts';

/** Starts workers for a project in this process: the bundle from the cache, the dependencies, one worker a queue. */
export async function runWorkers(options: {
  readonly project: Project;
  readonly temporal: Temporal;
  readonly log: Logger;
  readonly queues?: string;
  readonly graceSeconds: number;
}): Promise<RunningWorkers> {
  const { project, temporal, log } = options;
  const [bundlePath, deps] = await Promise.all([
    workflowBundle(`${cacheDirOf(process.env, process.platform, homedir())}/bundles`),
    createDeps(project, log),
  ]);
  return startWorkers({
    connection: temporal.connectionOptions,
    namespace: temporal.namespace,
    prefix: project.config.temporal.taskQueuePrefix,
    queues: parseQueues(options.queues),
    bundlePath,
    deps,
    graceSeconds: options.graceSeconds,
  });
}
