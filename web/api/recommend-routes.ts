import { PlatformError } from '../../domain/runtime/errors.ts';
import {
  type ListRequest,
  popularLive,
  type Recommended,
  recommendLive,
  similarLive,
} from '../../domain/serve/live.ts';
import type { ServedModel } from '../../domain/serve/served-model.ts';
import type { ApiAnswer, ApiDeps, ApiRequest, JsonSchema, Route } from './route.ts';
import { idParams, listQuery, scoredShape } from './shapes.ts';

const reasonShape: JsonSchema = {
  type: 'object',
  properties: {
    Kind: { type: 'string', enum: ['history', 'popular'] },
    ItemId: { type: 'string' },
    Title: { type: 'string' },
    Share: { type: 'number' },
  },
};

const recommendShape: JsonSchema = {
  description: 'Ids; with `X-API-Version: 2` scored items; with `reasons=true` items with their reasons.',
  type: 'array',
  items: {
    anyOf: [
      { type: 'string' },
      {
        type: 'object',
        required: ['Id', 'Score'],
        properties: {
          Id: { type: 'string' },
          Score: { type: 'number' },
          Title: { type: 'string' },
          Reasons: { type: 'array', items: reasonShape },
        },
      },
    ],
  },
};

const versionHeader: JsonSchema = {
  type: 'object',
  properties: {
    'x-api-version': { type: 'string', description: '2 = scored objects instead of ids.' },
  },
};

const reasons: JsonSchema = {
  type: 'boolean',
  default: false,
  description: 'Answer objects with the reasons of each item.',
};

/** Routes that answer from the model in service. */
export const recommendRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/recommend/:user',
    tag: 'recommendation',
    summary: 'Recommend items to a user, from everything the user did up to now',
    params: idParams('user'),
    query: listQuery({ reasons }),
    headers: versionHeader,
    answer: recommendShape,
    handle: (request, deps) => recommend(request, deps, listOf(request)),
  },
  {
    method: 'GET',
    path: '/api/recommend/:user/:category',
    tag: 'recommendation',
    summary: 'Recommend items of a category to a user',
    deprecated: true,
    params: idParams('user', 'category'),
    query: listQuery({ reasons }),
    headers: versionHeader,
    answer: recommendShape,
    handle: (request, deps) => recommend(request, deps, withCategory(request)),
  },
  {
    method: 'GET',
    path: '/api/item-to-item/:name/:item',
    tag: 'recommendation',
    summary: 'Items most like one, by the model in service, whatever recommender is named',
    params: idParams('name', 'item'),
    query: listQuery(),
    answer: scoredShape,
    handle: similar,
  },
  {
    method: 'GET',
    path: '/api/item/:item/neighbors/',
    tag: 'recommendation',
    summary: 'Items most like one',
    params: idParams('item'),
    query: listQuery(),
    answer: scoredShape,
    handle: similar,
  },
  {
    method: 'GET',
    path: '/api/popular',
    tag: 'recommendation',
    summary: 'What users ask for most',
    query: listQuery(),
    answer: scoredShape,
    handle: (request, deps) => popular(deps, listOf(request)),
  },
  {
    method: 'GET',
    path: '/api/popular/:category',
    tag: 'recommendation',
    summary: 'What users ask for most in a category',
    deprecated: true,
    params: idParams('category'),
    query: listQuery(),
    answer: scoredShape,
    handle: (request, deps) => popular(deps, withCategory(request)),
  },
];

async function recommend(request: ApiRequest, deps: ApiDeps, list: ListRequest): Promise<ApiAnswer> {
  const model = serving(deps);
  const withReasons = request.query.reasons === true;
  const answer = await recommendLive(model, deps, {
    ...list,
    user: request.params.user ?? '',
    reasons: withReasons,
  });
  return {
    headers: { ...servedBy(model), 'x-stocktake-source': answer.source },
    body: withReasons
      ? answer.items.map(reasoned)
      : request.headers['x-api-version'] === '2'
        ? answer.items.map(scored)
        : answer.items.map(({ item }) => item),
  };
}

async function similar(request: ApiRequest, deps: ApiDeps): Promise<ApiAnswer> {
  const model = serving(deps);
  const items = await similarLive(model, deps, request.params.item ?? '', listOf(request));
  return { headers: servedBy(model), body: items.map(scored) };
}

async function popular(deps: ApiDeps, list: ListRequest): Promise<ApiAnswer> {
  const model = serving(deps);
  return { headers: servedBy(model), body: (await popularLive(model, deps, list)).map(scored) };
}

function serving({ model }: ApiDeps): ServedModel {
  const current = model();
  if (current) return current;
  throw new PlatformError(
    "No model serves yet: none has passed the gate. Train one with 'stocktake run', see 'stocktake models list'; it is taken up without a restart",
    { code: 'STK-SERVE-NO-MODEL' },
  );
}

function listOf({ query }: ApiRequest): ListRequest {
  return {
    n: query.n as number,
    offset: query.offset as number,
    categories: query.category as readonly string[],
  };
}

function withCategory(request: ApiRequest): ListRequest {
  const list = listOf(request);
  return { ...list, categories: [...list.categories, request.params.category ?? ''] };
}

function servedBy(model: ServedModel): Record<string, string> {
  return { 'x-stocktake-model': model.version };
}

function scored({ item, score }: Recommended) {
  return { Id: item, Score: score };
}

function reasoned({ item, score, title, reasons: why }: Recommended) {
  return {
    Id: item,
    Score: score,
    Title: title,
    Reasons: why.map((reason) => ({
      Kind: reason.kind,
      ItemId: reason.item,
      Title: reason.title,
      Share: reason.share,
    })),
  };
}
