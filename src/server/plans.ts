// Executes the usual operation with less work: one root field, and below it no directives. graphql-js looks up every type,
// field and argument of every selection again for every answer, and that is most of what a cached document costs. Below the
// root, what a selection makes of a value depends on the value alone: our resolvers there take no `info`. So graphql-js
// executes the root, with all of its rules, in a schema whose root fields answer a scalar, and the value is given its shape
// by a plan that is made once for each document, as its parts are first needed.
//
// A plan knows only how things go well. Whatever else it meets (an error, a null where none may be, a promise), it gives up,
// and graphql-js shapes the same value once more in the real schema, and says what is wrong. Nothing is resolved twice at
// the root, so nothing is done twice. A test holds all this against graphql-js alone.

import {
  execute,
  getOperationAST,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  isInputType,
  isNonNullType,
  Kind,
  visit,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldConfigMap,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
} from 'graphql';
import { byOperation, operationOf } from './operations.ts';
import { createShaping, GaveUp, type Shape } from './shaping.ts';

/** Of one document. A plan is kept as long as its document; one that would be larger is not worth its room. */
export const FIELDS_MAX = 200;

const ANSWER = new GraphQLScalarType({ name: 'PlannedAnswer', serialize: (value) => value });

type Resolve = GraphQLFieldResolver<unknown, unknown>;
type Executed = ExecutionResult | Promise<ExecutionResult>;

/** The same as graphql-js's `execute`, for documents that were validated against this schema. */
export function createPlanned(schema: GraphQLSchema): (args: ExecutionArgs) => Executed {
  const shapes = new WeakMap<FieldNode, Shape>();
  const answering = withRoots(schema, ({ type, resolve }) => ({
    type: isNonNullType(type) ? new GraphQLNonNull(ANSWER) : ANSWER,
    resolve: resolvePlanned(type, resolve),
  }));
  const settled = withRoots(schema, ({ type }) => ({ type, resolve: (value: unknown) => (value as Settled).value }));

  const plannedRoot = byOperation(planned);

  /** The one root field of an operation that is planned. */
  function rootOf({ document, operationName }: ExecutionArgs): FieldNode | null {
    const root = plannedRoot(document, operationName ?? null);
    return root !== null && shapes.has(root) ? root : null;
  }

  function planned(document: DocumentNode, name: string | null): FieldNode | null {
    const found = plannableRoot(schema, document, name);
    if (found === null || operationOf(document, name)?.kind === 'subscription') return null;
    const { root, field } = found;
    shapes.set(root, createShaping(schema, document, FIELDS_MAX)(field.type, [root]));
    return root;
  }

  function resolvePlanned(type: GraphQLOutputType, resolve: Resolve | undefined): Resolve {
    return (source, args, context, info) => {
      const [node] = info.fieldNodes;
      const shape = node === undefined ? undefined : shapes.get(node);
      if (shape === undefined || resolve === undefined) throw new TypeError(`${info.fieldName} is not planned`);
      const parentType = schema.getRootType(info.operation.operation) ?? info.parentType;
      const real = { ...info, schema, parentType, returnType: type };
      const value = resolve(source, args, context, real);
      const visit = { context, info: real };
      return value instanceof Promise ? value.then((settledValue) => shape(settledValue, visit)) : shape(value, visit);
    };
  }

  function finished(result: ExecutionResult, root: FieldNode, args: ExecutionArgs): Executed {
    const cause = result.errors?.[0]?.originalError;
    if (!(cause instanceof GaveUp)) return result;
    if (cause.forGood) shapes.delete(root);
    return execute({ ...args, schema: settled, rootValue: { value: cause.value } satisfies Settled });
  }

  return (args) => {
    const root = args.schema === schema ? rootOf(args) : null;
    if (root === null) return execute(args);
    const result = execute({ ...args, schema: answering });
    return result instanceof Promise
      ? result.then((known) => finished(known, root, args))
      : finished(result, root, args);
  };
}

/** The one root field of an operation that can be planned; null: it has others, or something unusual. */
export function plannableRoot(
  schema: GraphQLSchema,
  document: DocumentNode,
  name: string | null,
): { readonly root: FieldNode; readonly field: GraphQLField<unknown, unknown> } | null {
  const operation = operationOf(document, name);
  const node = getOperationAST(document, name);
  if (operation === null || !node || operation.introspects || hasDirectives(document)) return null;
  const [root, ...others] = node.selectionSet.selections;
  if (root?.kind !== Kind.FIELD || others.length > 0) return null;
  const field = schema.getRootType(node.operation)?.getFields()[root.name.value];
  return field === undefined ? null : { root, field };
}

interface Settled {
  readonly value: unknown;
}

type RootField = GraphQLFieldConfigMap<unknown, unknown>[string];

/** The same schema with other types and resolvers at its root. What is asked with variables and arguments stays. */
function withRoots(schema: GraphQLSchema, change: (field: RootField) => Partial<RootField>): GraphQLSchema {
  const changed = (type: GraphQLObjectType | null | undefined): GraphQLObjectType | null => {
    if (type === null || type === undefined) return null;
    const { fields, ...config } = type.toConfig();
    const entries = Object.entries(fields).map(([name, field]) => [name, { ...field, ...change(field) }] as const);
    return new GraphQLObjectType({ ...config, fields: Object.fromEntries(entries) });
  };
  return new GraphQLSchema({
    query: changed(schema.getQueryType()),
    mutation: changed(schema.getMutationType()),
    types: Object.values(schema.getTypeMap()).filter(isInputType),
    directives: schema.getDirectives(),
  });
}

function hasDirectives(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive() {
      found = true;
    },
  });
  return found;
}
