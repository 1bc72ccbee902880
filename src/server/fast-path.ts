// The short way for the usual request: a POST of one JSON object with a query or a mutation. Yoga builds a Request and a
// Response of the fetch API for each call, and asks every plugin about each step, which costs twice what executing a cached
// document does. Here a text is parsed and validated by yoga when it first comes; after that its document is executed by
// what yoga's own execute comes to, and the answer is written as yoga would have written it. Whatever is unusual, and every
// document that cannot be executed, is left to yoga. A test holds the two against each other.

import type { DocumentNode, ExecutionResult } from 'graphql';
import type { Context } from './context.ts';
import { httpOf, type Errors } from './errors.ts';
import { GRAPHQL_TYPE, JSON_TYPE } from './exchange.ts';
import type { Engine } from './graphql.ts';
import { operationOf } from './operations.ts';
import { createDocumentCache } from './rules.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** null: yoga has to answer. Nothing has been executed then. */
export type FastPath = (body: unknown, accept: string | undefined, context: Context) => Promise<Answer | null>;

const TYPE_OF_ACCEPT: ReadonlyMap<string | undefined, string> = new Map([
  [undefined, JSON_TYPE],
  ['*/*', JSON_TYPE],
  ['application/json', JSON_TYPE],
  ['application/graphql-response+json', GRAPHQL_TYPE],
]);

export function createFastPath({ engine, errors }: { readonly engine: Engine; readonly errors: Errors }): FastPath {
  const documents = createDocumentCache<DocumentNode>();

  /** null: it cannot be executed, and yoga has to say why. */
  function documentOf(query: string, context: Context): DocumentNode | null {
    const known = documents.get(query);
    if (known !== undefined) return known;
    const { parse, validate, schema } = engine.stepsFor(context);
    try {
      const document = parse(query);
      if (validate(schema, document).length > 0) return null;
      documents.set(query, document);
      return document;
    } catch {
      return null;
    }
  }

  return async (body, accept, context) => {
    const contentType = TYPE_OF_ACCEPT.get(accept);
    const params = contentType === undefined ? null : paramsOf(body);
    const document = params === null ? null : documentOf(params.query, context);
    if (params === null || document === null || contentType === undefined) return null;
    const operation = operationOf(document, params.operationName ?? null);
    if (operation === null || operation.kind === 'subscription') return null;
    const { variables: variableValues, operationName } = params;
    let result: ExecutionResult;
    try {
      const { schema, run } = engine;
      const executed = run({ schema, document, contextValue: context, variableValues, operationName });
      result = errors.finish(await executed, context.requestId);
    } catch (error) {
      result = { errors: [errors.publish(error, context.requestId)] };
    }
    const { status, headers } = httpOf(result, contentType === JSON_TYPE);
    return { status, contentType, headers, body: JSON.stringify(result) };
  };
}

interface Params {
  readonly query: string;
  readonly variables: Record<string, unknown> | null | undefined;
  readonly operationName: string | null | undefined;
}

/** null for a body that is not plainly a request: yoga knows what is wrong with it. */
function paramsOf(body: unknown): Params | null {
  if (typeof body !== 'object' || body === null) return null;
  for (const name in body) if (!MEMBERS.has(name)) return null;
  const { query, variables, operationName, extensions } = body as Record<string, unknown>;
  if (typeof query !== 'string' || !isMap(variables) || !isMap(extensions)) return null;
  if (typeof operationName !== 'string' && operationName !== null && operationName !== undefined) return null;
  return { query, variables, operationName };
}

const MEMBERS: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions']);

function isMap(value: unknown): value is Record<string, unknown> | null | undefined {
  return value === undefined || (typeof value === 'object' && !Array.isArray(value));
}
