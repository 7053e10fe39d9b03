import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf } from '../runtime/errors.ts';
import { inputName, outputName } from './bert-graph.ts';
import type { SessionReply, SessionRequest } from './session-thread.ts';

/**
 * Main of a session thread. One thread inside the session, so that the bits of a vector do not hang on how work is split.
 */
async function main(): Promise<void> {
  const { modelPath } = workerData as { modelPath: string };
  const session = await InferenceSession.create(modelPath, {
    executionMode: 'sequential',
    interOpNumThreads: 1,
    intraOpNumThreads: 1,
    // What fails is thrown and told by whoever asked.
    logSeverityLevel: 4,
  });
  const encode = async ({ ids, texts }: SessionRequest): Promise<Float32Array> => {
    const input = new Tensor('int32', ids, [texts, ids.length / texts]);
    const results = await session.run({ [inputName]: input }, { logSeverityLevel: 4 });
    return results[outputName]?.data as Float32Array;
  };
  parentPort?.on('message', (request: SessionRequest) => {
    encode(request).then(
      (vectors) => reply({ vectors }),
      (error: unknown) => reply({ failure: messageOf(error) }),
    );
  });
  reply({ ready: true });
}

function reply(answer: SessionReply): void {
  parentPort?.postMessage(answer);
}

main().catch((error: unknown) => reply({ failure: messageOf(error) }));
