// Executes one event of a subscription without graphql-js, where all goes well. Before it looks at the first field,
// graphql-js reads the variables and the document again, asks Pothos for rights and costs, and calls a root field that gives
// back what it was given: twice what the event's own fields take. Rights and costs were looked at when the stream began; and
// a root field that says `passesItem` gives back its item. So the shape is made of the item at once. A test holds this
// against graphql-js.

import {
  getOperationAST,
  getVariableValues,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Context } from './context.ts';
import { byOperation } from './operations.ts';
import { FIELDS_MAX, plannableRoot } from './plans.ts';
import { createShaping, GaveUp, type Shape } from './shaping.ts';

/** GaveUp: graphql-js has to execute this event; `forGood`, and all that follow. */
export type EventPlan = (item: object, context: Context) => ExecutionResult | GaveUp;

/** What does not depend on the variables, which differ from page to page. */
interface Outline {
  readonly operation: OperationDefinitionNode;
  readonly key: string;
  readonly info: Omit<GraphQLResolveInfo, 'variableValues'>;
  readonly shape: Shape;
}

const outlines = new WeakMap<GraphQLSchema, ReturnType<typeof byOperation<Outline>>>();

/** null: graphql-js has to execute all events. The document was validated against the schema. */
export function planEvents({ schema, document, operationName, variableValues }: ExecutionArgs): EventPlan | null {
  let outlined = outlines.get(schema);
  if (outlined === undefined) {
    outlined = byOperation((one, name) => outlineOf(schema, one, name));
    outlines.set(schema, outlined);
  }
  const outline = outlined(document, operationName ?? null);
  if (outline === null) return null;
  const { operation, key, shape } = outline;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  if (coerced === undefined) return null;
  const info = { ...outline.info, variableValues: coerced };
  return (item, context) => {
    try {
      return { data: { [key]: shape(item, { context, info }) } };
    } catch (error) {
      if (error instanceof GaveUp) return error;
      throw error;
    }
  };
}

function outlineOf(schema: GraphQLSchema, document: DocumentNode, name: string | null): Outline | null {
  const operation = getOperationAST(document, name);
  const parentType = schema.getSubscriptionType();
  const planned = plannableRoot(schema, document, name);
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION || !parentType || planned === null) return null;
  const { root, field } = planned;
  if (field.extensions['passesItem'] !== true) return null;
  const key = (root.alias ?? root.name).value;
  const fragments = document.definitions.filter(
    (definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  const info = {
    fieldName: root.name.value,
    fieldNodes: [root],
    returnType: field.type,
    parentType,
    path: { prev: undefined, key, typename: parentType.name },
    schema,
    fragments: Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])),
    rootValue: null,
    operation,
  };
  return { operation, key, info, shape: createShaping(schema, document, FIELDS_MAX)(field.type, [root]) };
}
