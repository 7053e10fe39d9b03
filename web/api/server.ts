import { createHash, timingSafeEqual } from 'node:crypto';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { StocktakeError } from '../../domain/runtime/errors.ts';
import type { Logger } from '../../domain/runtime/logger.ts';
import { feedbackRoutes } from './feedback-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { recommendRoutes } from './recommend-routes.ts';
import { recordRoutes } from './record-routes.ts';
import type { ApiDeps, ApiRequest, Route } from './route.ts';
import { errorShape } from './shapes.ts';

/** How the API is served. */
export interface ApiOptions {
  readonly deps: ApiDeps;
  readonly log: Logger;
  /** Version of this code, for the OpenAPI page. */
  readonly version: string;
  /** Asked for in `X-API-Key` on every route but the health probes; empty = no key needed. */
  readonly apiKey?: string;
}

/** Every route of the API. */
export const apiRoutes: readonly Route[] = [
  ...recommendRoutes,
  ...feedbackRoutes,
  ...recordRoutes,
  ...healthRoutes,
];

const docPaths = ['/openapi.json', '/api/docs.json', '/apidocs.json'];

/** Puts the routes on fastify: validation, API key, coded error bodies, OpenAPI. Not listening yet. */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    bodyLimit: 8 * 1024 * 1024,
    routerOptions: { maxParamLength: 2048, ignoreTrailingSlash: true },
    ajv: { customOptions: { strict: false } },
    forceCloseConnections: 'idle',
    frameworkErrors: (error, _request, reply) => void answerError(error, reply, options.log),
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'Stocktake API',
        description: 'Recommendations and feedback in Gorse’s shapes.',
        version: options.version,
      },
      components: { securitySchemes: { key: { type: 'apiKey', name: 'X-API-Key', in: 'header' } } },
    },
  });
  app.setErrorHandler((error, _request, reply) => answerError(error, reply, options.log));
  app.setNotFoundHandler((request, reply) => {
    const message = `There is no route ${request.method} ${request.url.split('?')[0]}; ${docPaths[0]} lists them`;
    return reply.code(404).send({ code: 'STK-SERVE-NO-ROUTE', message });
  });
  if (options.apiKey) app.addHook('onRequest', keyCheck(options.apiKey));
  for (const route of apiRoutes) addRoute(app, route, options);
  for (const url of docPaths) {
    app.get(url, { schema: { hide: true }, config: { open: true } }, async () => app.swagger());
  }
  await app.ready();
  return app;
}

function addRoute(app: FastifyInstance, route: Route, { deps, apiKey }: ApiOptions): void {
  app.route({
    method: route.method,
    url: route.path,
    config: { open: route.open ?? false },
    schema: {
      tags: [route.tag],
      summary: route.summary,
      ...(route.deprecated ? { deprecated: true } : {}),
      ...(route.params ? { params: route.params } : {}),
      ...(route.query ? { querystring: route.query } : {}),
      ...(route.headers ? { headers: route.headers } : {}),
      ...(route.body ? { body: route.body } : {}),
      ...(apiKey && !route.open ? { security: [{ key: [] }] } : {}),
      response: { 200: route.answer, '4xx': errorShape },
    },
    // The schemas describe; JSON.stringify writes the same bytes without dropping what a schema does not name.
    serializerCompiler: () => (data) => JSON.stringify(data),
    async handler(request, reply) {
      const answer = await route.handle(requestFrom(request), deps);
      if (answer.headers) reply.headers(answer.headers);
      return reply.code(answer.status ?? 200).send(answer.body);
    },
  });
}

function requestFrom({ params, query, headers, body }: FastifyRequest): ApiRequest {
  return {
    params: params as ApiRequest['params'],
    query: query as ApiRequest['query'],
    headers,
    body,
  };
}

function keyCheck(expected: string) {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const wanted = digest(expected);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { open } = request.routeOptions.config as { open?: boolean };
    const given = request.headers['x-api-key'];
    if (open || (typeof given === 'string' && timingSafeEqual(digest(given), wanted))) return undefined;
    return reply.code(401).send({
      code: 'STK-SERVE-KEY',
      message: 'This API asks for a key: send it in the header X-API-Key',
    });
  };
}

function answerError(error: unknown, reply: FastifyReply, log: Logger): unknown {
  const { status, code, message } = described(error);
  if (status >= 500 && code !== 'STK-SERVE-NO-MODEL') {
    log.error('request failed', { code, error: error instanceof Error ? error.message : String(error) });
  }
  return reply.code(status).send({ code, message });
}

function described(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof StocktakeError)
    return { status: statusOf(error.code), code: error.code, message: error.message };
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode === 413)
    return { status: 413, code: 'STK-SERVE-TOO-LARGE', message: `${message}; send less at once` };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return {
      status: statusCode,
      code: 'STK-SERVE-INPUT',
      message: message ?? 'The request is not understood',
    };
  return {
    status: 500,
    code: 'STK-SERVE-FAILED',
    message: 'The request failed inside Stocktake; the log says why',
  };
}

function statusOf(code: string): number {
  if (code.endsWith('-UNKNOWN')) return 404;
  if (code === 'STK-SERVE-INPUT') return 400;
  if (code === 'STK-SERVE-NO-MODEL' || code === 'STK-ONLINE-UNAVAILABLE') return 503;
  return 500;
}
