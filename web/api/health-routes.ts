import type { ApiAnswer, ApiDeps, Route } from './route.ts';

/** Probes, open to everybody. */
export const healthRoutes: readonly Route[] = [
  ...['/api/health/live', '/healthz'].map(
    (path): Route => ({
      method: 'GET',
      path,
      tag: 'health',
      summary: 'The process answers',
      open: true,
      answer: { type: 'object', properties: { Alive: { type: 'boolean' } } },
      handle: async () => ({ body: { Alive: true } }),
    }),
  ),
  ...['/api/health/ready', '/readyz'].map(
    (path): Route => ({
      method: 'GET',
      path,
      tag: 'health',
      summary: 'A model serves and the online store takes writes; 503 otherwise',
      open: true,
      answer: readyShape(),
      handle: (_, deps) => ready(deps),
    }),
  ),
];

function readyShape() {
  return {
    type: 'object',
    properties: {
      Ready: { type: 'boolean' },
      DataStoreConnected: { type: 'boolean' },
      DataStoreError: { type: 'string' },
      ModelServing: { type: 'boolean' },
      ModelVersion: { type: 'string' },
    },
  } as const;
}

async function ready({ feedback, model }: ApiDeps): Promise<ApiAnswer> {
  const failure = await feedback.ping().then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const current = model();
  const isReady = failure === '' && current !== undefined;
  return {
    status: isReady ? 200 : 503,
    body: {
      Ready: isReady,
      DataStoreConnected: failure === '',
      DataStoreError: failure,
      ModelServing: current !== undefined,
      ModelVersion: current?.version ?? '',
    },
  };
}
