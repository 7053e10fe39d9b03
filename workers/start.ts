import type { NativeConnectionOptions } from '@temporalio/worker';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { type ActivityDeps, createActivities } from '../activities/index.ts';
import { messageOf } from '../domain/runtime/errors.ts';
import { type TaskQueueName, taskQueue, taskQueueNames } from '../schemas/task-queues.ts';

/** What workers are started with. */
export interface WorkerStart {
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
  readonly prefix: string;
  readonly queues: readonly TaskQueueName[];
  readonly bundlePath: string;
  readonly deps: ActivityDeps;
  /** Seconds running activities get before they are cancelled at shutdown; the process ends half as long after that. */
  readonly graceSeconds: number;
}

/** Workers that are polling. */
export interface RunningWorkers {
  /** Settles when all have stopped; rejects when one fails. */
  readonly done: Promise<void>;
  /** Drains and waits; running activities are cancelled after the grace time. */
  stop(): Promise<void>;
}

/** Slots by queue on a machine of two cores: one heavy thing at a time per resource. */
const slots: Readonly<Record<TaskQueueName, number>> = {
  orchestrator: 10,
  io: 2,
  duckdb: 1,
  cpu: 1,
  deploy: 1,
};

/** Starts one worker per queue in this process, over one connection and one bundle; the orchestrator runs workflows. */
export async function startWorkers(start: WorkerStart): Promise<RunningWorkers> {
  const connection = await NativeConnection.connect(start.connection);
  const activities = createActivities(start.deps);
  const queues = start.queues.filter(
    (name) => name === 'orchestrator' || Object.keys(activities[name]).length > 0,
  );
  const workers = await Promise.all(
    queues.map((name) => Worker.create(workerOptions(start, connection, name, activities[name]))),
  );
  const runs = workers.map((worker) => worker.run());
  const done = Promise.all(runs).then(() => connection.close());
  done.catch((error) => start.deps.log.error('worker failed', { reason: messageOf(error) }));
  return {
    done,
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await done;
    },
  };
}

/** Parses `--queues=io,duckdb`; all of them without it. */
export function parseQueues(text: string | undefined): readonly TaskQueueName[] {
  if (!text) return taskQueueNames;
  const wanted = text.split(',').map((name) => name.trim());
  return taskQueueNames.filter((name) => wanted.includes(name));
}

function workerOptions(
  start: WorkerStart,
  connection: NativeConnection,
  name: TaskQueueName,
  activities: object,
): WorkerOptions {
  const grace = start.graceSeconds * 1000;
  const shared: WorkerOptions = {
    connection,
    namespace: start.namespace,
    taskQueue: taskQueue(start.prefix, name),
    activities,
    maxConcurrentActivityTaskExecutions: slots[name],
    maxHeartbeatThrottleInterval: '20s',
    shutdownGraceTime: grace,
    shutdownForceTime: grace * 1.5 + 1000,
  };
  if (name !== 'orchestrator') return shared;
  return {
    ...shared,
    workflowBundle: { codePath: start.bundlePath },
    maxCachedWorkflows: 50,
    // After a worker's death its tasks wait this long for it to come back; a replay here is cheaper than 10 s of waiting.
    stickyQueueScheduleToStartTimeout: '2s',
    maxConcurrentWorkflowTaskExecutions: 10,
    reuseV8Context: true,
  };
}
