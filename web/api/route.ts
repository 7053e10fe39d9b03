import type { FeedbackStore } from '../../domain/serve/feedback-store.ts';
import type { IsPositive } from '../../domain/serve/positive-feedback.ts';
import type { ServedModel } from '../../domain/serve/served-model.ts';

/** What the routes work with; the main composes it. */
export interface ApiDeps {
  readonly feedback: FeedbackStore;
  /** The model in service at this moment; undefined while none serves. */
  readonly model: () => ServedModel | undefined;
  /** Which feedback counts as liking. */
  readonly isPositive: IsPositive;
  /** Stamps feedback that brings no time of its own. */
  readonly now: () => Date;
}

/** A JSON schema, as the validator and the OpenAPI page take it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A request as handlers see it, checked against the route's schemas. */
export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** What a handler answers; status 200 unless it says otherwise. */
export interface ApiAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One route, independent of the HTTP framework. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with `:name` parameters. */
  readonly path: string;
  readonly tag: 'recommendation' | 'feedback' | 'user' | 'item' | 'health';
  readonly summary: string;
  readonly params?: JsonSchema;
  readonly query?: JsonSchema;
  readonly headers?: JsonSchema;
  readonly body?: JsonSchema;
  /** Schema of the 200 answer. */
  readonly answer: JsonSchema;
  /** Answers without an API key. */
  readonly open?: boolean;
  readonly deprecated?: boolean;
  handle(request: ApiRequest, deps: ApiDeps): Promise<ApiAnswer>;
}
