// The GraphQL engine: yoga with the rules of this door. The fast path and the sockets use the same parse, validate and
// execute; yoga's own handler answers whatever is unusual.

import { GraphQLError, type DocumentNode, type ExecutionArgs, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Context } from './context.ts';
import { withinTime } from './deadline.ts';
import type { Errors } from './errors.ts';
import type { Limits } from './limits.ts';
import { operationOf, type Operation } from './operations.ts';
import { createPlanned } from './plans.ts';
import { createDocumentCache, createDocumentRules } from './rules.ts';
import type { DoorSettings } from './settings.ts';
import type { EventStream, OpenStream } from './shared.ts';

/** What an HTTP request brings along besides. */
export interface HttpContext extends Context {
  /** A subscription has begun: takes a place for it, or throws. */
  readonly watching: (stream: EventStream) => AsyncIterableIterator<ExecutionResult>;
}

export type Yoga = YogaServerInstance<HttpContext, object>;

/** Yoga's first steps, with all its plugins. */
export interface Steps {
  readonly schema: GraphQLSchema;
  parse(query: string): DocumentNode;
  validate(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[];
}

export interface Engine {
  readonly schema: GraphQLSchema;
  readonly yoga: Yoga;
  stepsFor(context: Context): Steps;
  /** Executes a query or a mutation. No plugin but ours takes part in this step, so yoga's `execute` comes to the same. */
  run(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult>;
  /** Throws what the viewer may not do. */
  admit(operation: Operation, context: Context): Promise<void> | null;
}

export interface EngineOptions {
  readonly schema: GraphQLSchema;
  readonly settings: DoorSettings;
  readonly errors: Errors;
  readonly limits: Limits;
  readonly openStream: OpenStream;
}

export function createEngine({ schema, settings, errors, limits, openStream }: EngineOptions): Engine {
  const { production, introspection, operationMs } = settings;
  const execute = createPlanned(schema);

  function admit(operation: Operation, { viewer }: Context): Promise<void> | null {
    if (operation.introspects && introspection === 'admin' && !isAdmin(viewer)) {
      const text = 'Introspection is for keys with the scope admin; the schema is published as schema.graphql.';
      throw new GraphQLError(text, { extensions: { code: 'INTROSPECTION_DISABLED' } });
    }
    // One operation was counted at the door. A mutation counts once for each thing that it does.
    const more = operation.kind === 'mutation' ? operation.rootFields - 1 : 0;
    return more > 0 && viewer !== null ? limits.operations(viewer, more) : null;
  }

  function run(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
    const operation = operationOf(args.document, args.operationName ?? null);
    const waiting = operation === null ? null : admit(operation, args.contextValue as Context);
    const work = (): ExecutionResult | Promise<ExecutionResult> => execute({ ...args, hideSuggestions: production });
    const result = waiting === null ? work() : waiting.then(work);
    return result instanceof Promise ? withinTime(result, operationMs) : result;
  }

  const rules: Plugin = {
    onExecute: ({ setExecuteFn }) => setExecuteFn(run),
    onSubscribe: ({ setSubscribeFn }) =>
      setSubscribeFn(async (args: ExecutionArgs) => {
        const stream = await openStream(args);
        return 'errors' in stream ? stream : (args.contextValue as HttpContext).watching(stream);
      }),
  };
  const published: Plugin<object, HttpContext> = {
    onResultProcess({ result, setResult, serverContext }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result) return;
      setResult(errors.finish(result, serverContext.requestId));
    },
  };

  const yoga = createYoga<HttpContext>({
    schema,
    plugins: [createDocumentRules({ production }), rules, published],
    // Published once, at the end and with the request id, rather than masked wherever they pass.
    maskedErrors: false,
    logging: false,
    cors: false,
    landingPage: false,
    graphiql: settings.graphiql ? { title: 'Passerelle', defaultQuery: FIRST_QUERY } : false,
    // Yoga's own page loads its scripts from elsewhere; this one brings them, for a machine without the world.
    renderGraphiQL: async (options) => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options ?? {}),
    multipart: false,
    // The body has been read and bounded before yoga sees it; its own limit would pipe it through streams once more.
    maxRequestBodySize: false,
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: createDocumentCache() },
  });
  return { schema, yoga, run, admit, stepsFor: (context) => yoga.getEnveloped(context as HttpContext) };
}

const FIRST_QUERY = `# A key goes into the Headers tab: {"Authorization": "Bearer pk_…"}
{ __typename }
`;

function isAdmin(viewer: Context['viewer']): boolean {
  return viewer?.kind === 'key' && viewer.scopes.has('admin');
}
