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
  type ExecutionArgs,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLResolveInfo,
} from 'graphql';
import type { Context } from './context.ts';
import { FIELDS_MAX, plannableRoot } from './plans.ts';
import { createShaping, GaveUp } from './shaping.ts';

/** GaveUp: graphql-js has to execute this event; `forGood`, and all that follow. */
export type EventPlan = (item: object, context: Context) => ExecutionResult | GaveUp;

/** null: graphql-js has to execute all events. */
export function planEvents(args: ExecutionArgs): EventPlan | null {
  const { schema, document, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  const parentType = schema.getSubscriptionType();
  const planned = plannableRoot(schema, document, operationName ?? null);
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION || !parentType || planned === null) return null;
  const { root, field } = planned;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  if (coerced === undefined || field.extensions['passesItem'] !== true) return null;

  const key = (root.alias ?? root.name).value;
  const fragments = document.definitions.filter(
    (definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  const info: GraphQLResolveInfo = {
    fieldName: root.name.value,
    fieldNodes: [root],
    returnType: field.type,
    parentType,
    path: { prev: undefined, key, typename: parentType.name },
    schema,
    fragments: Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])),
    rootValue: null,
    operation,
    variableValues: coerced,
  };
  const shape = createShaping(schema, document, FIELDS_MAX)(field.type, [root]);
  return (item, context) => {
    try {
      return { data: { [key]: shape(item, { context, info }) } };
    } catch (error) {
      if (error instanceof GaveUp) return error;
      throw error;
    }
  };
}
