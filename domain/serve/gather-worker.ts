import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, StocktakeError } from '../runtime/errors.ts';
import { silentLogger } from '../runtime/logger.ts';
import { openStore } from '../store/store.ts';
import { type GatherRequest, gather } from './gather.ts';
import type { GatherReply } from './gather-thread.ts';

/** Main of a gathering thread: one request, one answer. */
async function main(request: GatherRequest): Promise<void> {
  try {
    const context = {
      log: silentLogger,
      heartbeat: () => undefined,
      signal: new AbortController().signal,
      threads: 1,
      memoryMb: 1024,
      force: false,
      failpoint: async () => undefined,
    };
    const gathered = await gather(await openStore(request.storeDir), context, request);
    parentPort?.postMessage({ gathered } satisfies GatherReply, [...new Set(buffersOf(gathered))]);
  } catch (error) {
    const code = error instanceof StocktakeError ? error.code : 'STK-SERVE-LOAD';
    parentPort?.postMessage({ failure: messageOf(error), code } satisfies GatherReply);
  }
}

/** The memory of all arrays inside, to be handed over instead of copied. */
function buffersOf(value: object): ArrayBuffer[] {
  return Object.values(value).flatMap((field: unknown) => {
    if (ArrayBuffer.isView(field)) return field.buffer instanceof ArrayBuffer ? [field.buffer] : [];
    return typeof field === 'object' && field !== null ? buffersOf(field) : [];
  });
}

await main(workerData as GatherRequest);
